/** Folders of annotations, made for a test. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import { encodeImage } from "../../../src/images/index.js";

const root = mkdtempSync(join(tmpdir(), "receptive-annotations-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A folder with these files: those whose content is a size are pictures, grey PNG files of any ending. */
export async function folder(
  name: string,
  files: { readonly [path: string]: string | Uint8Array | readonly [width: number, height: number] },
): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name, path)), { recursive: true });
    writeFileSync(
      join(root, name, path),
      Array.isArray(content) ? await picture(content[0], content[1]) : (content as string),
    );
  }
  return join(root, name);
}

const picture = (width: number, height: number) =>
  encodeImage({ width, height, channels: 1, pixels: new Uint8Array(width * height) });

export const voc = (
  name: string,
  objects: readonly string[],
  { width = 20, height = 10 }: { width?: number; height?: number } = {},
): string =>
  `<annotation><filename>${name}</filename><size><width>${width}</width><height>${height}</height><depth>3</depth></size>${objects.join("")}</annotation>`;

export const object = (name: string, [xmin, ymin, xmax, ymax]: readonly unknown[], more = ""): string =>
  `<object><name>${name}</name>${more}<bndbox><xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${xmax}</xmax><ymax>${ymax}</ymax></bndbox></object>`;

/** Without where its files lie. */
export function withoutPlaces(annotations: unknown): unknown {
  return JSON.parse(
    JSON.stringify({ ...(annotations as object) }, (key, value) =>
      /^(file|name|labels|skipped|notes|classIds)$/.test(key) && typeof value !== "object" && key !== "name"
        ? undefined
        : value,
    ),
  );
}
