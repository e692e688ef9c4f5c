/** JPEG by libjpeg-turbo: the pixels that Pillow gives, to the bit. */
import { type Decoded, DecodingError } from "./decoded.js";
import { rgbOfInks } from "./inks.js";
import { hasJpegEnd, readJpegHeader } from "./jpeg-header.js";
import { type Codec, codec } from "./wasm.js";

/** libjpeg-turbo's turbojpeg.h, version 2. */
interface TurboJpeg extends Codec {
  tjInitDecompress(): number;
  tjDecompressHeader3(
    handle: number,
    file: number,
    bytes: number,
    width: number,
    height: number,
    subsampling: number,
    colours: number,
  ): number;
  tjDecompress2(
    handle: number,
    file: number,
    bytes: number,
    to: number,
    width: number,
    pitch: number,
    height: number,
    format: number,
    flags: number,
  ): number;
  tjDestroy(handle: number): number;
}

const withTurboJpeg = codec<TurboJpeg>("@cwasm/jpeg-turbo/jpeg-turbo.wasm");

/** Pixel formats: TJPF_RGB, TJPF_GRAY, TJPF_CMYK. */
const formats = {
  rgb: { code: 0, size: 3 },
  grey: { code: 6, size: 1 },
  cmyk: { code: 11, size: 4 },
} as const;

/**
 * @param shrink  1, 2, 4 or 8: every pixel is the mean of so many by so many, which is decoded so much the sooner
 * @throws DecodingError if the file is cut short or damaged
 */
export async function decodeJpeg(bytes: Uint8Array, { shrink = 1 } = {}): Promise<Decoded> {
  const header = readJpegHeader(bytes);
  const { components } = header;
  const format = components === 1 ? formats.grey : components === 4 ? formats.cmyk : formats.rgb;
  const [width, height] = [header.width, header.height].map((n) => Math.ceil(n / shrink));
  const pixels = await withTurboJpeg(bytes, (turbo, file) => {
    const handle = turbo.tjInitDecompress();
    const to = turbo.malloc(width * height * format.size);
    const numbers = turbo.malloc(16);
    if (handle === 0 || to === 0 || numbers === 0) throw new DecodingError("too large to be decoded");
    const begun = turbo.tjDecompressHeader3(
      handle,
      file,
      bytes.length,
      numbers,
      numbers + 4,
      numbers + 8,
      numbers + 12,
    );
    if (begun !== 0) throw new DecodingError("damaged JPEG image");
    // What is less than whole is still decoded, with a warning: as others, we refuse only what ends too early.
    const decoded = turbo.tjDecompress2(
      handle,
      file,
      bytes.length,
      to,
      width,
      width * format.size,
      height,
      format.code,
      0,
    );
    if (decoded !== 0 && !hasJpegEnd(bytes)) throw new DecodingError("premature end of JPEG image");
    const copy = new Uint8Array(turbo.memory.buffer).slice(to, to + width * height * format.size);
    turbo.free(numbers);
    turbo.free(to);
    turbo.tjDestroy(handle);
    return copy;
  }).catch((error: unknown) => {
    if (error instanceof DecodingError) throw error;
    throw new DecodingError(hasJpegEnd(bytes) ? "damaged JPEG image" : "premature end of JPEG image");
  });
  return components === 4
    ? { width, height, channels: 3, pixels: rgbOfInks(pixels, { areInverted: hasAdobeSegment(bytes) }) }
    : { width, height, channels: components === 1 ? 1 : 3, pixels };
}

/** Adobe's programs, and others after them, store inks as what is left of the white. */
function hasAdobeSegment(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda; ) {
    if (bytes[at + 1] === 0xff) {
      at++;
      continue;
    }
    if (bytes[at + 1] === 0xee && String.fromCharCode(...bytes.subarray(at + 4, at + 9)) === "Adobe")
      return true;
    at += 2 + view.getUint16(at + 2);
  }
  return false;
}
