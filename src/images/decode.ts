/** The bytes of a picture file as a picture. Decoders are loaded at their first use. */
import { decodeBaselineJpeg } from "./baseline-jpeg.js";
import { type ColourChange, toSrgb } from "./colour-profile.js";
import { type Decoded, DecodingError, type Header, UnknownSort } from "./decoders/decoded.js";
import { kindOf, type PictureKind } from "./kind.js";
import type { Picture } from "./picture.js";
import { PictureError } from "./picture-error.js";
import {
  type PictureRegion,
  type ReadOptions,
  tooLarge,
  usualMostPixels,
  type WantedPart,
} from "./reading.js";
import { resize } from "./resize.js";
import { loadSharp, paysToLoad, sharpPixels } from "./sharp.js";
import { onWhite, partOf, turned } from "./turn.js";

/**
 * @param name  of the file, for what is said of it
 * @throws PictureError  one line: not a picture, cut short, damaged, too large, or of a sort that is not read
 */
export async function decodePicture(
  bytes: Uint8Array,
  name: string,
  options: ReadOptions = {},
  part?: WantedPart,
): Promise<Picture> {
  try {
    return await decoded(bytes, options, part);
  } catch (error) {
    if (error instanceof DecodingError)
      throw new PictureError(`${name}: not a picture that can be read (${error.message})`);
    if (error instanceof TooLarge || error instanceof NeedsSharp)
      throw new PictureError(`${name}: ${error.message}`);
    // A number that leads beyond the file, in a place where nobody has looked for it.
    if (error instanceof RangeError)
      throw new PictureError(`${name}: not a picture that can be read (damaged image)`);
    throw error;
  }
}

/**
 * How large it is as it is seen, by its header alone.
 * @throws PictureError as `decodePicture`
 */
export async function sizeOfPicture(
  bytes: Uint8Array,
  name: string,
): Promise<{ width: number; height: number }> {
  const found = bytes.length > 0 ? kindOf(bytes) : undefined;
  if (found && "kind" in found && found.kind !== "avif" && found.kind !== "svg") {
    try {
      return seen((await decoders[found.kind]()).header(bytes));
    } catch {
      // What is wrong with it, or with its sort, is said where it is decoded.
    }
  }
  const { width, height } = await decodePicture(bytes, name);
  return { width, height };
}

/** Of a whole picture so small that asking sharp for it takes several times as long as decoding it here. */
const fewPixels = 32 * 32;

class TooLarge extends Error {}
class NeedsSharp extends Error {}

interface Decoder {
  header(bytes: Uint8Array): Header;
  /** @param shrink  see `decodeJpeg`; others have no use for it */
  decode(bytes: Uint8Array, how: { shrink?: number }): Decoded | Promise<Decoded>;
}

const decoders: { readonly [K in Exclude<PictureKind, "avif" | "svg">]: () => Promise<Decoder> } = {
  async jpeg() {
    const { readJpegHeader } = await import("./decoders/jpeg-header.js");
    return { header: readJpegHeader, decode: (await import("./decoders/jpeg.js")).decodeJpeg };
  },
  async png() {
    const { readPngHeader, decodePng } = await import("./decoders/png.js");
    return { header: readPngHeader, decode: decodePng };
  },
  async webp() {
    const { readWebpHeader, decodeWebp } = await import("./decoders/webp.js");
    return { header: readWebpHeader, decode: decodeWebp };
  },
  async gif() {
    const { readGifHeader, decodeGif } = await import("./decoders/gif.js");
    return { header: readGifHeader, decode: decodeGif };
  },
  async tiff() {
    const { readTiffDirectory } = await import("./decoders/tiff-directory.js");
    return { header: readTiffDirectory, decode: (await import("./decoders/tiff.js")).decodeTiff };
  },
  async bmp() {
    const { readBmpHeader, decodeBmp } = await import("./decoders/bmp.js");
    return { header: readBmpHeader, decode: decodeBmp };
  },
};

async function decoded(
  bytes: Uint8Array,
  { colours = "srgb", mostPixels = usualMostPixels }: ReadOptions,
  part: WantedPart | undefined,
): Promise<Picture> {
  if (bytes.length === 0) throw new DecodingError("the file is empty");
  const found = kindOf(bytes);
  if (!found) throw new DecodingError("unsupported image format");
  if ("refused" in found) throw new DecodingError(found.refused);
  const { kind } = found;
  if (kind === "avif" || kind === "svg") return bySharpAlone(bytes, kind, mostPixels, part);
  const decoder = await decoders[kind]();
  let header: Header;
  try {
    header = decoder.header(bytes);
    checkSize(header, mostPixels);
    if (header.atMost !== undefined && header.width * header.height > header.atMost)
      throw new DecodingError(`premature end of ${kindNames[kind]} image`);
  } catch (error) {
    if (error instanceof UnknownSort) return bySharpInstead(bytes, error, mostPixels, part);
    throw error;
  }
  const change = colours === "srgb" && header.profile ? toSrgb(header.profile) : undefined;
  // Asked once: parts are drawn at random.
  const asked = part && { size: part.size, region: part.region(seen(header)) };
  const sooner = kind === "jpeg" && !asked ? decodeBaselineJpeg(bytes) : undefined;
  if (sooner) {
    change?.(sooner.pixels, sooner.channels);
    return turned(onWhite(sooner), header.orientation);
  }
  const count = header.width * header.height;
  if (header.isPlain && (asked || count > fewPixels) && paysToLoad(count, kind === "jpeg")) {
    const picture = await bySharp(bytes, header, change, asked);
    if (picture) return picture;
  }
  const shrink = kind === "jpeg" && asked ? shrinkFor(asked) : 1;
  try {
    const pixels = await decoder.decode(bytes, { shrink });
    change?.(pixels.pixels, pixels.channels);
    return finished(turned(onWhite(pixels), header.orientation), asked, shrink);
  } catch (error) {
    if (error instanceof UnknownSort) return bySharpInstead(bytes, error, mostPixels, part);
    throw error;
  }
}

