import type { Splits } from "./dataset.js";
import type { IdxEntry } from "./idx-dataset.js";
import type { LoadOptions } from "./places.js";

/** LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition, Proc. IEEE 1998. */
export const mnistEntry: IdxEntry = {
  name: "mnist",
  description: "handwritten digits (MNIST)",
  shape: [28, 28, 1],
  classes: [..."0123456789"],
  sizes: { train: 60_000, test: 10_000 },
};

/** MNIST: 60,000 + 10,000 handwritten digits of 28×28 grey pixels, white on black. */
export async function mnist(options?: LoadOptions): Promise<Splits> {
  const { loadIdxDataset } = await import("./idx-dataset.js");
  return loadIdxDataset(mnistEntry, options);
}
