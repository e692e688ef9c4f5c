import { yieldToHost } from "#platform";
import { optionsOf } from "../door/options.js";
import { wholeNumber } from "../door/rules.js";
import { RandomStream } from "../random/threefry.js";
import type { Dataset, Splits } from "./dataset.js";
import { drawDigit } from "./digit-drawing.js";
import { digitShapes } from "./digit-strokes.js";

export const digitsSizes = { train: 12_000, test: 2_000 } as const;

/**
 * Handwriting-like digits drawn by code: 12,000 pictures to train on and 2,000 to test, 28×28, white on black as in
 * MNIST. Class i % 10 stands at place i, so that any ten in a row are balanced. Drawing them takes about a second, in
 * which the thread is never busy for long: a page or a server goes on meanwhile.
 *
 * @param seed  gives other training pictures; the test pictures are always the same ones
 */
export async function digits(options: { seed?: number } = {}): Promise<Splits> {
  const { seed = 0 } = optionsOf("digits", options, { seed: wholeNumber });
  return { train: await write("train", seed, 0), test: await write("test", 0, 1) };
}

/** In milliseconds: half a frame, so that a page can still make the frame. */
const longestTurn = 8;

async function write(split: keyof typeof digitsSizes, seed: number, stream: number): Promise<Dataset> {
  const length = digitsSizes[split];
  const images = new Uint8Array(length * 28 * 28);
  const labels = Uint8Array.from({ length }, (_, i) => i % 10);
  let rested = performance.now();
  for (let i = 0; i < length; i++) {
    if (performance.now() - rested > longestTurn) {
      await yieldToHost();
      rested = performance.now();
    }
    const random = new RandomStream(seed, stream, i);
    images.set(drawDigit(shapeOf(labels[i], random.uniform()), random), i * 28 * 28);
  }
  return { name: "digits", split, shape: [28, 28, 1], classes: [..."0123456789"], length, images, labels };
}

/** The way of writing a digit whose share of 0 to 1 holds `at`. */
function shapeOf(digit: number, at: number) {
  const ways = digitShapes[digit];
  let from = 0;
  for (const { share, strokes } of ways) {
    from += share;
    if (at < from) return strokes;
  }
  return ways[ways.length - 1].strokes;
}
