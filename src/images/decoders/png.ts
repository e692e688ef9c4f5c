/** PNG by lodepng; its chunks, as far as they say how the pixels are meant, are read here. */
import { inflateSync } from "node:zlib";
import { asciiAt, type Decoded, DecodingError, exifOrientation, type Header, viewOf } from "./decoded.js";
import { type Codec, codec } from "./wasm.js";

interface LodePng extends Codec {
  lodepng_decode32(to: number, width: number, height: number, file: number, bytes: number): number;
}

const withLodePng = codec<LodePng>("@cwasm/lodepng/lodepng.wasm");

/** Of a profile, unpacked: those of cameras and screens have a few kB, those of printers a few MB. */
const mostOfProfile = 2 ** 24;

/** Whether grey, and whether opacity follows, by the colour type. */
const sorts: { readonly [type: number]: { isGrey: boolean; channels: number } } = {
  0: { isGrey: true, channels: 1 },
  2: { isGrey: false, channels: 3 },
  3: { isGrey: false, channels: 1 },
  4: { isGrey: true, channels: 2 },
  6: { isGrey: false, channels: 4 },
};

/** @throws DecodingError if the file ends before its first pixel, or its header makes no sense */
export function readPngHeader(bytes: Uint8Array): Header {
  const view = viewOf(bytes);
  if (bytes.length < 33) throw new DecodingError("premature end of PNG image");
  const [width, height, depth, type] = [view.getUint32(16), view.getUint32(20), bytes[24], bytes[25]];
  const sort = sorts[type];
  if (asciiAt(bytes, 12, 16) !== "IHDR" || !sort || width === 0 || height === 0)
    throw new DecodingError("damaged PNG image: its header makes no sense");
  let orientation = 1;
  let profile: Uint8Array | undefined;
  let isOpaque = type !== 4 && type !== 6;
  let [packed, isWhole] = [0, false];
  for (let at = 33; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const name = asciiAt(bytes, at + 4, at + 8);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (name === "eXIf") orientation = exifOrientation(content);
    if (name === "iCCP") profile = unpackedProfile(content);
    if (name === "tRNS") isOpaque = false;
    if (name === "IDAT") packed += content.length;
    if (name === "IEND") {
      isWhole = true;
      break;
    }
    at += 12 + length;
  }
  if (!isWhole) throw new DecodingError("premature end of PNG image");
  const bits = sort.channels * depth;
  return {
    width,
    height,
    orientation,
    profile,
    isGrey: sort.isGrey,
    // Deflate packs at most 1032 bytes into one.
    atMost: Math.ceil((packed * 1032 * 8) / bits),
    isPlain: isOpaque && depth <= 8,
  };
}

function unpackedProfile(content: Uint8Array): Uint8Array | undefined {
  const name = content.indexOf(0);
  try {
    return inflateSync(content.subarray(name + 2), { maxOutputLength: mostOfProfile });
  } catch {
    return undefined; // pixels without a readable profile are still pixels
  }
}

/** lodepng's error codes that say something to a person. */
const problems: { readonly [code: number]: string } = {
  57: "damaged PNG image: a checksum is wrong",
  58: "damaged PNG image: a checksum is wrong",
  83: "too large to be decoded",
};

/** @throws DecodingError if the file is cut short or damaged */
export async function decodePng(bytes: Uint8Array): Promise<Decoded> {
  const { isGrey, width, height } = readPngHeader(bytes);
  const rgba = await withLodePng(bytes, (lode, file) => {
    const numbers = lode.malloc(12);
    const code = lode.lodepng_decode32(numbers, numbers + 4, numbers + 8, file, bytes.length);
    if (code !== 0) throw new DecodingError(problems[code] ?? "damaged PNG image");
    const [to] = new Uint32Array(lode.memory.buffer, numbers, 3);
    const copy = new Uint8Array(lode.memory.buffer).slice(to, to + width * height * 4);
    lode.free(numbers);
    lode.free(to);
    return copy;
  }).catch((error: unknown) => {
    if (error instanceof DecodingError) throw error;
    throw new DecodingError("damaged PNG image");
  });
  return isGrey
    ? { width, height, channels: 2, pixels: greyOf(rgba) }
    : { width, height, channels: 4, pixels: rgba };
}

function greyOf(rgba: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(rgba.length / 2);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 2) {
    pixels[to] = rgba[from];
    pixels[to + 1] = rgba[from + 3];
  }
  return pixels;
}
