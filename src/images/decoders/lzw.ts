import { DecodingError } from "./decoded.js";

/** How GIF and TIFF write the codes of one method. */
export interface LzwManner {
  /** Bits of the first codes: those of a symbol, and one. */
  readonly width: number;
  /** "low": a code begins at the lowest bit that is left of a byte (GIF); "high": at the highest (TIFF). */
  readonly bits: "low" | "high";
  /** Codes become longer one code sooner than they must: so TIFF has it. */
  readonly isEarly: boolean;
}

/**
 * Lempel, Ziv and Welch's method, backwards.
 *
 * @param to  is filled as far as the codes go, and no further
 * @returns how many bytes were written
 * @throws DecodingError at a code that cannot stand there
 * CompuServe: GIF89a, appendix F; Aldus: TIFF 6.0, section 13.
 */
export function unpackLzw(
  from: Uint8Array,
  to: Uint8Array,
  { width: first, bits, isEarly }: LzwManner,
): number {
  const clear = 1 << (first - 1);
  const end = clear + 1;
  // The string of a code is that of its prefix and one symbol more.
  const prefix = new Uint16Array(4096);
  const symbol = new Uint8Array(4096);
  const length = new Uint16Array(4096);
  for (let k = 0; k < clear; k++) [symbol[k], length[k]] = [k, 1];
  let [next, width, previous] = [end + 1, first, -1];
  let [held, count, written] = [0, 0, 0];
  for (let at = 0; written < to.length; ) {
    while (count < width) {
      if (at >= from.length) return written;
      held = bits === "low" ? held | (from[at] << count) : ((held << 8) | from[at]) & 0xffffff;
      at++;
      count += 8;
    }
    const code = bits === "low" ? held & ((1 << width) - 1) : (held >> (count - width)) & ((1 << width) - 1);
    count -= width;
    if (bits === "low") held >>= width;
    if (code === end) return written;
    if (code === clear) {
      [next, width, previous] = [end + 1, first, -1];
      continue;
    }
    const isNew = code === next && previous >= 0;
    // Behind a clear stands a symbol; codes from `next` on are not known yet, but for the one that is just being made.
    if (code >= next ? !isNew : previous < 0 && code > end)
      throw new DecodingError("damaged image: an impossible LZW code");
    // A code that is just being made is the previous string and its own first symbol again.
    const string = isNew ? previous : code;
    const size = length[string] + (isNew ? 1 : 0);
    let head = string;
    for (let place = written + length[string] - 1, k = string; place >= written; place--, k = prefix[k]) {
      if (place < to.length) to[place] = symbol[k];
      head = k;
    }
    if (isNew && written + size - 1 < to.length) to[written + size - 1] = symbol[head];
    written = Math.min(to.length, written + size);
    if (previous >= 0 && next < 4096) {
      prefix[next] = previous;
      symbol[next] = symbol[head];
      length[next] = length[previous] + 1;
      next++;
    }
    previous = code;
    if (next + (isEarly ? 1 : 0) >= 1 << width && width < 12) width++;
  }
  return written;
}
