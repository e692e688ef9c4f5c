import { deflateRawSync, crc32 as nodeCrc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { memorySource } from "../../src/formats/byte-source.js";
import { crc32, readZip, ZipError } from "../../src/formats/zip.js";

interface Entry {
  name: string;
  content: Uint8Array;
  method?: number;
  /** What the directory says instead of the truth. */
  says?: { size?: number; at?: number; sum?: number; flags?: number };
}

/** An archive of these entries. */
function archive(entries: Entry[], { comment = "" } = {}): Uint8Array<ArrayBuffer> {
  const parts: Buffer[] = [];
  const listed: Buffer[] = [];
  let at = 0;
  for (const { name, content, method = 0, says = {} } of entries) {
    const packed = method === 8 ? deflateRawSync(content) : Buffer.from(content);
    const sizes = [says.sum ?? nodeCrc32(content), packed.length, says.size ?? content.length];
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    local.writeUInt16LE(name.length, 26);
    const head = Buffer.alloc(46);
    head.writeUInt32LE(0x02014b50, 0);
    head.writeUInt16LE(says.flags ?? 0, 8);
    head.writeUInt16LE(method, 10);
    sizes.forEach((value, i) => {
      head.writeUInt32LE(value, 16 + 4 * i);
    });
    head.writeUInt16LE(name.length, 28);
    head.writeUInt32LE(says.at ?? at, 42);
    parts.push(local, Buffer.from(name), packed);
    listed.push(head, Buffer.from(name));
    at += 30 + name.length + packed.length;
  }
  const directory = Buffer.concat(listed);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  end.writeUInt16LE(comment.length, 20);
  return new Uint8Array(Buffer.concat([...parts, directory, end, Buffer.from(comment)]));
}

const open = (bytes: Uint8Array<ArrayBuffer>) => readZip(memorySource("a.zip", bytes));
const content = Uint8Array.from({ length: 1000 }, (_, i) => i % 7);

describe("entries", () => {
  test.each([
    { method: 0, comment: "" },
    { method: 8, comment: "PK\u0005 a comment" },
  ])("method $method", async ({ method, comment }) => {
    const entries = await open(archive([{ name: "a/b", content, method }], { comment }));
    const entry = entries.get("a/b")!;
    expect([entry.size, await entry.read(), await entry.readPart(10, 20)]).toEqual([
      1000,
      content,
      content.slice(10, 20),
    ]);
  });

  test("the check sum is that of zlib", () => {
    expect(crc32(content)).toBe(nodeCrc32(content));
  });
});

describe("a bad archive gets one line", () => {
  const entry = { name: "a", content };
  test.each<[string, Uint8Array<ArrayBuffer>, string]>([
    ["nothing", new Uint8Array(0), "not a zip archive, or cut short: it has no directory at its end"],
    ["a name twice", archive([entry, entry]), "lists a twice"],
    [
      "more than deflate can pack",
      archive([{ ...entry, method: 8, says: { size: 4e9 } }]),
      "a announces 4000000000 bytes packed into 17, which deflate cannot do",
    ],
    [
      "beyond the end",
      archive([{ ...entry, says: { at: 5000 } }]),
      "cut short: a reaches beyond the archive's end",
    ],
    [
      "stored in another size",
      archive([{ ...entry, says: { size: 5 } }]),
      "a is stored, but takes 1000 bytes for 5",
    ],
  ])("%s", async (_, bytes, message) => {
    await expect(open(bytes)).rejects.toThrow(new ZipError(`a.zip: ${message}`));
  });

  test.each<[string, Uint8Array<ArrayBuffer>, string]>([
    [
      "fewer bytes than announced",
      archive([{ ...entry, method: 8, says: { size: 1001 } }]),
      "a cannot be unpacked; the file is damaged",
    ],
    [
      "more bytes than announced",
      archive([{ ...entry, method: 8, says: { size: 999 } }]),
      "a cannot be unpacked; the file is damaged",
    ],
    [
      "another sum",
      archive([{ ...entry, says: { sum: 1 } }]),
      "a has not the check sum that it was written with; the file is damaged",
    ],
    [
      "a method of its own",
      archive([{ ...entry, method: 12 }]),
      "a is packed by method 12; stored and deflate can be read",
    ],
    ["encrypted", archive([{ ...entry, says: { flags: 1 } }]), "a is encrypted"],
    [
      "not where it should be",
      archive([{ ...entry, says: { at: 1 } }]).slice(),
      "a does not lie where the zip directory says",
    ],
  ])("%s", async (_, bytes, message) => {
    const entries = await open(bytes).catch((error: Error) => error);
    if (entries instanceof Error) throw entries;
    await expect(entries.get("a")!.read()).rejects.toThrow(new ZipError(`a.zip: ${message}`));
  });
});
