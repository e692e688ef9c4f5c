/** The modules that browsers' bundlers take, made from those of the compiler. */
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { decode, encode } from "@jridgewell/sourcemap-codec";
import { build } from "esbuild";
import { entries } from "./entries.mjs";

const modules = () =>
  readdirSync("dist", { recursive: true, encoding: "utf8" })
    .filter(
      (name) =>
        name.endsWith(".js") && !/^((cli|node|require|types)\/|(valibot|client|worker)\.js$)/.test(name),
    )
    .map((name) => `dist/${name}`);

/**
 * Leaves the comments out: they stand in the sources, which the maps carry. A constant that is the result of a call is
 * marked as one that nobody misses who does not use it, as all of our modules are: esbuild would keep each operation
 * beside one that a page needs.
 */
export async function slimModules() {
  for (const module of modules()) {
    const text = readFileSync(module, "utf8");
    writeFileSync(module, text.replace(callAtTop, "$1/* @__PURE__ */ "));
  }
  await build({
    entryPoints: modules(),
    outdir: "dist",
    outbase: "dist",
    allowOverwrite: true,
    format: "esm",
    target: "es2022",
    sourcemap: true,
    tsconfigRaw: {},
    logLevel: "warning",
  });
}

const block = 4096;

const callAtTop = /^((?:export )?const [\w$]+ = )(?=(?:new )?[\w$.]+\()/gm;

/**
 * Maps that tell lines from lines, as a debugger stops at them: columns and names would be a third of the package. That of
 * a small module lies in it, where both take no more than a block of the disk.
 */
const blocks = (text) => Math.ceil(Buffer.byteLength(text) / block);

/** A source without its comments, which the declarations have: a fifth of it. Its lines keep their numbers. */
const withoutComments = (source) =>
  source
    .replace(/^[ \t]*\/\*\*[\s\S]*?\*\/[ \t]*$/gm, (comment) => comment.replace(/[^\n]/g, ""))
    .replace(/^[ \t]*\/\/ .*$/gm, "");

export function thinMaps() {
  for (const module of modules()) {
    const path = `${module}.map`;
    if (!existsSync(path)) continue;
    const map = JSON.parse(readFileSync(path, "utf8"));
    const mappings = encode(
      decode(map.mappings).map((segments) => segments.slice(0, 1).map(([...s]) => s.slice(0, 4))),
    );
    const sourcesContent = map.sourcesContent.map(withoutComments);
    const thin = JSON.stringify({ ...map, names: [], mappings, sourcesContent });
    const whole = readFileSync(module, "utf8").replace(
      /\/\/# sourceMappingURL=.*\n?$/,
      () => `//# sourceMappingURL=data:application/json;base64,${Buffer.from(thin).toString("base64")}\n`,
    );
    // Two files where one would take as much of a disk: bundlers read less.
    if (blocks(whole) >= blocks(readFileSync(module, "utf8")) + blocks(thin)) writeFileSync(path, thin);
    else {
      writeFileSync(module, whole);
      rmSync(path);
    }
  }
}

/** Has npm leave out the modules that no page imports: Node and the command line have them in files of their own. */
export function leaveOutUnreached() {
  const reached = new Set();
  const open = [
    ...Object.values(entries),
    "platform/browser",
    "targets/no-native",
    "images/codecs-browser",
  ].map((name) => `dist/${name}.js`);
  for (let module = open.pop(); module !== undefined; module = open.pop()) {
    if (reached.has(module)) continue;
    reached.add(module);
    for (const [, path] of readFileSync(module, "utf8").matchAll(/\b(?:from|import) ?\(?"(\.[^"]+\.js)"/g))
      open.push(join(dirname(module), path));
  }
  const unreached = modules().filter((module) => !reached.has(module));
  const lines = unreached
    .flatMap((module) => [module, `${module}.map`])
    .map((name) => name.slice("dist".length));
  writeFileSync("dist/.npmignore", `${lines.join("\n")}\n`);
}

/** Valibot as a file of ours, of 85 kB: as a dependency it would bring 1.8 MB, and another file to open at the start. */
export async function bringValibot() {
  await build({
    stdin: { contents: 'export * from "valibot";', resolveDir: "." },
    outfile: "dist/valibot.js",
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    banner: { js: "/*! valibot, MIT licence: valibot.LICENSE.md */" },
    logLevel: "warning",
  });
  copyFileSync(
    fileURLToPath(new URL("../LICENSE.md", import.meta.resolve("valibot"))),
    "dist/valibot.LICENSE.md",
  );
  for (const module of modules()) {
    const text = readFileSync(module, "utf8");
    const path = relative(dirname(module), "dist/valibot.js");
    const ours = text.replace(/(\bfrom )"valibot"/g, `$1"${path.startsWith(".") ? path : `./${path}`}"`);
    if (ours !== text) writeFileSync(module, ours);
  }
}
