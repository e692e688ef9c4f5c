/** TIFF: the first page, in whatever numbers it holds. Aldus: TIFF, revision 6.0, 1992. */
import { inflateSync } from "node:zlib";
import { type Decoded, DecodingError, UnknownSort, viewOf } from "./decoded.js";
import { rgbOfInks } from "./inks.js";
import { unpackLzw } from "./lzw.js";
import { readTiffDirectory, type TiffDirectory } from "./tiff-directory.js";

const cutShort = "premature end of TIFF image";

/** @throws DecodingError if the file is cut short, damaged, or of a sort that is not read */
export function decodeTiff(bytes: Uint8Array): Decoded {
  const directory = readTiffDirectory(bytes);
  const { width, height, samples, bits, format, photometric } = directory;
  const unpack = methods[directory.compression];
  if (!unpack)
    throw new UnknownSort(
      `a TIFF packed by ${names[directory.compression] ?? `method ${directory.compression}`}, which is not read`,
    );
  if (![0, 1, 2, 3, 5].includes(photometric))
    throw new UnknownSort(
      `a TIFF of ${colourSpaces[photometric] ?? `colour space ${photometric}`}, which is not read`,
    );
  const read = readers[`${format}${bits}`];
  if (!read)
    throw new DecodingError(
      `a TIFF of ${format === "float" ? "floats" : `${format} whole numbers`} of ${bits} bits, which is not read: expected unsigned ones of up to 16 bits, or floats from 0 to 1`,
    );
  const channels = channelsOf(directory);
  const { isPlanar, tile, offsets, lengths } = directory;
  const perTile = isPlanar ? 1 : samples;
  const rowBytes = Math.ceil((tile.width * perTile * bits) / 8);
  const [across, down] = [Math.ceil(width / tile.width), Math.ceil(height / tile.height)];
  const raw = new Uint8Array(width * height * channels);
  for (let plane = 0; plane < (isPlanar ? channels : 1); plane++)
    for (let t = 0; t < across * down; t++) {
      const place = plane * across * down + t;
      const [left, top] = [(t % across) * tile.width, Math.floor(t / across) * tile.height];
      const rows = Math.min(tile.height, height - top);
      const columns = Math.min(tile.width, width - left);
      if (offsets[place] + lengths[place] > bytes.length) throw new DecodingError(cutShort);
      const part = unpack(
        asStored(bytes.subarray(offsets[place], offsets[place] + lengths[place]), directory),
        rowBytes * rows,
      );
      if (part.length < rowBytes * (rows - 1) + Math.ceil((columns * perTile * bits) / 8))
        throw new DecodingError(cutShort);
      const whole = unpredicted(part, directory, { perTile, rowBytes, rows });
      const view = viewOf(whole.bytes);
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) {
          const to = ((top + i) * width + left + j) * channels;
          if (isPlanar) raw[to + plane] = read(view, i * rowBytes, j, whole.isLittle);
          else
            for (let c = 0; c < channels; c++)
              raw[to + c] = read(view, i * rowBytes, j * samples + c, whole.isLittle);
        }
    }
  return coloured(raw, directory, channels);
}

/** Those that are of use: of the colour, and the opacity behind it. */
const channelsOf = ({ photometric, opacity }: TiffDirectory): number =>
  (photometric === 2 ? 3 : photometric === 5 ? 4 : 1) + (opacity === "none" || photometric === 5 ? 0 : 1);

const reversed = Uint8Array.from({ length: 256 }, (_, byte) => {
  let turned = 0;
  for (let k = 0; k < 8; k++) if (byte & (1 << k)) turned |= 128 >> k;
  return turned;
});

const asStored = (part: Uint8Array, { isReversed }: TiffDirectory): Uint8Array =>
  isReversed ? part.map((byte) => reversed[byte]) : part;

/** How parts of the picture are packed, by number: each gives at most `length` bytes. */
const methods: { readonly [compression: number]: (part: Uint8Array, length: number) => Uint8Array } = {
  1: (part) => part,
  5(part, length) {
    const to = new Uint8Array(length);
    return to.subarray(0, unpackLzw(part, to, { width: 9, bits: "high", isEarly: true }));
  },
  8: inflated,
  32773: unpackedRuns,
  32946: inflated,
};

const names: { readonly [compression: number]: string } = {
  2: "CCITT's fax method",
  3: "CCITT's fax method",
  4: "CCITT's fax method",
  6: "JPEG",
  7: "JPEG",
  34712: "JPEG 2000",
  34925: "LZMA",
  50000: "Zstandard",
  50001: "WebP",
};

const colourSpaces: { readonly [photometric: number]: string } = {
  4: "a mask",
  6: "YCbCr",
  8: "CIE L*a*b*",
  32803: "a camera's raw pixels",
};

function inflated(part: Uint8Array, length: number): Uint8Array {
  try {
    // Some writers fill up to a whole tile.
    return inflateSync(part, { maxOutputLength: length + 2 ** 20 });
  } catch {
    throw new DecodingError("damaged TIFF image");
  }
}

/** PackBits: a count n and n + 1 bytes, or −n and one byte n + 1 times. */
function unpackedRuns(part: Uint8Array, length: number): Uint8Array {
  const to = new Uint8Array(length);
  let written = 0;
  for (let at = 0; at < part.length && written < length; ) {
    const count = (part[at] << 24) >> 24;
    at++;
    if (count >= 0) {
      to.set(part.subarray(at, at + Math.min(count + 1, length - written)), written);
      written += Math.min(count + 1, part.length - at);
      at += count + 1;
    } else if (count > -128) {
      to.fill(part[at] ?? 0, written, written + 1 - count);
      written += 1 - count;
      at++;
    }
  }
  return to.subarray(0, Math.min(written, length));
}

