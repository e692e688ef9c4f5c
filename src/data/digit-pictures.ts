/** The pictures of `digits`, drawn. Loaded with the first call: a page with data of its own does without. */
import { yieldToHost } from "#platform";
import { RandomStream } from "../random/threefry.js";
import { type Dataset, printable } from "./dataset.js";
import { drawDigit } from "./digit-drawing.js";
import { digitShapes } from "./digit-strokes.js";

/** In milliseconds: half a frame, so that a page can still make the frame. */
const longestTurn = 8;

export async function drawnDigits(
  split: string,
  { length, seed, stream }: { length: number; seed: number; stream: number },
): Promise<Dataset> {
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
  return printable({
    name: "digits",
    split,
    shape: [28, 28, 1],
    classes: [..."0123456789"],
    length,
    images,
    labels,
  });
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
