/** The answers of all named examples, by the library at build time: the page paints them before an engine is there. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const library = (name) => fileURLToPath(new URL(`../../dist/node/${name}.js`, import.meta.url));
const entry = fileURLToPath(new URL("../src/engine/named.ts", import.meta.url));

/** @returns answers by the name of their question */
export async function namedAnswers() {
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
    const { answersOfNamed } = await import(pathToFileURL(outfile).href);
    return await answersOfNamed();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
