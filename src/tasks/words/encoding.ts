/** Bytes of text files as text. */
import { DataError } from "../../data/dataset.js";

/**
 * Text of UTF-8, or of UTF-16 where a mark says so, or of the encoding that is named: "windows-1252", say.
 * @throws DataError where it is not: names the line
 */
export function decodedText(bytes: Uint8Array, name: string, encoding?: string): string {
  const [a, b] = bytes;
  const marked = a === 0xff && b === 0xfe ? "utf-16le" : a === 0xfe && b === 0xff ? "utf-16be" : "utf-8";
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(encoding ?? marked, { fatal: true });
  } catch {
    throw new DataError(
      `${name}: there is no encoding "${encoding}"; there are utf-8, windows-1252, utf-16le and others`,
    );
  }
  try {
    return decoder.decode(bytes);
  } catch {
    const { line, byte } = firstWrong(bytes);
    const where =
      decoder.encoding === "utf-8"
        ? `line ${line} is no valid UTF-8 (byte 0x${byte})`
        : `is no valid ${decoder.encoding}`;
    throw new DataError(
      `${name}: ${where}; with another encoding, such as "windows-1252", it may be readable`,
    );
  }
}

/** The line of the first character that is none of UTF-8, and the byte that it begins with. */
function firstWrong(bytes: Uint8Array): { line: number; byte: string } {
  let [line, begin] = [1, 0];
  for (;;) {
    const next = bytes.indexOf(10, begin);
    const end = next < 0 ? bytes.length : next;
    if (!isText(bytes.subarray(begin, end)) || next < 0) {
      // The first place up to which it is not even the beginning of text, by halves: a line may be a whole file.
      let [i, after] = [begin, end];
      while (i < after) {
        const middle = (i + after) >> 1;
        if (isText(bytes.subarray(begin, middle + 1), { stream: true })) i = middle + 1;
        else after = middle;
      }
      // A character that is begun, and not ended: what comes before it is whole.
      while (i > begin && (i === end || !isText(bytes.subarray(begin, i)))) i--;
      return { line, byte: bytes[i].toString(16).padStart(2, "0") };
    }
    begin = end + 1;
    line++;
  }
}

/** Whether these bytes are text of UTF-8, or with `stream` the beginning of some. */
function isText(bytes: Uint8Array, { stream = false } = {}): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream });
    return true;
  } catch {
    return false;
  }
}
