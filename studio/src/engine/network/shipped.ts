/** The network that is shown until one is trained or loaded: its weights are bytes, with a scale for each unit. */
import { type Checkpoint, formats } from "receptive";

/** @returns what a checkpoint would say, and after how many steps it was taken */
export function shippedNetwork(bytes: Uint8Array): { checkpoint: Checkpoint; step: number } {
  const { tensors, metadata } = formats.decodeSafetensors(bytes, "lenet5.safetensors");
  const weights = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [path, { shape, data }] of tensors) {
    if (path.endsWith("/scale")) continue;
    const scales = tensors.get(`${path}/scale`)?.data;
    const units = shape[shape.length - 1];
    const numbers = scales
      ? Float32Array.from(data, (byte, i) => (byte - 128) * scales[i % units])
      : Float32Array.from(data);
    weights.set(path, { shape, data: numbers });
  }
  const [model, input, data] = ["model", "input", "data"].map((key) => JSON.parse(metadata[key]));
  return { checkpoint: { model, input, data, weights }, step: Number(metadata.step) };
}
