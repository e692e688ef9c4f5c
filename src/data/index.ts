export { compose, randomAffine, randomShift } from "./augment.js";
export { type Augment, type Batch, type BatchOptions, batchCount, batches, epochOrder } from "./batches.js";
export { DataError, type Dataset, part, type Splits } from "./dataset.js";
export { digits } from "./digits.js";
export type { DownloadOptions, Progress } from "./download.js";
export { fashionMnist } from "./fashion-mnist.js";
export type { LoadOptions, Source } from "./idx-dataset.js";
export { mnist } from "./mnist.js";
export { datasets, describeSource, loadDataset, type Registered, registered } from "./registry.js";
