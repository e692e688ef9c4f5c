/**
 * After the compiler: the library and the command line as one file each for Node, which opens a file many times
 * faster than three hundred. Browsers' bundlers take the modules, of which they leave out what a page does not use.
 */
import { chmodSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

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
