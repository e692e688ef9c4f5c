/** The directory of a TIFF file's first page. Aldus: TIFF, revision 6.0, 1992, sections 2 and 8. */
import { asciiAt, DecodingError, type Header, UnknownSort, viewOf } from "./decoded.js";

export interface TiffDirectory extends Header {
  readonly isLittle: boolean;
  readonly samples: number;
  /** Of a sample. */
  readonly bits: number;
  readonly format: "unsigned" | "signed" | "float";
  readonly compression: number;
  readonly predictor: number;
  readonly photometric: number;
  /** Samples beyond those of the colour: the first may be opacity. */
  readonly opacity: "none" | "associated" | "separate";
  /** Each channel has strips of its own. */
  readonly isPlanar: boolean;
  /** Bits of a byte are filled from the lowest on. */
  readonly isReversed: boolean;
  /** Strips are tiles as wide as the picture. */
  readonly tile: { readonly width: number; readonly height: number };
  readonly offsets: readonly number[];
  readonly lengths: readonly number[];
  /** Of indexed colours: reds, then greens, then blues, 16 bits each. */
  readonly palette: readonly number[];
}

/** Bytes of a value by its type; 0: a type that nobody needs here. */
const sizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];

/** More values no tag that is read has: tiles of 16×16 in the largest picture are half a million. */
const mostValues = 2 ** 20;

const damaged = (what: string) => new DecodingError(`damaged TIFF image: ${what}`);

/** @throws DecodingError if the file is cut short, makes no sense, or is of a sort that is not read */
export function readTiffDirectory(bytes: Uint8Array): TiffDirectory {
  if (bytes.length < 8) throw new DecodingError("premature end of TIFF image");
  const isLittle = asciiAt(bytes, 0, 2) === "II";
  const view = viewOf(bytes);
  if (view.getUint16(2, isLittle) === 43) throw new UnknownSort("a BigTIFF, which is not read");
  const begin = view.getUint32(4, isLittle);
  if (begin + 2 > bytes.length) throw new DecodingError("premature end of TIFF image");
  const count = view.getUint16(begin, isLittle);
  if (begin + 2 + 12 * count > bytes.length) throw new DecodingError("premature end of TIFF image");
  const places = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const at = begin + 2 + 12 * i;
    places.set(view.getUint16(at, isLittle), at);
  }
  const bytesOf = (tag: number): { type: number; values: Uint8Array } | undefined => {
    const at = places.get(tag);
    if (at === undefined) return undefined;
    const type = view.getUint16(at + 2, isLittle);
    const length = (sizes[type] ?? 0) * view.getUint32(at + 4, isLittle);
    const from = length <= 4 ? at + 8 : view.getUint32(at + 8, isLittle);
    if (from + length > bytes.length) throw new DecodingError("premature end of TIFF image");
    return { type, values: bytes.subarray(from, from + length) };
  };
  const numbers = (tag: number): number[] => {
    const found = bytesOf(tag);
    if (!found) return [];
    const { type, values } = found;
    const each = sizes[type];
    if (values.length > mostValues * each) throw damaged("a tag has too many values");
    const of = viewOf(values);
    if (type === 1) return [...values];
    if (type === 3) return Array.from({ length: values.length / 2 }, (_, i) => of.getUint16(2 * i, isLittle));
    if (type === 4) return Array.from({ length: values.length / 4 }, (_, i) => of.getUint32(4 * i, isLittle));
    throw damaged(`tag ${tag} is no whole number`);
  };
  const number = (tag: number, otherwise: number): number => numbers(tag)[0] ?? otherwise;

  const [width, height] = [number(256, 0), number(257, 0)];
  if (width === 0 || height === 0) throw damaged("it has no pixels");
  const samples = number(277, 1);
  const bitsOf = numbers(258);
  const bits = bitsOf[0] ?? 1;
  if (bitsOf.some((b) => b !== bits))
    throw new UnknownSort("a TIFF of channels with unlike bits, which is not read");
  const format = formats[number(339, 1)];
  if (!format) throw new UnknownSort("a TIFF of complex numbers, which is not read");
  const photometric = number(262, 1);
  const colours = photometric === 2 ? 3 : photometric === 5 ? 4 : 1;
  if (samples < colours || samples > 64) throw damaged(`${samples} channels`);
  const extra = number(338, 0);
  const isTiled = places.has(322);
  const tile = isTiled
    ? { width: number(322, 0), height: number(323, 0) }
    : { width, height: Math.min(number(278, height), height) };
  if (
    !(
      tile.width > 0 &&
      tile.height > 0 &&
      tile.width <= 2 * width + 65536 &&
      tile.height <= 2 * height + 65536
    )
  )
    throw damaged("tiles of no possible size");
  const isPlanar = number(284, 1) === 2 && samples > 1;
  const offsets = numbers(isTiled ? 324 : 273);
  const stated = numbers(isTiled ? 325 : 279);
  const tiles = Math.ceil(width / tile.width) * Math.ceil(height / tile.height) * (isPlanar ? samples : 1);
  if (offsets.length < tiles) throw damaged("parts of it are missing");
  const orientation = number(274, 1);
  const compression = number(259, 1);
  return {
    ...{ width, height, isLittle, samples, bits, format, compression, photometric, isPlanar, tile, offsets },
    orientation: orientation >= 1 && orientation <= 8 ? orientation : 1,
    predictor: number(317, 1),
    opacity: samples <= colours ? "none" : extra === 1 ? "associated" : extra === 2 ? "separate" : "none",
    isReversed: number(266, 1) === 2,
    // Old writers leave out how long the only strip is.
    lengths: offsets.map((offset, i) => stated[i] ?? bytes.length - offset),
    palette: photometric === 3 ? numbers(320) : [],
    profile: bytesOf(34675)?.values,
    isGrey: photometric <= 1,
    atMost: Math.ceil((bytes.length * 8 * (packing[compression] ?? 4096)) / (bits * samples)),
    isPlain: false,
  };
}

const formats: { readonly [code: number]: TiffDirectory["format"] } = {
  1: "unsigned",
  2: "signed",
  3: "float",
  4: "unsigned",
};

/** How many bytes a byte stands for at most, by the method of packing. */
const packing: { readonly [compression: number]: number } = {
  1: 1,
  5: 2731,
  8: 1032,
  32946: 1032,
  32773: 64,
};
