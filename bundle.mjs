/**
 * After the compiler: what the package has for whom. Browsers' bundlers take the modules, of which they leave out what a
 * page does not use; Node takes few files; TypeScript one.
 */
<<<<<<< HEAD
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
=======
import { bundleCommonJs, bundleForNode, slimModules } from "./build/node-files.mjs";
import { bundleTypes } from "./build/types.mjs";

await slimModules();
await bundleForNode();
await bundleCommonJs();
await bundleTypes({ index: "dist/index.d.ts" });
>>>>>>> main