const kindNames = { jpeg: "JPEG", png: "PNG", webp: "WebP", gif: "GIF", tiff: "TIFF", bmp: "BMP" } as const;

function checkSize({ width, height }: { width: number; height: number }, mostPixels: number): void {
  if (width * height > mostPixels) throw new TooLarge(tooLarge({ width, height }, mostPixels));
}

/** As it is seen: orientations from 5 on lie on their side. */
const seen = ({ width, height, orientation }: Header) =>
  orientation >= 5 ? { width: height, height: width } : { width, height };

interface AskedPart {
  readonly size: WantedPart["size"];
  readonly region: PictureRegion;
}

/** How much smaller a JPEG may be decoded, so that the part still has as many pixels as are wanted. */
const shrinkFor = ({ region, size: [height, width] }: AskedPart): number =>
  [8, 4, 2].find((by) => region.width >= width * by && region.height >= height * by) ?? 1;

/** @param shrink  the picture is so many times smaller than the one of which the part was asked */
function finished(picture: Picture, asked: AskedPart | undefined, shrink: number): Picture {
  if (!asked) return picture;
  const [height, width] = asked.size;
  const { region } = asked;
  const left = Math.min(Math.floor(region.left / shrink), picture.width - 1);
  const top = Math.min(Math.floor(region.top / shrink), picture.height - 1);
  const cut = partOf(picture, {
    left,
    top,
    width: Math.min(Math.max(1, Math.round(region.width / shrink)), picture.width - left),
    height: Math.min(Math.max(1, Math.round(region.height / shrink)), picture.height - top),
  });
  return resize(cut, { width, height }, "bilinear");
}

/** The quicker way where sharp is there; undefined where it is not, or fails: what is wrong our own decoders say. */
async function bySharp(
  bytes: Uint8Array,
  header: Header,
  change: ColourChange | undefined,
  wanted: AskedPart | undefined,
): Promise<Picture | undefined> {
  const sharp = loadSharp();
  if (!sharp) return undefined;
  try {
    const channels = header.isGrey ? 1 : 3;
    const picture = await sharpPixels(sharp, bytes, { channels, wanted });
    change?.(picture.pixels, picture.channels);
    return picture;
  } catch {
    return undefined;
  }
}

async function bySharpAlone(
  bytes: Uint8Array,
  kind: "avif" | "svg",
  mostPixels: number,
  part: WantedPart | undefined,
): Promise<Picture> {
  const sharp = loadSharp();
  if (!sharp)
    throw new NeedsSharp(
      `${kind === "avif" ? "AVIF" : "SVG"} pictures are read with the package sharp: npm install sharp`,
    );
  return wholeBySharp(sharp, bytes, mostPixels, part);
}

async function bySharpInstead(
  bytes: Uint8Array,
  error: UnknownSort,
  mostPixels: number,
  part: WantedPart | undefined,
): Promise<Picture> {
  const sharp = loadSharp();
  if (!sharp) throw new DecodingError(`${error.message}; the package sharp may: npm install sharp`);
  return wholeBySharp(sharp, bytes, mostPixels, part);
}

async function wholeBySharp(
  sharp: NonNullable<ReturnType<typeof loadSharp>>,
  bytes: Uint8Array,
  mostPixels: number,
  part: WantedPart | undefined,
): Promise<Picture> {
  try {
    const { width, height, space } = await sharp(bytes, { limitInputPixels: false }).metadata();
    checkSize({ width, height }, mostPixels);
    const isGrey = space === "b-w" || space === "grey16";
    const picture = await sharpPixels(sharp, bytes, { channels: isGrey ? 1 : 3, followsProfile: true });
    return finished(picture, part && { size: part.size, region: part.region(picture) }, 1);
  } catch (error) {
    if (error instanceof TooLarge) throw error;
    throw new DecodingError(reason(error));
  }
}

/**
 * The first line of sharp's message: it says the same several times, calls every file "Input buffer", and tells which
 * function of a library it comes from. What speaks of that library's constants is for its programmers.
 */
function reason(error: unknown): string {
  const [first] = (error as Error).message.trim().split("\n");
  const plain = first
    .replace(/^Input buffer (contains |has corrupt header: )/, "")
    .replace(/^\w*(vips|load)\w*: /i, "");
  return /[A-Z]_[A-Z]|undefined/.test(plain) ? "damaged image" : plain;
}
