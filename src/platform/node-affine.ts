/** Pictures turned, scaled, sheared and moved by the vectors of `affine.wat`. */
import { code as base64 } from "./affine-code.js";
import { instantiated, memoryOf, type SimdCode } from "./simd-code.js";

interface Code extends SimdCode {
  fill(at: number, end: number, background: number): void;
  place(from: number, h: number, n: number, border: number, framed: number): void;
  move(
    framed: number,
    h: number,
    w: number,
    c: number,
    sin: number,
    cos: number,
    slant: number,
    right: number,
    down: number,
    columns: number,
    to: number,
  ): void;
}

/** How a picture is moved by `randomAffine`; sine and cosine are divided by how much it is enlarged. */
export interface AffineMove {
  readonly sin: number;
  readonly cos: number;
  readonly slant: number;
  readonly right: number;
  readonly down: number;
}

let code: Code | undefined | null = null;

/** What may be taken of memory, which WebAssembly never gives back, and how much of that for several pictures. */
const [most, enough] = [2 ** 25, 2 ** 19];
/** Vectors reach beyond what they are for. */
const slack = 64;

/**
 * Moves each picture of N×H×W×C in place, to the bit as the loops do.
 *
 * @returns false where it is to be done by loops
 */
export function movedByVectors(
  images: Float32Array,
  [h, w, c]: readonly [h: number, w: number, c: number],
  moves: readonly AffineMove[],
  background: number,
): boolean {
  const size = h * w * c;
  if (size === 0 || moves.length === 0) return true;
  const atOnce = Math.max(1, Math.min(moves.length, Math.floor(enough / (4 * size))));
  const movedAt = aligned(4 * size * atOnce);
  const framedAt = movedAt + aligned(4 * size * atOnce + 4 * c);
  const columnsAt = framedAt + aligned((h + 4) * (w + 4) * c * 4);
  const end = columnsAt + aligned(16 * (w + 1));
  // Loops know a background to 53 bits, a frame to 24.
  if (Math.fround(background) !== background || end > most) return false;
  if (code === null) code = instantiated<Code>(base64);
  const memory = code && memoryOf(code, end);
  if (!code || !memory) return false;
  const values = new Float32Array(memory);
  code.fill(framedAt, framedAt + (h + 4) * (w + 4) * c * 4, background);
  for (let first = 0; first < moves.length; first += atOnce) {
    const count = Math.min(atOnce, moves.length - first);
    const pictures = images.subarray(first * size, (first + count) * size);
    values.set(pictures);
    for (let i = 0; i < count; i++) {
      const { sin, cos, slant, right, down } = moves[first + i];
      code.place(4 * size * i, h, w * c, 2 * c, framedAt);
      code.move(framedAt, h, w, c, sin, cos, slant, right, down, columnsAt, movedAt + 4 * size * i);
    }
    pictures.set(values.subarray(movedAt / 4, movedAt / 4 + size * count));
  }
  return true;
}

const aligned = (bytes: number): number => (bytes + slack + 15) & ~15;
