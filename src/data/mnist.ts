import type { Splits } from "./dataset.js";
import type { IdxEntry, IdxFile } from "./idx-dataset.js";
import type { LoadOptions } from "./places.js";

const at = (file: string, bytes: number, sha256: string): IdxFile => ({
  file,
  bytes,
  sha256,
  addresses: [
    `https://ossci-datasets.s3.amazonaws.com/mnist/${file}`,
    `https://storage.googleapis.com/cvdf-datasets/mnist/${file}`,
  ],
});

/** LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition, Proc. IEEE 1998. */
export const mnistEntry: IdxEntry = {
  name: "mnist",
  description: "handwritten digits (MNIST)",
  shape: [28, 28, 1],
  classes: [..."0123456789"],
  sizes: { train: 60_000, test: 10_000 },
  files: {
    train: {
      images: at(
        "train-images-idx3-ubyte.gz",
        9_912_422,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
      ),
      labels: at(
        "train-labels-idx1-ubyte.gz",
        28_881,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
      ),
    },
    test: {
      images: at(
        "t10k-images-idx3-ubyte.gz",
        1_648_877,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
      ),
      labels: at(
        "t10k-labels-idx1-ubyte.gz",
        4_542,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
      ),
    },
  },
};

/** MNIST: 60,000 + 10,000 handwritten digits of 28×28 grey pixels, white on black. */
export async function mnist(options?: LoadOptions): Promise<Splits> {
  const { loadIdxDataset } = await import("./idx-dataset.js");
  return loadIdxDataset(mnistEntry, options);
}
