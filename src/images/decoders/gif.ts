/** GIF: the first frame. CompuServe: Graphics Interchange Format, version 89a. */
import { type Decoded, DecodingError, type Header, viewOf } from "./decoded.js";
import { unpackLzw } from "./lzw.js";

const cutShort = "premature end of GIF image";

/** @throws DecodingError if the file ends before its first picture */
export function readGifHeader(bytes: Uint8Array): Header {
  if (bytes.length < 13) throw new DecodingError(cutShort);
  const view = viewOf(bytes);
  const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  if (width === 0 || height === 0) throw new DecodingError("damaged GIF image: it has no pixels");
  return { width, height, orientation: 1, isGrey: false, isPlain: false };
}

/** @throws DecodingError if the file is cut short or damaged */
export function decodeGif(bytes: Uint8Array): Decoded {
  const { width, height } = readGifHeader(bytes);
  const { left, top, inner, isInterlaced, transparent, palette, indices } = firstFrame(bytes);
  const pixels = new Uint8Array(width * height * 4);
  const rows = isInterlaced ? interlacedRows(inner.height) : undefined;
  for (let i = 0; i < inner.height; i++) {
    const y = top + (rows ? rows[i] : i);
    if (y >= height) continue;
    for (let j = 0; j < Math.min(inner.width, width - left); j++) {
      const index = indices[i * inner.width + j];
      if (index === transparent) continue;
      const to = (y * width + left + j) * 4;
      for (let c = 0; c < 3; c++) pixels[to + c] = palette[3 * index + c] ?? 0;
      pixels[to + 3] = 255;
    }
  }
  return { width, height, channels: 4, pixels };
}

const coloursOf = (packed: number): number => (packed & 0x80 ? 3 << ((packed & 7) + 1) : 0);

function firstFrame(bytes: Uint8Array) {
  const view = viewOf(bytes);
  let at = 13 + coloursOf(bytes[10]);
  const common = bytes.subarray(13, at);
  let transparent = -1;
  for (;;) {
    if (at + 11 > bytes.length) throw new DecodingError(cutShort);
    if (bytes[at] === 0x21) {
      if (bytes[at + 1] === 0xf9 && bytes[at + 3] & 1) transparent = bytes[at + 6];
      at = subBlocks(bytes, at + 2).end;
    } else if (bytes[at] === 0x2c) break;
    else throw new DecodingError("damaged GIF image: it has no frame");
  }
  const [left, top] = [view.getUint16(at + 1, true), view.getUint16(at + 3, true)];
  const inner = { width: view.getUint16(at + 5, true), height: view.getUint16(at + 7, true) };
  const packed = bytes[at + 9];
  const own = bytes.subarray(at + 10, at + 10 + coloursOf(packed));
  at += 10 + own.length;
  const bits = bytes[at];
  if (!(bits >= 1 && bits <= 11)) throw new DecodingError("damaged GIF image: codes of no possible length");
  const { parts } = subBlocks(bytes, at + 1);
  const codes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let to = 0;
  for (const part of parts) {
    codes.set(part, to);
    to += part.length;
  }
  // Packed by this method one byte holds at most 2,731 pixels.
  if (inner.width * inner.height > codes.length * 2731) throw new DecodingError(cutShort);
  const indices = new Uint8Array(inner.width * inner.height);
  const written = unpackLzw(codes, indices, { width: bits + 1, bits: "low", isEarly: false });
  if (written < indices.length) throw new DecodingError(cutShort);
  return {
    ...{ left, top, inner, transparent, indices },
    isInterlaced: (packed & 0x40) !== 0,
    palette: own.length > 0 ? own : common,
  };
}

/** Parts of up to 255 bytes, each behind its length, to one of no bytes. */
function subBlocks(bytes: Uint8Array, begin: number): { parts: Uint8Array[]; end: number } {
  const parts: Uint8Array[] = [];
  let at = begin;
  while (at < bytes.length && bytes[at] !== 0) {
    parts.push(bytes.subarray(at + 1, at + 1 + bytes[at]));
    at += 1 + bytes[at];
  }
  if (at >= bytes.length) throw new DecodingError(cutShort);
  return { parts, end: at + 1 };
}

/** Every eighth row, then those between, then those between these, then the rest. */
const interlacedRows = (height: number): number[] =>
  [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ].flatMap(([first, step]) =>
    Array.from({ length: Math.max(0, Math.ceil((height - first) / step)) }, (_, k) => first + k * step),
  );
