/** Pictures: files read and written, prepared for networks, and maps in colours. */

export type { Splits, StreamedDataset } from "../data/dataset.js";
export type { FetchOptions } from "../formats/fetch-options.js";
export type { FileSource } from "../formats/given-source.js";
export { categorical, diverging, heat, type Rgb, shadeOf } from "../formatting/palettes.js";
export type { BadPicture, CheckOptions } from "./check-pictures.js";
export { classPicture, heatPicture, overlay, pictureOf, type Size, signedPicture } from "./colour-maps.js";
export { type FolderOptions, openFolder } from "./folder.js";
export { brightness, type Picture } from "./picture.js";
export { PictureError } from "./picture-error.js";
export { type PrepareImageOptions, prepareImage } from "./prepare-image.js";
export {
  centreCrop,
  type PictureInput,
  type Preprocessing,
  PreprocessingError,
  type PreprocessingName,
  preprocessingOf,
  preprocessings,
  tenCrop,
  usualPreprocessing,
  withChannels,
} from "./preprocessing.js";
export { readImage } from "./read.js";
export type { PictureRegion, ReadOptions } from "./reading.js";
export { type ResizeFilter, resize } from "./resize.js";
export { crop, imagenetScaling, scaledPixels, tensorOf } from "./tensors.js";
export { encodeImage, type PictureFormat, writeImage } from "./write.js";
