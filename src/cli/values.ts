/** Option values out of their texts. What they throw, commander reports with the option's name. */
import { InvalidArgumentError } from "commander";
import { suggestion } from "../door/spelling.js";
import { augmentationNames } from "../recipes/augmentations.js";
import { mostThreads } from "../runtime/devices.js";

/** A whole number of at least `least`. */
export const whole =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^[+-]?\d+$/.test(text.trim()) || value < least || !Number.isSafeInteger(value))
      throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`);
    return value;
  };

/** Threads of the engine. */
export function threads(text: string): number {
  const value = whole(1)(text);
  if (value > mostThreads()) throw new InvalidArgumentError(`Expected at most ${mostThreads()}.`);
  return value;
}

/** A port to listen at; 0 is any free one. */
export function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text.trim()) || value > 65_535)
    throw new InvalidArgumentError("Expected a whole number from 0 to 65535.");
  return value;
}

/** A seed has 32 bits. */
export function seed(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text.trim()) || value >= 2 ** 31)
    throw new InvalidArgumentError("Expected a whole number from 0 to 2147483647.");
  return value;
}

export function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError("Expected a number above 0.");
  return value;
}

export function notNegative(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError("Expected a number of at least 0.");
  return value;
}

export function share(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value < 1))
    throw new InvalidArgumentError("Expected a number of at least 0 and below 1.");
  return value;
}

/** Whole numbers of at least 0: "3", or "0,4,17". */
export function wholeList(text: string): number[] {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.some((part) => !/^\d+$/.test(part)))
    throw new InvalidArgumentError("Expected whole numbers of at least 0, with commas between them.");
  return parts.map(Number);
}

/** Different whole numbers of at least 1: "3,4,5". */
export function wholeListFromOne(text: string): number[] {
  const numbers = text.split(",").map((part) => Number(/^\s*\d+\s*$/.test(part) ? part : Number.NaN));
  if (numbers.some((n) => !(n >= 1)) || new Set(numbers).size < numbers.length)
    throw new InvalidArgumentError(
      "Expected different whole numbers of at least 1, with commas between them.",
    );
  return numbers;
}

/** Numbers above 0: "2,1". */
export const positiveList = (text: string): number[] => text.split(",").map(positive);

/** Names with commas between them. */
export const nameList = (text: string): string[] => text.split(",").map((name) => name.trim());

/** What `--augment` was given: a list of names, or nothing, which leaves the choice to the data. */
export function augmentations(text: string): string {
  const names = text.split(",").map((name) => name.trim());
  for (const name of names)
    if (!augmentationNames.includes(name))
      throw new InvalidArgumentError(
        `There is no augmentation "${name}" (there are ${augmentationNames.join(", ")})${suggestion(name, augmentationNames)}.`,
      );
  return names.join(",");
}

/** An option as it is typed: contentWeight → --content-weight. */
export const flagOf = (name: string): string =>
  `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
