import { optionsOf } from "../door/options.js";
import { wholeNumber } from "../door/rules.js";
import { digitsToTest, digitsToTrain } from "../random/streams.js";
import type { Splits } from "./dataset.js";

export const digitsSizes = { train: 12_000, test: 2_000 } as const;

/**
 * Handwriting-like digits drawn by code: 12,000 pictures to train on and 2,000 to test, 28×28, white on black as in
 * MNIST. Class i % 10 stands at place i, so that any ten in a row are balanced. Drawing them takes about a second, in
 * which the thread is never busy for long: a page or a server goes on meanwhile.
 *
 * @param options.seed  gives other training pictures; the test pictures are always the same ones
 */
export async function digits(options: { seed?: number } = {}): Promise<Splits> {
  const { seed = 0 } = optionsOf("digits", options, { seed: wholeNumber });
  const { drawnDigits } = await import("./digit-pictures.js");
  return {
    train: await drawnDigits("train", { length: digitsSizes.train, seed, stream: digitsToTrain }),
    test: await drawnDigits("test", { length: digitsSizes.test, seed: 0, stream: digitsToTest }),
  };
}
