/** WebP by libwebp; of an animation the first frame. Google: WebP Container Specification. */
import {
  asciiAt,
  type Decoded,
  DecodingError,
  exifOrientation,
  type Header,
  viewOf,
  withoutExifName,
} from "./decoded.js";
import { type Codec, codec } from "./wasm.js";

interface LibWebp extends Codec {
  WebPDecodeRGBA(file: number, bytes: number, width: number, height: number): number;
}

const withLibWebp = codec<LibWebp>("@cwasm/webp/webp.wasm");

interface Chunk {
  readonly name: string;
  readonly content: Uint8Array;
  /** With its name and length, as it stands in the file. */
  readonly whole: Uint8Array;
}

function chunksOf(bytes: Uint8Array, begin: number): Chunk[] {
  const view = viewOf(bytes);
  const chunks: Chunk[] = [];
  for (let at = begin; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at + 4, true);
    const end = at + 8 + length + (length % 2);
    chunks.push({
      name: asciiAt(bytes, at, at + 4),
      content: bytes.subarray(at + 8, at + 8 + length),
      whole: bytes.subarray(at, end),
    });
    at = end;
  }
  return chunks;
}

const uint24 = (bytes: Uint8Array, at: number): number =>
  bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);

/** @throws DecodingError if no picture is described */
export function readWebpHeader(bytes: Uint8Array): Header {
  const chunks = chunksOf(bytes, 12);
  const named = (name: string) => chunks.find((chunk) => chunk.name === name)?.content;
  const size = sizeOf(chunks);
  if (!size) throw new DecodingError("premature end of WebP image");
  const exif = named("EXIF");
  return {
    ...size,
    orientation: exif ? exifOrientation(withoutExifName(exif)) : 1,
    profile: named("ICCP"),
    isGrey: false,
    isPlain: !named("VP8X"),
  };
}

function sizeOf(chunks: readonly Chunk[]): { width: number; height: number } | undefined {
  for (const { name, content } of chunks) {
    if (name === "VP8X" && content.length >= 10)
      return { width: 1 + uint24(content, 4), height: 1 + uint24(content, 7) };
    if (name === "VP8 " && content.length >= 10)
      return {
        width: (content[6] | (content[7] << 8)) & 0x3fff,
        height: (content[8] | (content[9] << 8)) & 0x3fff,
      };
    if (name === "VP8L" && content.length >= 5) {
      const bits = viewOf(content).getUint32(1, true);
      return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) };
    }
  }
  return undefined;
}

/** @throws DecodingError if the file is cut short or damaged */
export async function decodeWebp(bytes: Uint8Array): Promise<Decoded> {
  const { width, height } = readWebpHeader(bytes);
  const frame = chunksOf(bytes, 12).find(({ name }) => name === "ANMF")?.content;
  if (!frame) return { width, height, channels: 4, pixels: await pixelsOf(bytes, { width, height }) };
  const [left, top] = [2 * uint24(frame, 0), 2 * uint24(frame, 3)];
  const inner = { width: 1 + uint24(frame, 6), height: 1 + uint24(frame, 9) };
  if (left + inner.width > width || top + inner.height > height)
    throw new DecodingError("damaged WebP image: a frame lies beyond the picture");
  const part = await pixelsOf(asFile(frame, inner), inner);
  const pixels = new Uint8Array(width * height * 4);
  for (let i = 0; i < inner.height; i++)
    pixels.set(part.subarray(i * inner.width * 4, (i + 1) * inner.width * 4), ((top + i) * width + left) * 4);
  return { width, height, channels: 4, pixels };
}

/** A frame of an animation as a file of its own. */
function asFile(frame: Uint8Array, { width, height }: { width: number; height: number }): Uint8Array {
  const parts = chunksOf(frame, 16).filter(({ name }) => /^(ALPH|VP8 |VP8L)$/.test(name));
  const hasOpacity = parts.some(({ name }) => name === "ALPH");
  const extended = new Uint8Array(hasOpacity ? 18 : 0);
  if (hasOpacity) {
    extended.set([...new TextEncoder().encode("VP8X"), 10, 0, 0, 0, 0x10]);
    for (let k = 0; k < 3; k++) {
      extended[12 + k] = (width - 1) >> (8 * k);
      extended[15 + k] = (height - 1) >> (8 * k);
    }
  }
  const length = parts.reduce((sum, { whole }) => sum + whole.length, 4 + extended.length);
  const file = new Uint8Array(8 + length);
  file.set(new TextEncoder().encode("RIFF"));
  viewOf(file).setUint32(4, length, true);
  file.set(new TextEncoder().encode("WEBP"), 8);
  file.set(extended, 12);
  let at = 12 + extended.length;
  for (const { whole } of parts) {
    file.set(whole, at);
    at += whole.length;
  }
  return file;
}

async function pixelsOf(
  bytes: Uint8Array,
  { width, height }: { width: number; height: number },
): Promise<Uint8Array> {
  const length = viewOf(bytes).getUint32(4, true);
  if (length + 8 > bytes.length + 1) throw new DecodingError("premature end of WebP image");
  return withLibWebp(bytes, (webp, file) => {
    const numbers = webp.malloc(8);
    const to = webp.WebPDecodeRGBA(file, bytes.length, numbers, numbers + 4);
    const [w, h] = new Uint32Array(webp.memory.buffer, numbers, 2);
    if (to === 0 || w !== width || h !== height) throw new DecodingError("damaged WebP image");
    const copy = new Uint8Array(webp.memory.buffer).slice(to, to + width * height * 4);
    webp.free(numbers);
    webp.free(to);
    return copy;
  }).catch((error: unknown) => {
    if (error instanceof DecodingError) throw error;
    throw new DecodingError("damaged WebP image");
  });
}
