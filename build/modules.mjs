/** The modules that browsers' bundlers take, made from those of the compiler. */
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const modules = () =>
  readdirSync("dist", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".js") && !/^(cli|node|types|valibot)\b/.test(name))
    .map((name) => `dist/${name}`);

/** Leaves the comments out: they stand in the sources, which the maps carry. */
export async function slimModules() {
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
