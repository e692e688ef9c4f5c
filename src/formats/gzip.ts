/** What gzip has packed: one file, whose bytes are taken as they come, as long as they are within the budget. */
import type { Budget } from "./budget.js";

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** @param damaged  is told that the bytes cannot be unpacked, and throws */
export async function unpackGzip(
  bytes: Uint8Array<ArrayBuffer>,
  budget: Budget,
  damaged: () => never,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  try {
    for (;;) {
      const next = await reader.read().catch(damaged);
      if (next.done) break;
      if (next.value.length > budget.left) budget.refuse("what gzip has packed goes on and on");
      budget.take(next.value.length, "what gzip has packed");
      parts.push(next.value);
      length += next.value.length;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
