import { decodeSafetensors, encodeSafetensors } from "../formats/safetensors.js";
import type { HogClassifier } from "./hog-classifier.js";
import { FeatureError } from "./raster.js";

const kind = "receptive hog classifier";

/** A classifier as a safetensors file: weights, bias, and in the metadata what they belong to. */
export function encodeHogClassifier({ input, classes, hog, linear }: HogClassifier): Uint8Array<ArrayBuffer> {
  const arrays = new Map([
    ["weights", { shape: [linear.length, linear.classes], data: linear.weights }],
    ["bias", { shape: [linear.classes], data: linear.bias }],
  ]);
  return encodeSafetensors(arrays, { kind, settings: JSON.stringify({ input, classes, hog }) });
}

/** @throws FeatureError if the file holds something else */
export function decodeHogClassifier(bytes: Uint8Array, fileName: string): HogClassifier {
  const { tensors, metadata } = decodeSafetensors(bytes, fileName);
  const [weights, bias] = [tensors.get("weights"), tensors.get("bias")];
  if (metadata.kind !== kind || !weights || !bias)
    throw new FeatureError(
      `${fileName}: holds no classifier of HOG features; \`receptive features train\` makes one`,
    );
  const settings = JSON.parse(metadata.settings) as Omit<HogClassifier, "linear">;
  const [length, classes] = weights.shape;
  const linear = { length, classes, weights: weights.data as Float32Array, bias: bias.data as Float32Array };
  return { ...settings, linear };
}
