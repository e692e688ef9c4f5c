/** What the decoders of picture files have in common. */

/** What a file says of its picture before any pixel is read. */
export interface Header {
  /** As the pixels are stored, before they are turned. */
  readonly width: number;
  readonly height: number;
  /** 1 to 8, as EXIF counts them; 1: as it is stored. */
  readonly orientation: number;
  /** The ICC profile in which its colours are meant. */
  readonly profile?: Uint8Array;
  /** Stored as brightness alone. */
  readonly isGrey: boolean;
  /** More pixels than these the file cannot hold, however well it is packed: whoever announces more is cut short, or a bomb. */
  readonly atMost?: number;
  /** The package sharp gives the same pixels, and sooner. */
  readonly isPlain: boolean;
}

/** Pixels as they are stored: not yet turned, not yet on white, in the colours of the file. */
export interface Decoded {
  readonly width: number;
  readonly height: number;
  /** 1: grey; 2: grey, opacity; 3: red, green, blue; 4: red, green, blue, opacity. */
  readonly channels: 1 | 2 | 3 | 4;
  readonly pixels: Uint8Array;
}

/** What is wrong with a file, to stand in brackets behind its name. */
export class DecodingError extends Error {
  override readonly name = "DecodingError";
}

/** The file is whole, but of a sort that the built-in decoder does not know; sharp may. */
export class UnknownSort extends DecodingError {}

/** A view that counts from the beginning of these bytes. */
export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const asciiAt = (bytes: Uint8Array, begin: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(begin, end));

/** Formats of JPEG's kind name their EXIF block, or not. */
export const withoutExifName = (bytes: Uint8Array): Uint8Array =>
  asciiAt(bytes, 0, 6) === "Exif\0\0" ? bytes.subarray(6) : bytes;

/**
 * The orientation in an EXIF block: a TIFF directory with tag 0x112.
 * @returns 1 where it says none, or nothing that makes sense
 */
export function exifOrientation(bytes: Uint8Array): number {
  if (bytes.length < 8) return 1;
  const view = viewOf(bytes);
  const little = asciiAt(bytes, 0, 2) === "II";
  const at = view.getUint32(4, little);
  if (at + 2 > bytes.length) return 1;
  const entries = view.getUint16(at, little);
  for (let i = 0; i < entries; i++) {
    const entry = at + 2 + 12 * i;
    if (entry + 12 > bytes.length) return 1;
    if (view.getUint16(entry, little) !== 0x112) continue;
    const value = view.getUint16(entry + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
