/** What this room says. A translation is another file like this one. */
import { capital, counted, exact, inWords } from "../../numbers/text.js";

const at = (row: number, column: number): string => `Row ${row + 1}, column ${column + 1}`;

export const forwardWords = {
  start: "Say the first number before you press →.",
  covered: (row: number, column: number) => `${at(row, column)} is covered. What is the sum?`,
  coveredUnder: "Type it and press Enter, or press Space to uncover it.",
  right: (sum: number) => `Right: ${exact(sum)}.`,
  wrong: (said: number) => `Not ${exact(said)}: add the products once more.`,

  /** The sentence on top, of a place whose products are known. */
  reading(
    row: number,
    column: number,
    products: readonly number[],
    weights: readonly number[],
    sum: number,
    isBinary: boolean,
  ) {
    const positive = products.filter((v) => v > 0).length;
    const negative = products.filter((v) => v < 0).length;
    const isPlain = isBinary && weights.every((w) => Math.abs(w) === 1);
    const wanted = weights.filter((w) => w > 0).length;
    if (!isPlain)
      return `${at(row, column)}: ${
        positive + negative === 0
          ? "nothing meets a weight"
          : `${inWords(positive + negative)} ${positive + negative === 1 ? "product is" : "products are"} not 0`
      }. The sum is ${exact(sum)}.`;
    if (positive === wanted && negative === 0)
      return `${at(row, column)}: the filter fits. ${capital(inWords(positive))} ${positive === 1 ? "one meets a one" : "ones meet ones"}, the sum is ${exact(sum)}.`;
    const meets =
      positive > 0 ? `${inWords(positive)} ${positive === 1 ? "one meets a one" : "ones meet ones"}` : "";
    const against =
      negative > 0
        ? `${inWords(negative)} ${positive > 0 ? "" : negative === 1 ? "one " : "ones "}${negative === 1 ? "meets" : "meet"} −1`
        : "";
    const what = [meets, against].filter(Boolean).join(", ") || "the window is empty";
    return `${at(row, column)}: ${what}. The sum is ${exact(sum)}.`;
  },
  twin: (row: number, column: number) =>
    `As at row ${row + 1}, column ${column + 1}: the same weights find the same pattern elsewhere.`,
  left: (n: number) =>
    `${capital(inWords(n))} ${n === 1 ? "place is" : "places are"} left. Say the next number before you press →.`,
  all: "All places are computed. Point at one to see what made it.",
  kinds(products: readonly number[]) {
    const of = (test: (v: number) => boolean) => products.filter(test).length;
    const sizes = new Set(products.filter((v) => v !== 0).map(Math.abs));
    if ([...sizes].every((v) => v === 1))
      return `${of((v) => v > 0)} × (+1), ${of((v) => v < 0)} × (−1), ${of((v) => v === 0)} × 0`;
    return `${of((v) => v > 0)} above 0, ${of((v) => v < 0)} below, ${of((v) => v === 0)} × 0`;
  },
  leftOver: (n: number, stride: number, filled: string) =>
    `Stride ${stride} leaves ${n === 1 ? "one column" : `${inWords(n)} columns`} over. ${n === 1 ? "It is" : "They are"} ignored here; with padding “same” zeros are added and the map is ${filled}.`,
  flipped: {
    same: "Flipped, the filter is what it was: it is symmetric about its middle, so both ways of counting agree.",
    other:
      "Flipped, as the formula o[i,j] = ΣΣ f[i−m, j−n]·g[m,n] has it. Networks leave the filter as it stands; what is learned is learned turned.",
  },
};

export const checkWords = {
  ask: "Rows of the printed result, numbers between spaces",
  shape: (given: string, map: string) => `The printed result has ${given} numbers, the map ${map}.`,
  unread: "That is no table of numbers: rows of equal length, numbers between spaces or commas.",
  same: "The printed result is what the filter makes of the picture: all cells agree.",
  differ: (n: number, of: number) =>
    `${capital(inWords(n))} ${n === 1 ? "cell" : "cells"} of ${of} ${n === 1 ? "is" : "are"} not what this filter makes of this picture. Point at ${n === 1 ? "it" : "one"} to see its sum.`,
};

export const channelsWords = {
  reading: (row: number, column: number, parts: readonly number[], bias: number, sum: number) =>
    `${at(row, column)}: three planes give ${parts.map(exact).join(", ")}; with the bias of ${exact(bias)} the sum is ${exact(sum)}.`,
  under:
    "One filter has a plane for each colour. The three sums are added into one number: a filter makes one map, however many channels the picture has.",
};

export const poolWords = {
  max: (row: number, column: number, value: number, from: string) =>
    `${at(row, column)}: ${exact(value)} is the greatest of its window. It stands at ${from}.`,
  average: (row: number, column: number, value: number) =>
    `${at(row, column)}: the mean of its window is ${exact(value)}.`,
  start: "Say the first number before you press →.",
};

export const shareWords = {
  full: (n: number) => `Fully connected: every output has a weight for every pixel. ${n} weights.`,
  local: (n: number) => `Local: an output sees nine pixels, with weights of its own. ${n} weights.`,
  shared: (n: number) =>
    `Shared: all outputs have the same nine weights. ${n} weights, which is a convolution.`,
};

export const learnWords = {
  reading: (step: number, loss: string) =>
    step === 0
      ? `Nine random numbers. The loss is ${loss}.`
      : `After ${counted(step, "step")} the loss is ${loss}.`,
  found: "The nine numbers are the blur: 0.1 around 0.2. Nobody told them; the pictures did.",
  under:
    "Each step moves every weight a little against its gradient, so that the map comes nearer to the blurred picture.",
  broken: (step: number) => `The loss left the numbers at step ${step}: the rate is too high. Try 0.5.`,
};
