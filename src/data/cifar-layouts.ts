import type { RemoteFile } from "./download.js";

/** How the files of a CIFAR data set look, and where they are. */
export interface CifarLayout {
  /** Bytes of labels before each picture in the binary version; the last one is the class. */
  labelBytes: number;
  /** Under what key the Python version has the classes. */
  labelsKey: string;
  /** What the files of a split are called, without ".bin"; of more than one, those with the same number are one. */
  files: { train: RegExp; test: RegExp };
  /** The folder in the makers' archive. */
  inner: readonly string[];
  archive: RemoteFile & { file: string };
}

/** Of no interest to a page before it reads one of them. */
export const cifarFiles = {
  cifar10: {
    labelBytes: 1,
    labelsKey: "labels",
    files: { train: /^data_batch_(\d)(\.first\d+)?(\.bin)?$/, test: /^(test)_batch(\.first\d+)?(\.bin)?$/ },
    inner: ["cifar-10-batches-bin", "cifar-10-batches-py"],
    archive: {
      file: "cifar-10-binary.tar.gz",
      addresses: ["https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"],
      bytes: 170_052_171,
      sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    },
  },
  cifar100: {
    labelBytes: 2,
    labelsKey: "fine_labels",
    files: { train: /^(train)(\.first\d+)?(\.bin)?$/, test: /^(test)(\.first\d+)?(\.bin)?$/ },
    inner: ["cifar-100-binary", "cifar-100-python"],
    archive: {
      file: "cifar-100-binary.tar.gz",
      addresses: ["https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"],
      bytes: 168_513_733,
      sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
    },
  },
} satisfies { [name: string]: CifarLayout };
