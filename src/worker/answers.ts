/** What the worker's functions answer, as it crosses: tensors become their numbers, functions stay here. */
import { Tensor } from "../tensor/tensor.js";

export async function answerOf(value: unknown): Promise<unknown> {
  if (value instanceof Tensor) return { shape: [...value.shape], data: await value.data() };
  if (Array.isArray(value)) return Promise.all(value.map(answerOf));
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  const entries = Object.entries(value).filter(([, entry]) => typeof entry !== "function");
  return Object.fromEntries(
    await Promise.all(entries.map(async ([key, entry]) => [key, await answerOf(entry)] as const)),
  );
}

/** The buffers of an answer: all of them were made for it. */
export function buffersOf(value: unknown): object[] {
  const found = new Set<object>();
  const open = [value];
  for (const one of open) {
    if (typeof one !== "object" || one === null) continue;
    if (ArrayBuffer.isView(one)) {
      // A part of a larger buffer goes over as a copy.
      if (one.buffer instanceof ArrayBuffer && one.byteLength === one.buffer.byteLength)
        found.add(one.buffer);
    } else open.push(...Object.values(one));
  }
  return [...found];
}
