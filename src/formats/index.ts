export type { ArrayFile, StoredArray } from "./array-file.js";
export type { BudgetOptions } from "./budget.js";
export { type ByteSource, blobSource, memorySource } from "./byte-source.js";
export type { ElementName, Numbers, StoredName } from "./elements.js";
export { PlaceError } from "./fetched.js";
export type { FileSource } from "./given-source.js";
export { decodeNpy, encodeNpy, type NpyArray, NpyError } from "./npy.js";
export { OnnxError, openOnnxWeights } from "./onnx-weights.js";
export { openArrays } from "./open-arrays.js";
export { PickleError } from "./pickle.js";
export {
  type DecodedArray,
  decodeSafetensors,
  encodeSafetensors,
  openSafetensors,
  type SafetensorsArray,
  SafetensorsError,
} from "./safetensors.js";
export { openTorch, TorchError } from "./torch.js";
export { ZipError } from "./zip.js";
