/**
 * The declarations of the library, of what is public alone: one file, since a compiler opens it sooner than three hundred,
 * and for each entry one that names what of it is the entry's. Written for those who require the library; the `.d.ts` of
 * those who import it point there, which TypeScript allows in this direction only.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";
import { apart, entries as parts } from "./entries.mjs";

const entries = { ...parts, ...apart };

const folder = "dist/types";
const prefix = "entry/";

export async function bundleTypes() {
  const bundle = await rollup({
    input: Object.fromEntries(Object.keys(entries).map((name) => [name, `${prefix}${name}.d.ts`])),
    plugins: [facades, dts()],
    external: (name) => /^node:/.test(name),
    onwarn: (warning) => {
      throw new Error(`types: ${warning.message}`);
    },
  });
  const { output } = await bundle.generate({
    entryFileNames: "[name].d.cts",
    chunkFileNames: "[name].d.cts",
    minifyInternalExports: false,
    manualChunks: (id) => (id.startsWith(prefix) ? undefined : "library"),
  });
  await bundle.close();
  mkdirSync(folder, { recursive: true });
  for (const { fileName, code } of output)
    writeFileSync(
      join(folder, fileName),
      anyCompiler(
        code
          .replace(/(from ['"]\.\/[^'"]+)\.d\.cts(['"])/g, "$1.cjs$2")
          .replace(/^(?: {4})+/gm, (indentation) => "\t".repeat(indentation.length / 4)),
      ),
    );
  for (const name of Object.keys(entries))
    writeFileSync(join(folder, `${name}.d.ts`), `export * from "./${name}.cjs";\n`);
  // The ready worker is started, and exports nothing.
  for (const ending of ["d.ts", "d.cts"]) writeFileSync(join(folder, `worker.${ending}`), "export {};\n");
}

/** Files that only name what others declare, so that no entry is where all declarations are. */
const facades = {
  name: "facades",
  resolveId: (id) => (id.startsWith(prefix) ? id : null),
  load: (id) =>
    id.startsWith(prefix)
      ? `export * from ${JSON.stringify(resolve("dist", `${entries[id.slice(prefix.length, -".d.ts".length)]}.js`))};`
      : null,
};

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

const declared = {
  Host: `/** A type that this program's libraries declare; any object where they do not. */
type Host<Name extends string> = typeof globalThis extends { [K in Name]: { prototype: infer Instance } } ? Instance : object;
`,
  OwnBytes: `/** \`Uint8Array<ArrayBuffer>\`; before TypeScript 5.7 typed arrays have no parameter. */
type OwnBytes = ReturnType<typeof Uint8Array.of>;
`,
};

/** The same for TypeScript of every version and with every library: what they have in common is asked for by name. */
function anyCompiler(text) {
  const host = new RegExp(`(?<![\\w.$"'])(${hostTypes.join("|")})(?![\\w$"'?]|\\??:)`, "g");
  const lines = text
    .split("\n")
    .map((line) =>
      /^\s*(\*|\/\*|\/\/)/.test(line)
        ? line
        : line.replace(host, 'Host<"$1">').replace(/\bUint8Array<ArrayBuffer>/g, "OwnBytes"),
    );
  const asked = lines.join("\n");
  const names = Object.keys(declared).filter((name) => new RegExp(`\\b${name}\\b`).test(asked));
  return names.map((name) => declared[name]).join("") + asked;
}
