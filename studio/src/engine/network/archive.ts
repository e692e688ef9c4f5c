/** Zip archives: pictures in folders, project files, and what is taken along. Loaded with the first of them. */
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";

/** Archives that unpack to more, or to more entries, are refused before they are unpacked. */
const most = { entries: 40_000, bytes: 600e6, one: 200e6 } as const;

/** @throws one sentence: no archive, or too much in it */
export function unpacked(bytes: Uint8Array, name: string): Map<string, Uint8Array<ArrayBuffer>> {
  let [entries, sum] = [0, 0];
  const fail = (why: string): never => {
    throw new Error(`${name} ${why}.`);
  };
  try {
    const found = unzipSync(bytes, {
      filter({ originalSize, name: entry }) {
        entries++;
        sum += originalSize;
        if (entries > most.entries) fail(`has more than ${most.entries.toLocaleString("en-US")} entries`);
        if (sum > most.bytes || originalSize > most.one) fail("unpacks to more than can be taken here");
        return !entry.endsWith("/");
      },
    });
    return new Map(Object.entries(found) as [string, Uint8Array<ArrayBuffer>][]);
  } catch (error) {
    if ((error as Error).message.startsWith(name)) throw error;
    return fail(`is no zip archive that can be read (${(error as Error).message})`);
  }
}

/** @param files  text, or bytes, which are packed already where they are pictures or weights */
export function packed(files: Readonly<Record<string, string | Uint8Array>>): ArrayBuffer {
  const entries = Object.entries(files).map(([name, content]) => {
    const bytes = typeof content === "string" ? strToU8(content) : content;
    return [name, [bytes, { level: /\.(png|safetensors)$/.test(name) ? 0 : 6 }]] as const;
  });
  return zipSync(Object.fromEntries(entries) as never).buffer as ArrayBuffer;
}

export const textOf = (bytes: Uint8Array): string => strFromU8(bytes);
