/** `moveAffinely` by `affine.wat`: the same bits. */
import { instantiated, memoryOf, type SimdCode } from "../platform/simd-code.js";
import { code as base64 } from "./affine-code.js";
import { type MoveAffinely, moveAffinely } from "./augment.js";

interface Code extends SimdCode {
  framed(from: number, h: number, n: number, border: number, background: number, to: number): void;
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
    to: number,
  ): void;
}

let code: Code | undefined | null = null;

/** What a picture may take of memory, which WebAssembly never gives back. */
const most = 2 ** 25;
/** Vectors reach beyond what they are for. */
const slack = 64;

export const moveBySimd: MoveAffinely = (picture, moved, [h, w, c], by, background) => {
  const { sin, cos, slant, right, down } = by;
  const framedAt = aligned(picture.length * 4);
  const movedAt = framedAt + aligned((h + 4) * (w + 4) * c * 4);
  const end = movedAt + aligned(picture.length * 4 + 4 * c);
  // Loops know a background to 53 bits, a frame to 24.
  const isFit = Math.fround(background) === background && end <= most;
  if (isFit && code === null) code = instantiated<Code>(base64);
  const memory = isFit && code ? memoryOf(code, end) : undefined;
  if (!code || !memory) return moveAffinely(picture, moved, [h, w, c], by, background);
  const values = new Float32Array(memory);
  values.set(picture);
  code.framed(0, h, w * c, 2 * c, background, framedAt);
  code.move(framedAt, h, w, c, sin, cos, slant, right, down, movedAt);
  moved.set(values.subarray(movedAt / 4, movedAt / 4 + picture.length));
};

const aligned = (bytes: number): number => (bytes + slack + 15) & ~15;
