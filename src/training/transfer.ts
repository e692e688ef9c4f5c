/**
 * The buffers of all arrays in a value, for `postMessage(value, transferOf(value))`: they move to the other side without
 * being copied, and the arrays here are empty afterwards. Left out, and so copied, are buffers of which the value holds a
 * part alone, since what else lies there may be somebody else's, and those of shared memory.
 *
 * @param value  a checkpoint, weights, an event of a training: plain objects, lists and maps, with typed arrays in them
 */
export function transferOf(value: unknown): ArrayBuffer[] {
  const held = new Map<ArrayBuffer, Map<number, number>>();
  const open = [value];
  const seen = new Set(open);
  for (const one of open) {
    if (typeof one !== "object" || one === null) continue;
    if (isArrayBuffer(one)) held.set(one, new Map([[0, one.byteLength]]));
    else if (ArrayBuffer.isView(one)) {
      if (!isArrayBuffer(one.buffer)) continue;
      const parts = held.get(one.buffer) ?? new Map<number, number>();
      parts.set(one.byteOffset, Math.max(one.byteLength, parts.get(one.byteOffset) ?? 0));
      held.set(one.buffer, parts);
    } else
      for (const entry of one instanceof Map || one instanceof Set ? one.values() : Object.values(one)) {
        if (seen.has(entry)) continue;
        seen.add(entry);
        open.push(entry);
      }
  }
  return [...held].filter(([buffer, parts]) => reach(parts) === buffer.byteLength).map(([buffer]) => buffer);
}

/** How far one gets from the beginning of a buffer over these parts of it, without a gap. */
function reach(parts: ReadonlyMap<number, number>): number {
  let end = 0;
  for (const [offset, length] of [...parts].sort(([a], [b]) => a - b))
    if (offset <= end) end = Math.max(end, offset + length);
  return end;
}

/** Of another realm's too, by what it calls itself. */
const isArrayBuffer = (value: object): value is ArrayBuffer =>
  Object.prototype.toString.call(value) === "[object ArrayBuffer]";
