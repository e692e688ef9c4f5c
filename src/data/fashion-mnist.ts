import type { Splits } from "./dataset.js";
import type { IdxEntry, IdxFile } from "./idx-dataset.js";
import type { LoadOptions } from "./places.js";

const at = (file: string, bytes: number, sha256: string): IdxFile => ({
  file,
  bytes,
  sha256,
  addresses: [
    `http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/${file}`,
    `https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/${file}`,
  ],
});

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
  files: {
    train: {
      images: at(
        "train-images-idx3-ubyte.gz",
        26_421_880,
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
      ),
      labels: at(
        "train-labels-idx1-ubyte.gz",
        29_515,
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
      ),
    },
    test: {
      images: at(
        "t10k-images-idx3-ubyte.gz",
        4_422_102,
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
      ),
      labels: at(
        "t10k-labels-idx1-ubyte.gz",
        5_148,
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
      ),
    },
  },
};

const local = (file: string, bytes: number, sha256: string): IdxFile => ({
  file,
  bytes,
  sha256,
  addresses: [],
});

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
  files: {
    train: {
      images: local(
        "train15k-images-idx3-ubyte.gz",
        6_107_960,
        "7a8e50d50e3a85eb032a5cb551fe0afa4416422134898fe686f89f469dd46d97",
      ),
      labels: local(
        "train15k-labels-idx1-ubyte.gz",
        7_613,
        "05b5401cdd7656d36feb9ab9bedac64e6ef3857d226fc76fa3161d76b4b2616d",
      ),
    },
    test: {
      images: local(
        "t10k-images-idx3-ubyte.gz",
        4_099_464,
        "f21c11884150abdc3988ddbd561c8a96de62191b50c4d24863ad94b3b97026eb",
      ),
      labels: local(
        "t10k-labels-idx1-ubyte.gz",
        5_148,
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
      ),
    },
  },
};

/** Fashion-MNIST: 60,000 + 10,000 pictures of clothes, 28×28 grey pixels, ten classes. */
export async function fashionMnist(options?: LoadOptions): Promise<Splits> {
  const { loadIdxDataset } = await import("./idx-dataset.js");
  return loadIdxDataset(fashionMnistEntry, options);
}
