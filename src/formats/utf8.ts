/** Text as UTF-8 bytes and back, also where jsdom plays the browser, which has neither TextEncoder nor TextDecoder. */

/** The bytes of a text; halves of surrogate pairs become U+FFFD. */
export function utf8Bytes(text: string): Uint8Array<ArrayBuffer> {
  if (typeof TextEncoder !== "undefined") return new TextEncoder().encode(text);
  const units = encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd")).match(/%..|[^%]/g) ?? [];
  return Uint8Array.from(units, (unit) =>
    unit.length === 1 ? unit.charCodeAt(0) : Number.parseInt(unit.slice(1), 16),
  );
}

/**
 * The text of bytes, without a byte order mark.
 *
 * @param isStrict  bytes that are no UTF-8 are an error, instead of U+FFFD
 */
export function utf8Text(bytes: Uint8Array, isStrict = false): string {
  if (typeof TextDecoder !== "undefined")
    // A copy: browsers refuse to decode text out of shared memory.
    return new TextDecoder("utf-8", { fatal: isStrict }).decode(bytes.slice());
  const decoded = (replaced = ""): string => {
    let text = "";
    for (let at = 0; at < bytes.length; at++)
      text +=
        bytes[at] < 0x80 && bytes[at] !== 0x25
          ? String.fromCharCode(bytes[at])
          : replaced || `%${bytes[at].toString(16)}`;
    return replaced ? text : decodeURIComponent(text);
  };
  try {
    return decoded().replace(/^\ufeff/, "");
  } catch (error) {
    if (isStrict) throw error;
    return decoded("\ufffd");
  }
}
