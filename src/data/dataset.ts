/** One part (train or test) of a data set of pictures, all of one size, each of one class. */
export interface Dataset {
  name: string;
  split: string;
  /** height, width, channels of a picture */
  shape: [h: number, w: number, c: number];
  classes: string[];
  length: number;
  /** N×H×W×C, 0 to 255 */
  images: Uint8Array;
  /** N, the index into `classes` */
  labels: Uint8Array;
}

export interface Splits {
  train: Dataset;
  test: Dataset;
}

/** A data set that cannot be had: not there, not whole, or not what it should be. */
export class DataError extends Error {
  override name = "DataError";
}

/** The samples begin ≤ i < end of a data set, without a copy. */
export function part(dataset: Dataset, begin: number, end: number, split = dataset.split): Dataset {
  const [h, w, c] = dataset.shape;
  return {
    ...dataset,
    split,
    length: end - begin,
    images: dataset.images.subarray(begin * h * w * c, end * h * w * c),
    labels: dataset.labels.subarray(begin, end),
  };
}
