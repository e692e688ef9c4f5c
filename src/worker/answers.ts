/** What the worker's functions answer, as it crosses: tensors become their numbers, functions stay here. */
import { Tensor } from "../tensor/tensor.js";

export async function answerOf(value: unknown): Promise<unknown> {
  if (value instanceof Tensor) return { shape: [...value.shape], data: await value.data() };
  if (Array.isArray(value)) return Promise.all(value.map(answerOf));
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (value instanceof Map)
    return new Map(
      await Promise.all([...value].map(async ([key, entry]) => [key, await answerOf(entry)] as const)),
    );
  const entries = Object.entries(value).filter(([, entry]) => typeof entry !== "function");
  return Object.fromEntries(
    await Promise.all(entries.map(async ([key, entry]) => [key, await answerOf(entry)] as const)),
  );
}
