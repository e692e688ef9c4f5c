/** What a file is, by its first bytes: names lie. */
const pictures = ["PNG", "JPEG", "WebP", "GIF", "AVIF", "BMP"] as const;

export const isPicture = (kind: string): boolean => (pictures as readonly string[]).includes(kind);

/** "PNG", "text", "a zip archive", … for a sentence. */
export async function kindOf(file: Blob): Promise<string> {
  const head = new Uint8Array(await file.slice(0, 512).arrayBuffer());
  if (head.length === 0) return "empty";
  const ascii = (from: number, to: number) => String.fromCharCode(...head.subarray(from, to));
  if (ascii(1, 4) === "PNG") return "PNG";
  if (head[0] === 0xff && head[1] === 0xd8) return "JPEG";
  if (ascii(0, 4) === "RIFF" && ascii(8, 12) === "WEBP") return "WebP";
  if (ascii(0, 4) === "GIF8") return "GIF";
  if (ascii(4, 8) === "ftyp")
    return /^(avif|avis)/.test(ascii(8, 12)) ? "AVIF" : "a film or a HEIC photograph";
  if (ascii(0, 2) === "BM") return "BMP";
  if (ascii(0, 4) === "PK\u0003\u0004" || ascii(0, 4) === "PK\u0005\u0006") return "a zip archive";
  if (ascii(0, 5) === "%PDF-") return "a PDF";
  if ((ascii(0, 2) === "II" && head[2] === 42) || (ascii(0, 2) === "MM" && head[3] === 42)) return "TIFF";
  if (head[0] === 0x1f && head[1] === 0x8b) return "a gzip archive";
  if (isSafetensors(head)) return "a safetensors file";
  return head.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13)
    ? "text"
    : "data of an unknown kind";
}

/** A length in eight bytes, then JSON. */
const isSafetensors = (head: Uint8Array): boolean =>
  head.length > 9 && head[8] === 0x7b && head[6] === 0 && head[7] === 0 && head[5] === 0;
