/** The modules that browsers' bundlers take, made from those of the compiler. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { decode, encode } from "@jridgewell/sourcemap-codec";
import { build } from "esbuild";
import ts from "typescript";
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

/**
 * A source without its comments, which the declarations have: a fifth of it; and with half of its indentation, a twentieth.
 * Its lines keep their numbers.
 */
const thinSource = (source) =>
  source
    .replace(/^[ \t]*\/\*\*[\s\S]*?\*\/[ \t]*$/gm, (comment) => comment.replace(/[^\n]/g, ""))
    .replace(/^[ \t]*\/\/ .*$/gm, "")
    .replace(/^(?: {2})+/gm, (indentation) => " ".repeat(indentation.length / 2));

/** A module without the indentation of its lines, a tenth of it, which debuggers show as the map's sources have it. */
function flushLeft(text) {
  const kept = new Set();
  const lines = ts.createSourceFile("m.js", text, ts.ScriptTarget.ES2022, true);
  const look = (node) => {
    if (ts.isTemplateLiteralToken(node) || ts.isTemplateMiddleOrTemplateTail(node))
      for (let k = lineAt(node.getStart()) + 1; k <= lineAt(node.end); k++) kept.add(k);
    ts.forEachChild(node, look);
  };
  const lineAt = (place) => lines.getLineAndCharacterOfPosition(place).line;
  look(lines);
  return text
    .split("\n")
    .map((line, k) => (kept.has(k) ? line : line.trimStart()))
    .join("\n");
}

export function thinMaps() {
  for (const module of modules()) {
    const path = `${module}.map`;
    if (!existsSync(path)) continue;
    writeFileSync(module, flushLeft(readFileSync(module, "utf8")));
    const map = JSON.parse(readFileSync(path, "utf8"));
    const mappings = encode(
      decode(map.mappings).map((segments) =>
        segments.slice(0, 1).map(([, source, line]) => (source === undefined ? [0] : [0, source, line, 0])),
      ),
    );
    const sourcesContent = map.sourcesContent.map(thinSource);
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
