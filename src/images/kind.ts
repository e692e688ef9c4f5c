/** What a file is, by its first bytes: what it is called may be wrong. */
import { utf8Text } from "../formats/utf8.js";

/** Formats that are read, each with what a sentence calls it. */
export type PictureKind = "jpeg" | "png" | "webp" | "gif" | "tiff" | "bmp" | "avif" | "svg";

/** What picture files may be called; those of phones too, so that they are refused by name and not passed over. */
export const pictureFiles = /\.(jpe?g|jfif|png|webp|gif|tiff?|avif|bmp|hei[cf])$/i;

/** Formats of pictures that are not read, and things that often lie where a picture is expected. */
const others: readonly { readonly is: (bytes: Uint8Array) => boolean; readonly what: string }[] = [
  {
    is: (b) => /^(hei[cxms]|hev[cxms]|mif1|msf1)$/.test(brand(b)),
    what: "HEIC, which phones write, cannot be read; convert it to JPEG",
  },
  { is: (b) => brand(b) === "crx ", what: "a camera's raw file cannot be read; convert it to JPEG" },
  { is: (b) => brand(b) !== "", what: "a film, no picture" },
  { is: (b) => starts(b, "%PDF"), what: "a PDF cannot be read; convert its page to PNG" },
  { is: (b) => starts(b, "8BPS"), what: "a Photoshop file cannot be read; convert it to PNG" },
  { is: (b) => starts(b, "PK\x03\x04"), what: "a zip archive, no picture" },
  { is: (b) => starts(b, "\0\0\x01\0"), what: "an icon file cannot be read; convert it to PNG" },
  {
    is: (b) => starts(b, "\0\0\0\x0cjP  ") || starts(b, "\xff\x4f\xff\x51"),
    what: "JPEG 2000 cannot be read; convert it to JPEG",
  },
  {
    is: (b) => starts(b, "\xff\x0a") || starts(b, "\0\0\0\x0cJXL "),
    what: "JPEG XL cannot be read; convert it to JPEG",
  },
  { is: (b) => starts(b, "\0\x05\x16\x07"), what: "macOS's notes about another file, no picture" },
  { is: (b) => /^P[1-7][\s#]/.test(textOf(b, 3)), what: "a PNM file cannot be read; convert it to PNG" },
  { is: (b) => starts(b, "\x93NUMPY"), what: "an array of numpy, no picture file" },
  { is: (b) => starts(b, "\x89HDF"), what: "an HDF5 file, no picture" },
  {
    is: (b) => starts(b, "version https://git-lfs"),
    what: "a pointer of Git LFS; git lfs pull brings the picture",
  },
  { is: (b) => /^\s*<(!doctype html|html)/i.test(textOf(b, 256)), what: "a web page, no picture" },
];

/** @returns the format; in words what it is instead, if that can be told; or undefined */
export function kindOf(bytes: Uint8Array): { kind: PictureKind } | { refused: string } | undefined {
  if (starts(bytes, "\xff\xd8\xff")) return { kind: "jpeg" };
  if (starts(bytes, "\x89PNG\r\n\x1a\n")) return { kind: "png" };
  if (starts(bytes, "RIFF") && textOf(bytes.subarray(8), 4) === "WEBP") return { kind: "webp" };
  if (starts(bytes, "GIF87a") || starts(bytes, "GIF89a")) return { kind: "gif" };
  if (["II*\0", "MM\0*", "II+\0", "MM\0+"].some((start) => starts(bytes, start))) return { kind: "tiff" };
  if (starts(bytes, "BM") && isBmp(bytes)) return { kind: "bmp" };
  if (/^avi[fs]$/.test(brand(bytes))) return { kind: "avif" };
  if (isSvg(bytes)) return { kind: "svg" };
  const other = others.find(({ is }) => is(bytes));
  return other && { refused: other.what };
}

const textOf = (bytes: Uint8Array, length: number): string =>
  String.fromCharCode(...bytes.subarray(0, length));

const starts = (bytes: Uint8Array, text: string): boolean => textOf(bytes, text.length) === text;

/** "BM" may begin a text: a picture goes on with a header of a size that there is. */
const isBmp = (bytes: Uint8Array): boolean =>
  bytes.length >= 18 && [12, 40, 52, 56, 64, 108, 124].includes(bytes[14]) && bytes[15] === 0;

/**
 * Of the family of MPEG-4, to which HEIC and AVIF belong, the brand; where it is one that both use, the first of the
 * others that tells.
 */
function brand(bytes: Uint8Array): string {
  if (textOf(bytes.subarray(4), 4) !== "ftyp") return "";
  const main = textOf(bytes.subarray(8), 4);
  if (main !== "mif1" && main !== "msf1") return main;
  const length = Math.min((bytes[2] << 8) | bytes[3], 256);
  for (let at = 16; at + 4 <= length; at += 4) {
    const other = textOf(bytes.subarray(at), 4);
    if (/^(avi[fs]|hei[cxms]|hev[cxms])$/.test(other)) return other;
  }
  return main;
}

/** After declarations and comments stands the element. */
function isSvg(bytes: Uint8Array): boolean {
  const start = utf8Text(bytes.subarray(0, 4096));
  return /^\s*(<\?xml[^>]*>\s*|<!--[\s\S]*?-->\s*|<!DOCTYPE svg[^>]*(\[[^\]]*\])?[^>]*>\s*)*<(\w+:)?svg[\s>]/i.test(
    start,
  );
}
