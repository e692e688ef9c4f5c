/** The compiler's modules, made small. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { decode, encode } from "@jridgewell/sourcemap-codec";
import { build } from "esbuild";
import ts from "typescript";
import { markedPure } from "./pure.mjs";

const modules = () =>
  readdirSync("dist", { recursive: true, encoding: "utf8" })
    .filter(
      (name) =>
        name.endsWith(".js") && !/^((cli|node|require|types)\/|(valibot|client|worker)\.js$)/.test(name),
    )
    .map((name) => `dist/${name}`);

/**
 * Leaves the comments out: they stand in the sources, which the maps carry; and marks what bundlers would not take for pure.
 */
export async function slimModules() {
  for (const module of modules()) {
    writeFileSync(module, markedPure(readFileSync(module, "utf8")));
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

const blocks = (text) => Math.ceil(Buffer.byteLength(text) / block);

/** As many lines, with nothing in them. */
const blank = (text) => text.replace(/[^\n]/g, "");

/**
 * A source without its comments, which the declarations have: a fifth of it; without what it imports and its interfaces, of
 * which nothing runs: a seventh; and with half of its indentation, a twentieth. Its lines keep their numbers.
 */
const thinSource = (source) =>
  source
    .replace(/^[ \t]*\/\*\*[\s\S]*?\*\/[ \t]*$/gm, blank)
    .replace(/^[ \t]*\/\/ .*$/gm, "")
    .replace(/^import [^;]*;$/gm, blank)
    .replace(/^(?:export )?interface [^\n]*\{\n[\s\S]*?^\}$/gm, blank)
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

/**
 * Writes a module and its map, which tells lines from lines, as a debugger stops at them: columns and names would be a
 * third of the package. The map of a small module lies in it, where both take no more than a block of the disk; one that
 * passes on what others have needs none.
 */
export function writeModule(path, text, map) {
  const code = flushLeft(text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n"));
  if (passesOn(code)) return writeFileSync(path, code);
  const mappings = encode(
    decode(map.mappings).map((segments) =>
      segments.slice(0, 1).map(([, source, line]) => (source === undefined ? [0] : [0, source, line, 0])),
    ),
  );
  const { version, sources } = map;
  const sourcesContent = map.sourcesContent.map(thinSource);
  const thin = JSON.stringify({ version, sources, sourcesContent, names: [], mappings });
  const naming = (url) => `${code}//# sourceMappingURL=${url}\n`;
  const whole = naming(`data:application/json;base64,${Buffer.from(thin).toString("base64")}`);
  const beside = naming(`${basename(path)}.map`);
  // Two files where one would take as much of a disk: bundlers read less.
  if (blocks(whole) < blocks(beside) + blocks(thin)) return writeFileSync(path, whole);
  writeFileSync(path, beside);
  writeFileSync(`${path}.map`, thin);
}

/** Whether a module only names what others have. */
export const passesOn = (code) =>
  ts
    .createSourceFile("m.js", code, ts.ScriptTarget.ES2022)
    .statements.every((statement) => ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement));
