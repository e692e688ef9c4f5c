import { readFileSync } from "node:fs";
import { decodeSafetensors } from "../../src/formats/safetensors.js";
import { type Numbers, numbers } from "../textbook/numbers.js";

const file = new URL("features.safetensors", import.meta.url);
const { tensors } = decodeSafetensors(readFileSync(file), "features.safetensors");

/** What other libraries computed; features.py made it. */
export function golden(name: string): Numbers {
  const array = tensors.get(name);
  if (!array) throw new Error(`the golden file has no ${name}`);
  return numbers(array.data as ArrayLike<number>, array.shape);
}

/** 160×200 pixels of the photograph of a cat, red, green and blue. */
export function photo() {
  const { shape, data } = golden("photo");
  return { width: shape[1], height: shape[0], channels: 3 as const, pixels: Uint8Array.from(data) };
}

/** 40×56 grey values of 0 to 1, out of the same. */
export function piece() {
  const { shape, data } = golden("piece");
  return { width: shape[1], height: shape[0], channels: 1 as const, pixels: Float32Array.from(data) };
}
