/**
 * Modules that nobody takes without the others, as one file: a disk gives each file whole blocks, and a hundred small ones
 * with their maps take half as much again as they hold. Rooms of which a page takes single functions stay as they are.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { rollup } from "rollup";

/** Folders whose index has all of them. */
const tasks = [
  ...["annotations", "captions", "detection", "fast-style", "localisation", "pairs"],
  ...["segmentation", "shapes", "speech", "text"],
];
const wholes = ["audio", ...tasks.map((task) => `tasks/${task}`)];
/** Read when a table is. */
const isLater = (id) => id.endsWith("/tasks/words/table.js");

/** What only these use. */
const shared = ["tasks/words"];

export async function joinModules() {
  const folders = [...wholes, ...shared].map((name) => `${resolve("dist", name)}/`);
  const isInside = (path) => folders.some((folder) => path.startsWith(folder));
  const bundle = await rollup({
    input: Object.fromEntries(wholes.map((name) => [`${name}/index`, `dist/${name}/index.js`])),
    external: (name, from) =>
      from !== undefined && (/^[\w#@]/.test(name) || !isInside(resolve(dirname(from), name))),
    plugins: [{ name: "maps", load: (id) => ({ code: readFileSync(id, "utf8"), map: mapOf(id) }) }],
    treeshake: false,
    onwarn(warning) {
      throw new Error(`joining: ${warning.message}`);
    },
  });
  const { output } = await bundle.generate({
    dir: "dist",
    format: "esm",
    sourcemap: true,
    entryFileNames: "[name].js",
    chunkFileNames: ({ name }) => (name.includes("/") ? `${name}.js` : `tasks/${name}.js`),
    manualChunks: (id) =>
      id.includes("/tasks/words/") && !isLater(id)
        ? "tasks/words"
        : id.includes("/audio/")
          ? "audio/all"
          : undefined,
    hoistTransitiveImports: false,
    minifyInternalExports: false,
  });
  await bundle.close();
  for (const folder of folders)
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }))
      if (/\.js(\.map)?$/.test(name)) rmSync(join(folder, name));
  for (const made of output)
    writeFileSync(join("dist", made.fileName), made.type === "chunk" ? made.code : made.source);
}

function mapOf(module) {
  const path = `${module}.map`;
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : null;
}
