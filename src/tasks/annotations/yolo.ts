/** YOLO: a text file for each picture, a line for each object, in parts of the picture; and what the files mean in YAML. */
import { short } from "../words/quoted.js";
import type { AnnotatedPicture, AnnotationFault, Annotations, GivenObject } from "./annotated.js";

interface Sized {
  readonly width: number;
  readonly height: number;
}

/**
 * Objects of a label file: lines "class x y width height" of a box's middle and size, or "class x₁ y₁ x₂ y₂ …" of an
 * outline, in parts of the picture's width and height. A fifth number of a box is how sure a program was that found it: it
 * is passed over. What is as close to a whole pixel as the digits can tell is on it.
 *
 * @param faults  is told of lines that are none
 * @param scored  is told of each box with such a number
 */
export function yoloObjects(
  text: string,
  { width, height }: Sized,
  {
    classes,
    place,
    faults,
    scored,
  }: {
    classes: readonly string[];
    place: string;
    faults: AnnotationFault[];
    scored?: () => void;
  },
): GivenObject[] {
  const objects: GivenObject[] = [];
  for (const [i, line] of text.split(/\r\n|\n|\r/).entries()) {
    const words = line.trim().split(/\s+/);
    if (words[0] === "") continue;
    const where = `box ${i + 1}`;
    const refuse = (why: string) => faults.push({ place: `${place}, ${where}`, why });
    const label = Number(words[0]);
    const numbers = words.slice(1).map(Number);
    if (!Number.isInteger(label) || label < 0 || label >= classes.length) {
      refuse(`is of the class ${short(words[0])}, expected 0 to ${classes.length - 1}`);
      continue;
    }
    if (!numbers.every(Number.isFinite)) {
      refuse(`is ${short(line.trim())}, expected numbers`);
      continue;
    }
    const isOutline = numbers.length >= 6 && numbers.length % 2 === 0;
    if (numbers.length === 5) scored?.();
    else if (numbers.length !== 4 && !isOutline) {
      refuse(
        `has ${numbers.length} numbers after its class, expected 4 of a box, or x and y of three corners or more`,
      );
      continue;
    }
    // What is uncertain about what is written, in pixels: half a unit of the last digit, and a quarter.
    const digits = Math.max(...words.slice(1).map(decimals));
    const snap = (value: number, side: number) => snapped(value, 0.75 * 10 ** -digits * side);
    if (isOutline) {
      const polygon = numbers.map((n, k) =>
        k % 2 === 0 ? snap(n * width, width) : snap(n * height, height),
      );
      const [xs, ys] = [0, 1].map((axis) => polygon.filter((_, k) => k % 2 === axis));
      objects.push({
        class: classes[label],
        box: [Math.min(...ys), Math.min(...xs), Math.max(...ys), Math.max(...xs)],
        mask: { polygons: [polygon] },
        place: where,
      });
      continue;
    }
    const [x, y, w, h] = numbers;
    objects.push({
      class: classes[label],
      box: [
        snap((y - h / 2) * height, height),
        snap((x - w / 2) * width, width),
        snap((y + h / 2) * height, height),
        snap((x + w / 2) * width, width),
      ],
      place: where,
    });
  }
  return objects;
}

/** Digits behind the point: 0.25 has two, 1e-3 three. */
function decimals(word: string): number {
  const [, fraction = "", power = "0"] = /^[+-]?\d*\.?(\d*)(?:e([+-]?\d+))?$/i.exec(word) ?? [];
  return fraction.length - Number(power);
}

/** The whole pixel that is no further than that, a hundredth at most; else the value to a millionth of a pixel. */
function snapped(value: number, tolerance: number): number {
  const whole = Math.round(value);
  if (Math.abs(value - whole) <= Math.min(0.01, Math.max(1e-9, tolerance))) return whole + 0; // no -0
  return Math.round(value * 1e6) / 1e6;
}

/** The label file of a picture; `outlines`: objects by their outlines instead of their boxes. */
export function yoloText(
  { width, height, objects }: AnnotatedPicture,
  { outlines }: { outlines: boolean },
): string {
  return objects
    .map(({ label, box: [top, left, bottom, right], mask }) => {
      const numbers =
        outlines && mask && "polygons" in mask
          ? mask.polygons[0].map((n, k) => n / (k % 2 === 0 ? width : height))
          : [
              (left + right) / 2 / width,
              (top + bottom) / 2 / height,
              (right - left) / width,
              (bottom - top) / height,
            ];
      // Fifteen digits behind the point: more than what is rounded away, and never an exponent.
      return `${[label, ...numbers.map((n) => n.toFixed(15).replace(/0+$/, "").replace(/\.$/, ""))].join(" ")}\n`;
    })
    .join("");
}

/** Whether all objects have one outline each, which says as much as their boxes. */
export const areOutlines = ({ pictures }: Annotations): boolean => {
  const objects = pictures.flatMap((picture) => picture.objects);
  return (
    objects.length > 0 &&
    objects.every(({ mask, box: [top, left, bottom, right] }) => {
      if (!mask || !("polygons" in mask) || mask.polygons.length !== 1) return false;
      const [polygon] = mask.polygons;
      const [xs, ys] = [0, 1].map((axis) => polygon.filter((_, k) => k % 2 === axis));
      return (
        Math.min(...ys) === top &&
        Math.min(...xs) === left &&
        Math.max(...ys) === bottom &&
        Math.max(...xs) === right
      );
    })
  );
};

/** data.yaml: where the pictures of each part lie, and the names of the classes. */
export function yoloYaml(parts: { readonly [part: string]: string }, classes: readonly string[]): string {
  const lines = [
    ...Object.entries(parts).map(([part, folder]) => `${part}: ${JSON.stringify(folder)}`),
    "names:",
    ...classes.map((name, i) => `  ${i}: ${JSON.stringify(name)}`),
  ];
  return `${lines.join("\n")}\n`;
}
