import { optionsOf } from "../door/options.js";
import type { ArrayFile } from "./array-file.js";
import { type BudgetOptions, reading } from "./budget.js";
import type { ByteSource } from "./byte-source.js";
import { openOnnxWeights } from "./onnx-weights.js";
import { openSafetensors } from "./safetensors.js";
import { openTorch } from "./torch.js";
import { withoutWrapping } from "./wrapped-names.js";

/**
 * Opens a file of named arrays, told by its first bytes: safetensors, what PyTorch's torch.save writes, or the
 * initialisers of an ONNX model. Nothing but the header is read. Names come without what wrappers put before all of
 * them, such as "_orig_mod." or "model."; the file's remarks say so, and what else was taken or passed over.
 *
 * @throws SafetensorsError for anything else, and what the three readers throw
 */
export async function openArrays(source: ByteSource, options: BudgetOptions = {}): Promise<ArrayFile> {
  optionsOf("openArrays", options, reading);
  const first = await source.read(0, Math.min(9, source.size));
  const isZip = first[0] === 0x50 && first[1] === 0x4b;
  const isPickle = first[0] === 0x80 && first[1] === 0x02;
  if (isZip || isPickle) return openTorch(source, options);
  // An ONNX model begins with its version, field 1, a small number; a safetensors header with a brace behind 8 bytes.
  if (first[0] === 0x08 && first[1] < 0x80 && first[8] !== 0x7b) return openOnnxWeights(source);
  return withoutWrapping(await openSafetensors(source));
}