/** Undoes the storing of differences: 2 between whole numbers, 3 between the bytes of floats. */
function unpredicted(
  part: Uint8Array,
  { predictor, bits, isLittle }: TiffDirectory,
  { perTile, rowBytes, rows }: { perTile: number; rowBytes: number; rows: number },
): { bytes: Uint8Array; isLittle: boolean } {
  if (predictor === 1) return { bytes: part, isLittle };
  const bytes = new Uint8Array(rowBytes * rows);
  bytes.set(part.subarray(0, bytes.length));
  const view = viewOf(bytes);
  const numbers = (rowBytes * 8) / bits;
  for (let i = 0; i < rows; i++) {
    const row = i * rowBytes;
    if (predictor === 2 && bits === 8)
      for (let k = perTile; k < numbers; k++) bytes[row + k] += bytes[row + k - perTile];
    else if (predictor === 2 && bits === 16)
      for (let k = perTile; k < numbers; k++)
        view.setUint16(
          row + 2 * k,
          view.getUint16(row + 2 * k, isLittle) + view.getUint16(row + 2 * (k - perTile), isLittle),
          isLittle,
        );
    else if (predictor === 2 && bits === 32)
      for (let k = perTile; k < numbers; k++)
        view.setUint32(
          row + 4 * k,
          view.getUint32(row + 4 * k, isLittle) + view.getUint32(row + 4 * (k - perTile), isLittle),
          isLittle,
        );
    else if (predictor === 3 && bits >= 16) {
      for (let k = perTile; k < rowBytes; k++) bytes[row + k] += bytes[row + k - perTile];
      // The first bytes of all numbers, then the second ones, and so on, the highest first.
      const mixed = bytes.slice(row, row + rowBytes);
      const size = bits / 8;
      for (let k = 0; k < numbers; k++)
        for (let b = 0; b < size; b++) bytes[row + k * size + b] = mixed[b * numbers + k];
    } else
      throw new UnknownSort(
        `a TIFF of differences by method ${predictor} between numbers of ${bits} bits, which is not read`,
      );
  }
  return { bytes, isLittle: predictor === 3 ? false : isLittle };
}

type Read = (view: DataView, row: number, place: number, isLittle: boolean) => number;

const part = (bits: number): Read => {
  const [each, mask] = [8 / bits, (1 << bits) - 1];
  return (view, row, place) =>
    (view.getUint8(row + Math.floor(place / each)) >> (8 - bits - (place % each) * bits)) & mask;
};

/**
 * Of 0 to 1; what is no number is black.
 * @throws DecodingError where it is far beyond: then 1 is not the brightest, and only whoever wrote the file knows what is
 */
function unit(value: number): number {
  if (value > 1.5 || value < -0.5)
    throw new DecodingError(
      `a TIFF of floats, of which one is ${Number(value.toPrecision(4))}: expected 0 (black) to 1 (white)`,
    );
  return value >= 1 ? 255 : value > 0 ? Math.round(value * 255) : 0;
}

/**
 * Numbers as 0 to 255, by the range of their type: of 16 bits the highest eight, floats from 0 to 1. Fewer than eight
 * bits are left as they are: they may be places in a palette. Signed numbers, and those of 32 bits, nobody uses to the
 * end of their range: scaled by it, they would be grey or black throughout.
 */
const readers: { readonly [type: string]: Read } = {
  unsigned1: part(1),
  unsigned2: part(2),
  unsigned4: part(4),
  unsigned8: (view, row, place) => view.getUint8(row + place),
  unsigned16: (view, row, place, isLittle) => view.getUint16(row + 2 * place, isLittle) >> 8,
  float32: (view, row, place, isLittle) => unit(view.getFloat32(row + 4 * place, isLittle)),
  float64: (view, row, place, isLittle) => unit(view.getFloat64(row + 8 * place, isLittle)),
};

function coloured(raw: Uint8Array, directory: TiffDirectory, channels: number): Decoded {
  const { width, height, photometric, bits, palette, opacity } = directory;
  if (photometric === 5)
    return { width, height, channels: 3, pixels: rgbOfInks(raw, { areInverted: false }) };
  if (photometric === 3) {
    const colours = palette.length / 3;
    const pixels = new Uint8Array(width * height * 3);
    // Some writers have put bytes where the 16 bits of a colour belong.
    const shift = palette.every((value) => value < 256) ? 0 : 8;
    for (let i = 0; i < width * height; i++)
      for (let c = 0; c < 3; c++)
        pixels[3 * i + c] = (palette[c * colours + raw[channels * i]] ?? 0) >> shift;
    return { width, height, channels: 3, pixels };
  }
  if (bits < 8) for (let i = 0; i < raw.length; i++) raw[i] = (raw[i] * 255) / ((1 << bits) - 1);
  if (photometric === 0) for (let i = 0; i < raw.length; i += channels) raw[i] = 255 - raw[i];
  if (opacity === "associated") unmultiplied(raw, channels);
  return { width, height, channels: channels as Decoded["channels"], pixels: raw };
}

/** Colours that were multiplied with their opacity, as they were before. */
function unmultiplied(pixels: Uint8Array, channels: number): void {
  for (let i = 0; i < pixels.length; i += channels) {
    const alpha = pixels[i + channels - 1];
    for (let c = 0; c < channels - 1; c++)
      pixels[i + c] = alpha === 0 ? 0 : Math.min(255, Math.round((pixels[i + c] * 255) / alpha));
  }
}
