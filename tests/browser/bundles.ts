/** The test page's workers as bundlers make them, with what they are told by a user who tells them nothing. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { rollup } from "rollup";

const root = resolve(import.meta.dirname, "../..");
const { exports: entries, imports } = JSON.parse(readFileSync(resolve(root, "package.json"), "utf8"));

export interface Script {
  readonly name: string;
  readonly text: string;
  /** The modules in it. */
  readonly modules: readonly string[];
  /** Scripts that it needs at once, and those that it asks for later. */
  readonly imports: readonly string[];
  readonly later: readonly string[];
}

export const bundlers = { esbuild: byEsbuild, Rollup: byRollup };

/** Of esbuild, as a user would have it. */
export const forPages = {
  bundle: true,
  format: "esm",
  splitting: true,
  platform: "browser",
  minify: true,
  write: false,
  logLevel: "silent",
  tsconfigRaw: {}, // a user does not have ours
} as const;

async function byEsbuild(entry: string): Promise<Script[]> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [resolve(import.meta.dirname, `${entry}.ts`)],
    outdir: "/out",
    ...forPages,
    metafile: true,
  });
  const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
  return Object.entries(metafile.outputs).map(([path, { inputs, imports }]) => ({
    name: nameOf(path),
    text: outputFiles.find((file) => nameOf(file.path) === nameOf(path))!.text,
    modules: Object.keys(inputs),
    imports: imports.filter(({ kind }) => kind === "import-statement").map((one) => nameOf(one.path)),
    later: imports.filter(({ kind }) => kind === "dynamic-import").map((one) => nameOf(one.path)),
  }));
}

/** As with node-resolve for browsers. */
async function byRollup(entry: string): Promise<Script[]> {
  const bundle = await rollup({
    input: resolve(import.meta.dirname, `${entry}.ts`),
    plugins: [
      {
        name: "package",
        resolveId(name, importer) {
          if (name.startsWith("#")) return resolve(root, imports[name].browser);
          if (/^receptive\b/.test(name))
            return resolve(root, entries[name.replace("receptive", ".")].browser.default);
          // As the package says of itself: nothing happens by importing it.
          const path = importer ? resolve(importer, "..", name) : name;
          return {
            id: path.includes("/tests/") ? path.replace(/\.js$/, ".ts") : path,
            moduleSideEffects: !path.includes("/dist/"),
          };
        },
        transform: async (code, id) =>
          id.endsWith(".ts") ? { code: (await transform(code, { loader: "ts" })).code, map: null } : null,
        renderChunk: async (code) => ({
          code: (await transform(code, { minify: true, format: "esm" })).code,
          map: null,
        }),
      },
    ],
  });
  const { output } = await bundle.generate({ format: "es" });
  await bundle.close();
  return output.flatMap((file) =>
    file.type === "asset"
      ? []
      : [
          {
            name: file.fileName,
            text: file.code,
            modules: file.moduleIds,
            imports: file.imports,
            later: file.dynamicImports,
          },
        ],
  );
}

/** What a worker downloads that trains on digits: its script, what this needs, and what is asked for to draw them. */
export function downloaded(scripts: readonly Script[], entry: string): Script[] {
  const found = new Set<Script>();
  const open = scripts.filter(
    ({ name, modules }) =>
      name === `${entry}.js` || modules.some((module) => module.endsWith("data/digit-pictures.js")),
  );
  for (const script of open) {
    if (found.has(script)) continue;
    found.add(script);
    open.push(...scripts.filter(({ name }) => script.imports.includes(name)));
  }
  return [...found];
}

export const gzipped = (scripts: readonly Script[]): number =>
  scripts.reduce((total, { text }) => total + gzipSync(text).length, 0);
