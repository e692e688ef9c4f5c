/**
 * Packages of which we use a part, as files of ours: as dependencies they would bring ten times as much, and more files to
 * open at the start. Their licences stand in `dist/LICENSES.md`.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { build } from "esbuild";

/** Where each lies: what the command line alone needs, beside it. */
const brought = {
  valibot: { path: "dist/valibot.js", options: {} },
  papaparse: { path: "dist/papaparse.js", options: {} },
  "@rgrove/parse-xml": { path: "dist/parse-xml.js", options: {} },
  "js-yaml": { path: "dist/js-yaml.js", options: {} },
  commander: { path: "dist/cli/commander.js", options: forNode() },
  "cli-progress": { path: "dist/cli/cli-progress.js", options: forNode() },
  "@resvg/resvg-wasm": {
    path: "dist/cli/resvg.js",
    options: {},
    // Its package has none beside its name.
    licence: `The SVG renderer resvg and its binding for WebAssembly, in executable form, are subject to the terms of the
Mozilla Public License, v. 2.0, which is at https://mozilla.org/MPL/2.0/. Their source is at
https://github.com/yisibl/resvg-js and https://github.com/linebender/resvg.`,
  },
};

/** Those that pages have, too. */
export const broughtFiles = Object.values(brought)
  .filter(({ path }) => dirname(path) === "dist")
  .map(({ path }) => resolve(path));

export async function bringPackages() {
  const licences = new Map();
  for (const [name, { path, options, licence }] of Object.entries(brought)) {
    const theirs = modules().filter((module) => readFileSync(module, "utf8").includes(`from "${name}"`));
    const names = new Set(theirs.flatMap((module) => [...namesOf(name, readFileSync(module, "utf8"))]));
    const { metafile } = await build({
      stdin: { contents: `export { ${[...names].sort()} } from "${name}";`, resolveDir: "." },
      outfile: path,
      bundle: true,
      minify: true,
      format: "esm",
      target: "es2022",
      legalComments: "none",
      tsconfigRaw: {},
      metafile: true,
      logLevel: "warning",
      ...options,
      banner: { js: `/*! ${name}, ${licenceOf(name)} licence: LICENSES.md */${options.banner?.js ?? ""}` },
    });
    for (const input of Object.keys(metafile.inputs)) {
      const [folder] = /.*node_modules\/(@[^/]+\/)?[^/]+/.exec(input) ?? [];
      if (folder) licences.set(folder.replace(/.*node_modules\//, ""), licence ?? licenceIn(folder));
    }
    for (const module of theirs) {
      const text = readFileSync(module, "utf8");
      const to = relative(dirname(module), path);
      writeFileSync(
        module,
        text.replaceAll(`from "${name}"`, `from "${to.startsWith(".") ? to : `./${to}`}"`),
      );
    }
  }
  const page = [...licences].sort().map(([name, text]) => `# ${name}\n\n${text.trim()}\n`);
  writeFileSync("dist/LICENSES.md", page.join("\n"));
  await packRenderer();
}

/** `dist/cli/resvg.wasm.br`: the program that draws sheets, a third as large. */
async function packRenderer() {
  const program = readFileSync(createRequire(import.meta.url).resolve("@resvg/resvg-wasm/index_bg.wasm"));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 };
  writeFileSync("dist/cli/resvg.wasm.br", await promisify(brotliCompress)(program, { params }));
}

/** They ask Node for its modules by `require`. */
function forNode() {
  return {
    platform: "node",
    banner: {
      js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);',
    },
  };
}

/** All that the compiler has left. */
const modules = () =>
  readdirSync("dist", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".js"))
    .map((name) => join("dist", name));

/** What a module has of a package: names, its default, or all of it as one name, of which parts are asked for. */
function* namesOf(name, text) {
  for (const [, what] of text.matchAll(new RegExp(`^import (.+) from "${name}"`, "gm"))) {
    const [, all] = /^\* as (\w+)$/.exec(what) ?? [];
    const [, some] = /^\{(.*)\}$/.exec(what) ?? [];
    if (some) yield* some.match(/\w+/g);
    else if (all)
      for (const [, part] of text.matchAll(new RegExp(`(?<![\\w$.])${all}\\.(\\w+)`, "g"))) yield part;
    else yield "default";
  }
}

/** "MIT" */
const licenceOf = (name) =>
  JSON.parse(readFileSync(join("node_modules", name, "package.json"), "utf8")).license;

function licenceIn(folder) {
  const file = readdirSync(folder).find(
    (name) => /^licen[cs]e/i.test(name) && existsSync(join(folder, name)),
  );
  if (!file) throw new Error(`${folder} has no licence`);
  return readFileSync(join(folder, file), "utf8");
}
