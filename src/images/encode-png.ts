import { crc32, deflateSync } from "node:zlib";
import type { Picture } from "./picture.js";

/**
 * A picture as a PNG file, 8 bits a channel, without row filters: small tiles that go into the SVG of a sheet.
 * PNG specification, third edition, sections 5 and 10.
 */
export function encodePng({ width, height, channels, pixels }: Picture): Uint8Array {
  const rowLength = width * channels;
  const rows = new Uint8Array(height * (rowLength + 1)); // each row begins with its filter: 0, none
  for (let i = 0; i < height; i++)
    rows.set(pixels.subarray(i * rowLength, (i + 1) * rowLength), i * (rowLength + 1) + 1);

  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8; // bits a channel
  header[9] = channels === 1 ? 0 : 2; // grey or RGB
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/** Length, type, data, and the checksum over type and data. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, "latin1");
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}
