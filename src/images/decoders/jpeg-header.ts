/** The segments of a JPEG file. ITU-T T.81, annex B. */
import { asciiAt, DecodingError, exifOrientation, type Header, viewOf, withoutExifName } from "./decoded.js";

export interface JpegHeader extends Header {
  readonly components: number;
}

/** Frames that the decoder does not know, by their marker. */
const unknownFrames: { readonly [marker: number]: string } = {
  195: "a lossless JPEG",
  197: "a hierarchical JPEG",
  198: "a hierarchical JPEG",
  199: "a hierarchical JPEG",
  203: "a lossless JPEG",
  205: "a hierarchical JPEG",
  206: "a hierarchical JPEG",
  207: "a hierarchical JPEG",
};

/** @throws DecodingError if the file ends before the frame is described, or its frame is of a rare sort */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  const view = viewOf(bytes);
  let orientation = 1;
  const profile: Uint8Array[] = [];
  let at = 2;
  for (;;) {
    // Any number of FF may stand before a marker.
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
    if (at + 4 > bytes.length) throw new DecodingError("premature end of JPEG image");
    if (bytes[at] !== 0xff) throw new DecodingError("damaged JPEG image: no marker where one must be");
    const marker = bytes[at + 1];
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2;
      continue;
    }
    const length = view.getUint16(at + 2);
    const segment = bytes.subarray(at + 4, at + 2 + length);
    if (marker === 0xe1 && asciiAt(segment, 0, 6) === "Exif\0\0")
      orientation = exifOrientation(withoutExifName(segment));
    if (marker === 0xe2 && asciiAt(segment, 0, 12) === "ICC_PROFILE\0")
      profile[segment[12]] = segment.subarray(14);
    if (marker in unknownFrames) throw new DecodingError(`${unknownFrames[marker]}, which is not read`);
    if (marker === 0xda || marker === 0xd9)
      throw new DecodingError("damaged JPEG image: its size is not said");
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) {
      if (segment.length < 6) throw new DecodingError("premature end of JPEG image");
      const [bits, components] = [segment[0], segment[5]];
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      if (bits !== 8) throw new DecodingError(`a JPEG of ${bits} bits a channel, which is not read`);
      if (width === 0 || height === 0) throw new DecodingError("damaged JPEG image: it has no pixels");
      return {
        width,
        height,
        orientation,
        components,
        profile: profile.length > 0 ? joined(profile.filter(Boolean)) : undefined,
        isGrey: components === 1,
        // A block of 8×8 pixels takes a bit at least.
        atMost: 64 * 8 * bytes.length,
        isPlain: components === 1 || components === 3,
      };
    }
    at += 2 + length;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether the file goes on to the end of its picture: the marker D9, which within the data of pixels cannot stand. */
export function hasJpegEnd(bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff || bytes[at + 1] === 0 || (bytes[at + 1] >= 0xd0 && bytes[at + 1] <= 0xd7)) {
      at = bytes.indexOf(0xff, at + 1); // within pixels
      if (at < 0) return false;
    } else if (bytes[at + 1] === 0xff) at++;
    else if (bytes[at + 1] === 0xd9) return true;
    else at += 2 + view.getUint16(at + 2);
  }
  return bytes[bytes.length - 2] === 0xff && bytes[bytes.length - 1] === 0xd9;
}
