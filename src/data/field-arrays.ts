/** In which arrays the numbers of a field come. */
import type { DType } from "../tensor/tensor.js";

export const arrays: { readonly [dtype in DType]: readonly string[] } = {
  f32: ["Float32Array"],
  i32: ["Int32Array"],
  u8: ["Uint8Array", "Uint8ClampedArray"],
  bool: ["Uint8Array"],
};

/** "a Float32Array" */
export const aKind = (dtype: DType): string => {
  const [kind] = arrays[dtype];
  return /^[AEIO]/.test(kind) ? `an ${kind}` : `a ${kind}`;
};
