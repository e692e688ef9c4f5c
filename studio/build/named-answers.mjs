/** What the library says when the site is built: the page paints it before an engine is there. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const library = (name) => fileURLToPath(new URL(`../../dist/node/${name}.js`, import.meta.url));
/** @returns answers to all named examples, by the name of their question */
export const namedAnswers = async () => (await built("named")).answersOfNamed();

/** @returns counts of the networks on the map, by their names */
export const networkTable = async () => (await built("network-table")).tableOfNetworks();

/** A module of the engine, run here with the library of Node. */
async function built(name) {
  const entry = fileURLToPath(new URL(`../src/engine/${name}.ts`, import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), "receptive-studio-"));
  const outfile = join(folder, "named.mjs");
  try {
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
      logLevel: "warning",
      plugins: [
        {
          name: "the built library",
          setup({ onResolve }) {
            onResolve({ filter: /^receptive(\/\w+)?$/ }, ({ path }) => ({
              path: pathToFileURL(library(path.split("/")[1] ?? "index")).href,
              external: true,
            }));
          },
        },
      ],
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
