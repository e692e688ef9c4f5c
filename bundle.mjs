/**
 * After the compiler: the library and the command line as one file each for Node, which opens a file many times
 * faster than three hundred. Browsers' bundlers take the modules, of which they leave out what a page does not use.
 */
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

// The text of the engine's threads becomes a literal, which no later bundler changes.
const { outputFiles } = await build({
  entryPoints: ["dist/runtime/thread-main.js"],
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "thread",
  target: "es2022",
  write: false,
});
const threadText = `(()=>{${outputFiles[0].text};return thread.threadMain})()`;
writeFileSync(
  "dist/runtime/thread-source.js",
  `export const threadSource = ${JSON.stringify(threadText)};\n`,
);
rmSync("dist/runtime/thread-source.js.map", { force: true });

const bundle = (entry, outfile) =>
  build({
    entryPoints: [entry],
    outfile,
    allowOverwrite: true,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    // Of the declarations little is used: with them the library starts faster than with the whole package.
    alias: { valibot: fileURLToPath(import.meta.resolve("valibot")) },
    logLevel: "warning",
  });

await bundle("dist/index.js", "dist/node.js");
await bundle("dist/cli/main.js", "dist/cli/main.js");
chmodSync("dist/cli/main.js", 0o755);
