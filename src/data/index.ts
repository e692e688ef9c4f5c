export { type AffineOptions, compose, randomAffine, randomShift } from "./augment.js";
export { colourJitter, pcaLighting } from "./augment-colour.js";
export { cutout, randomCrop, randomFlip } from "./augment-parts.js";
export { type AugmentedOptions, augmented } from "./augmented.js";
export { type Augment, type Batch, type BatchOptions, batchCount, batches, epochOrder } from "./batches.js";
export { part, shard } from "./chosen.js";
export { cifar10, cifar100 } from "./cifar.js";
export {
  type AnyDataset,
  DataError,
  type Dataset,
  type Draw,
  type Splits,
  type StreamedDataset,
} from "./dataset.js";
export { digits } from "./digits.js";
export type { DownloadOptions, Progress } from "./download.js";
export type { ExampleBatch } from "./example-batches.js";
export {
  type Examples,
  examples,
  type Field,
  type Fields,
  type FieldValues,
  type GivenField,
} from "./examples.js";
export { fashionMnist } from "./fashion-mnist.js";
export { labelledPictures, type PictureFields } from "./labelled-pictures.js";
export type { Mixed, Mixup } from "./mixup.js";
export { mnist } from "./mnist.js";
export type { LoadOptions, Source } from "./places.js";
export { datasets, describeSource, loadDataset, type Registered, registered } from "./registry.js";
export {
  type Example,
  type ExampleSource,
  type ExampleStream,
  type StreamBatchOptions,
  type StreamOptions,
  stream,
} from "./stream.js";
