/** The files of the data sets that are four idx files: where they lie, how large they are, and what they must hash to. */
import type { RemoteFile } from "./download.js";

/** A file of a data set; one that cannot be downloaded has no addresses. */
export interface IdxFile extends RemoteFile {
  /** As the data set's makers call it, ending in .gz; without this ending it is taken unpacked. */
  file: string;
}

export type IdxFiles = { readonly [split in "train" | "test"]: { images: IdxFile; labels: IdxFile } };

const from =
  (...folders: readonly string[]) =>
  (file: string, bytes: number, sha256: string): IdxFile => ({
    file,
    bytes,
    sha256,
    addresses: folders.map((folder) => `${folder}/${file}`),
  });

const mnist = from(
  "https://ossci-datasets.s3.amazonaws.com/mnist",
  "https://storage.googleapis.com/cvdf-datasets/mnist",
);
const fashion = from(
  "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
  "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
);
const local = from();

/** By the names of the data sets. */
export const idxFiles: { readonly [name: string]: IdxFiles } = {
  mnist: {
    train: {
      images: mnist(
        "train-images-idx3-ubyte.gz",
        9_912_422,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
      ),
      labels: mnist(
        "train-labels-idx1-ubyte.gz",
        28_881,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
      ),
    },
    test: {
      images: mnist(
        "t10k-images-idx3-ubyte.gz",
        1_648_877,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
      ),
      labels: mnist(
        "t10k-labels-idx1-ubyte.gz",
        4_542,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
      ),
    },
  },
  "fashion-mnist": {
    train: {
      images: fashion(
        "train-images-idx3-ubyte.gz",
        26_421_880,
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
      ),
      labels: fashion(
        "train-labels-idx1-ubyte.gz",
        29_515,
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
      ),
    },
    test: {
      images: fashion(
        "t10k-images-idx3-ubyte.gz",
        4_422_102,
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
      ),
      labels: fashion(
        "t10k-labels-idx1-ubyte.gz",
        5_148,
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
      ),
    },
  },
  "fashion-mnist-remapped": {
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
