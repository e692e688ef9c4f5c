/**
 * The library and the command line as one file each for Node, which opens a file many times faster than three hundred, and
 * needs few of a process' file handles for it. Minified, since nobody reads them: the modules beside them have maps.
 */
import { chmodSync } from "node:fs";
import { build } from "esbuild";

const ours = {
  bundle: true,
  packages: "external",
  tsconfigRaw: {}, // ours would answer for the import map
  logLevel: "warning",
};

/** `dist/node.js` and `dist/cli/main.js`. */
export async function bundleForNode() {
  for (const [entry, outfile] of [
    ["dist/index.js", "dist/node.js"],
    ["dist/cli/main.js", "dist/cli/main.js"],
  ])
    await build({
      ...ours,
      entryPoints: [entry],
      outfile,
      allowOverwrite: true,
      format: "esm",
      platform: "node",
      minify: true,
      keepNames: true,
    });
  chmodSync("dist/cli/main.js", 0o755);
}

/**
 * `dist/node.cjs` and `dist/browser.cjs`, for those who can only require CommonJS (Jest) or read no import map (Parcel):
 * not what their programs' authors read, so it is minified.
 */
export async function bundleCommonJs() {
  const commonjs = { ...ours, entryPoints: ["dist/index.js"], format: "cjs", minify: true };
  await build({
    ...commonjs,
    outfile: "dist/node.cjs",
    platform: "node",
    define: { "import.meta.url": "ownAddress" },
    banner: { js: 'const ownAddress = require("node:url").pathToFileURL(__filename).href;' },
  });
  await build({ ...commonjs, outfile: "dist/browser.cjs", platform: "browser", conditions: ["browser"] });
}
