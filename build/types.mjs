/**
 * The declarations of the library as one file, of what is public alone: a compiler opens one file instead of three
 * hundred. The same text stands in a `.d.cts` for those who require the library, and once without the parameter of
 * typed arrays (`Uint8Array<ArrayBuffer>`), which TypeScript has since 5.7.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";

const folder = "dist/types";

/** @param entries  name of a public entry → its module's declarations in `dist` */
export async function bundleTypes(entries) {
  const bundle = await rollup({
    input: entries,
    plugins: [dts()],
    external: (name) => /^node:/.test(name),
    onwarn: (warning) => {
      throw new Error(`types: ${warning.message}`);
    },
  });
  await bundle.write({ dir: folder, entryFileNames: "[name].d.ts", chunkFileNames: "shared-[hash].d.ts" });
  await bundle.close();
  for (const name of readdirSync(folder)) {
    const stem = /^(.*)(?<!\.5\.6)\.d\.ts$/.exec(name)?.[1];
    if (!stem) continue;
    const text = withHostTypes(readFileSync(join(folder, name), "utf8"));
    writeFileSync(join(folder, name), text);
    const before57 = withoutComments(withoutBuffers(text));
    writeFileSync(join(folder, `${stem}.d.cts`), requiring(withoutComments(text)));
    writeFileSync(join(folder, `${stem}.5.6.d.ts`), before57);
    writeFileSync(join(folder, `${stem}.5.6.d.cts`), requiring(before57));
  }
}

/** What browsers and Node declare, each in libraries of its own, which a program may leave out. */
const hostTypes = [
  "AbortSignal",
  "Blob",
  "File",
  "FileSystemDirectoryHandle",
  "FileSystemFileHandle",
  "HTMLCanvasElement",
  "HTMLImageElement",
  "HTMLVideoElement",
  "ImageBitmap",
  "ImageData",
  "MessagePort",
  "OffscreenCanvas",
  "ReadableStream",
  "Request",
  "Response",
  "URL",
  "VideoFrame",
  "Worker",
];

const hostType = `
/** A type that this program's libraries declare; any object where they do not. */
type Host<Name extends string> = typeof globalThis extends { [K in Name]: { prototype: infer Instance } } ? Instance : object;
`;

/** Names of the host asked for with `Host`, so that the declarations compile without those of the browser or of Node. */
function withHostTypes(text) {
  const name = new RegExp(`(?<![\\w.$"'])(${hostTypes.join("|")})(?![\\w$"'?]|\\??:)`, "g");
  const lines = text
    .split("\n")
    .map((line) => (/^\s*(\*|\/\*|\/\/)/.test(line) ? line : line.replace(name, 'Host<"$1">')));
  const asked = lines.join("\n");
  return asked.includes("Host<") ? hostType.trimStart() + asked : asked;
}

const withoutBuffers = (text) =>
  text
    .replace(/\b((?:Uint|Int|Float|BigInt|BigUint)\d+(?:Clamped)?Array)<\w+>/g, "$1")
    .replace(/(from ['"]\.\/[^'"]+)\.js(['"])/g, "$1.5.6.js$2");

/** The explanations are read from the first file; the others are there for compilers. */
const withoutComments = (text) => text.replace(/^\s*\/\*\*[\s\S]*?\*\/\n/gm, "");

/** Relative imports between our files name the files of the same kind. */
const requiring = (text) => text.replace(/(from ['"]\.\/[^'"]+)\.js(['"])/g, "$1.cjs$2");
