/** BMP, of Windows and OS/2. Microsoft: Bitmap Storage. */
import { type Decoded, DecodingError, type Header, UnknownSort, viewOf } from "./decoded.js";

interface BmpHeader extends Header {
  readonly isTopDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Where the pixels and the palette begin, and how many bytes a colour of the palette has. */
  readonly pixels: number;
  readonly palette: number;
  readonly colourSize: number;
  readonly colours: number;
  /** Which bits of a pixel are red, green, blue, opacity. */
  readonly masks: readonly number[];
}

const compressions = { none: 0, runs8: 1, runs4: 2, masks: 3, masksWithOpacity: 6 } as const;
const cutShort = "premature end of BMP image";

/** @throws DecodingError if the file ends within its header, or is of a sort that is not read */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  if (bytes.length < 26) throw new DecodingError(cutShort);
  const view = viewOf(bytes);
  const size = view.getUint32(14, true);
  const isOld = size === 12;
  if (!isOld && (size < 40 || bytes.length < 14 + size)) throw new DecodingError(cutShort);
  const width = isOld ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = isOld ? view.getInt16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(isOld ? 24 : 28, true);
  const compression = isOld ? 0 : view.getUint32(30, true);
  const height = Math.abs(signedHeight);
  if (width <= 0 || height === 0) throw new DecodingError("damaged BMP image: it has no pixels");
  if (![1, 2, 4, 8, 16, 24, 32].includes(bits))
    throw new DecodingError(`damaged BMP image: pixels of ${bits} bits`);
  if (!(Object.values(compressions) as number[]).includes(compression))
    throw new UnknownSort(`a BMP image packed by method ${compression}, which is not read`);
  const hasMasks = compression === compressions.masks || compression === compressions.masksWithOpacity;
  const isIndexed = bits <= 8;
  const stated = isOld || !isIndexed ? 0 : view.getUint32(46, true);
  const masksAt = 54;
  const masks = hasMasks
    ? [0, 4, 8, size >= 56 || compression === compressions.masksWithOpacity ? 12 : -1].map((k) =>
        k >= 0 && masksAt + k + 4 <= bytes.length ? view.getUint32(masksAt + k, true) : 0,
      )
    : bits === 16
      ? [0x7c00, 0x3e0, 0x1f, 0]
      : [0xff0000, 0xff00, 0xff, 0];
  return {
    ...{ width, height, bits, compression, masks, orientation: 1, isGrey: false, isPlain: false },
    isTopDown: signedHeight < 0,
    pixels: view.getUint32(10, true),
    palette: 14 + size + (hasMasks && size === 40 ? 12 : 0),
    colourSize: isOld ? 3 : 4,
    colours: isIndexed ? stated || 1 << bits : 0,
    // A run of up to 255 pixels takes two bytes; of a row that is all background, its end is left, which takes two too.
    atMost:
      compression === compressions.runs8 || compression === compressions.runs4
        ? bytes.length * 4096
        : Math.floor((bytes.length * 8) / bits),
  };
}

/** @throws DecodingError if the file is cut short */
export function decodeBmp(bytes: Uint8Array): Decoded {
  const header = readBmpHeader(bytes);
  const { width, height, bits, compression, isTopDown, masks } = header;
  const isPacked = compression === compressions.runs8 || compression === compressions.runs4;
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (!isPacked && header.pixels + stride * (height - 1) + Math.ceil((width * bits) / 8) > bytes.length)
    throw new DecodingError(cutShort);
  if (bits <= 8) {
    const indices = isPacked ? unpackRuns(bytes, header) : indicesOf(bytes, header, stride);
    return coloured(bytes, header, indices);
  }
  const hasOpacity = masks[3] !== 0;
  const channels = hasOpacity ? 4 : 3;
  const pixels = new Uint8Array(width * height * channels);
  const view = viewOf(bytes);
  const scales = masks.map(channelOf);
  for (let i = 0; i < height; i++) {
    const row = header.pixels + stride * (isTopDown ? i : height - 1 - i);
    for (let j = 0; j < width; j++) {
      const at = row + (j * bits) / 8;
      const value =
        bits === 16
          ? view.getUint16(at, true)
          : bits === 24
            ? bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16)
            : view.getUint32(at, true);
      for (let c = 0; c < channels; c++) pixels[(i * width + j) * channels + c] = scales[c](value);
    }
  }
  return { width, height, channels, pixels };
}

/** The bits of a mask, scaled to 0 to 255. */
function channelOf(mask: number): (value: number) => number {
  if (mask === 0) return () => 0;
  const shift = Math.clz32(mask & -mask) ^ 31;
  const most = mask >>> shift;
  if (most === 255) return (value) => (value >>> shift) & 255;
  return (value) => Math.round((((value & mask) >>> shift) * 255) / most);
}

/** One byte a pixel, rows from the top. */
function indicesOf(
  bytes: Uint8Array,
  { width, height, bits, isTopDown, pixels: begin }: BmpHeader,
  stride: number,
) {
  const indices = new Uint8Array(width * height);
  const each = 8 / bits;
  const mask = (1 << bits) - 1;
  for (let i = 0; i < height; i++) {
    const row = begin + stride * (isTopDown ? i : height - 1 - i);
    for (let j = 0; j < width; j++)
      indices[i * width + j] = (bytes[row + Math.floor(j / each)] >> (8 - bits - (j % each) * bits)) & mask;
  }
  return indices;
}

/** Runs of one index, or of two by turns, and stretches as they are. */
function unpackRuns(
  bytes: Uint8Array,
  { width, height, bits, isTopDown, pixels: begin }: BmpHeader,
): Uint8Array {
  const indices = new Uint8Array(width * height);
  const put = (x: number, y: number, index: number) => {
    if (x < width && y < height) indices[(isTopDown ? y : height - 1 - y) * width + x] = index;
  };
  const half = (byte: number, k: number) => (bits === 8 ? byte : k % 2 === 0 ? byte >> 4 : byte & 15);
  let [x, y] = [0, 0];
  for (let at = begin; y < height; ) {
    if (at + 2 > bytes.length) throw new DecodingError(cutShort);
    const [count, value] = [bytes[at], bytes[at + 1]];
    at += 2;
    if (count > 0) for (let k = 0; k < count; k++) put(x++, y, half(value, k));
    else if (value === 0) [x, y] = [0, y + 1];
    else if (value === 1) break;
    else if (value === 2) {
      x += bytes[at] ?? 0;
      y += bytes[at + 1] ?? 0;
      at += 2;
    } else {
      for (let k = 0; k < value; k++) put(x++, y, half(bytes[at + Math.floor((k * bits) / 8)] ?? 0, k));
      // Stretches fill whole pairs of bytes.
      at += Math.ceil((value * bits) / 16) * 2;
    }
  }
  return indices;
}

function coloured(
  bytes: Uint8Array,
  { width, height, palette, colours, colourSize }: BmpHeader,
  indices: Uint8Array,
): Decoded {
  const colourAt = (index: number, c: number) =>
    index < colours ? (bytes[palette + index * colourSize + 2 - c] ?? 0) : 0;
  let isGrey = true;
  for (let k = 0; k < Math.min(colours, 256); k++)
    if (colourAt(k, 0) !== colourAt(k, 1) || colourAt(k, 1) !== colourAt(k, 2)) isGrey = false;
  const channels = isGrey ? 1 : 3;
  const pixels = new Uint8Array(width * height * channels);
  for (let i = 0; i < indices.length; i++)
    for (let c = 0; c < channels; c++) pixels[i * channels + c] = colourAt(indices[i], c);
  return { width, height, channels, pixels };
}
