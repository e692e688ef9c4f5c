import type { Splits } from "./dataset.js";
import type { IdxEntry } from "./idx-dataset.js";
import type { LoadOptions } from "./places.js";

const classes = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];

/** Xiao, Rasul, Vollgraf: Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms, arXiv:1708.07747. */
export const fashionMnistEntry: IdxEntry = {
  name: "fashion-mnist",
  description: "pictures of clothes (Fashion-MNIST)",
  shape: [28, 28, 1],
  classes,
  sizes: { train: 60_000, test: 10_000 },
};

/**
 * A quarter of Fashion-MNIST with its grey levels compressed to 23..221: the background is 23, not 0. Accuracies on it
 * are not those of Fashion-MNIST. It is on no server; the files must lie in $RECEPTIVE_DATA.
 */
export const fashionMnistRemappedEntry: IdxEntry = {
  name: "fashion-mnist-remapped",
  description: "a quarter of Fashion-MNIST, grey levels 23 to 221",
  shape: [28, 28, 1],
  classes,
  sizes: { train: 15_000, test: 10_000 },
};

/** Fashion-MNIST: 60,000 + 10,000 pictures of clothes, 28×28 grey pixels, ten classes. */
export async function fashionMnist(options?: LoadOptions): Promise<Splits> {
  const { loadIdxDataset } = await import("./idx-dataset.js");
  return loadIdxDataset(fashionMnistEntry, options);
}
