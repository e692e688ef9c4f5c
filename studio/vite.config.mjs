import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { namedAnswers, networkTable } from "./build/named-answers.mjs";
import { serviceWorker } from "./build/service-worker.mjs";
import { packedUseItWorker } from "./build/use-it.mjs";

const library = fileURLToPath(new URL("../dist/browser/", import.meta.url));
if (!existsSync(`${library}index.js`)) throw new Error("studio: dist/ is not there; npm run build makes it");

/** What the library says at build time: answers to the examples with a name, counts of the networks on the map. */
function answers() {
  const made = { "virtual:named-answers": namedAnswers, "virtual:network-table": networkTable };
  return {
    name: "named answers",
    resolveId: (source) => (Object.hasOwn(made, source) ? `\0${source}` : undefined),
    async load(resolved) {
      const make = made[resolved.slice(1)];
      if (!make || !resolved.startsWith("\0")) return undefined;
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(await make()))});`;
    },
  };
}

/**
 * What the first page needs is one file: cut into what the rooms share and what they do not, it weighs 4 kB more. Rooms
 * that are loaded when they are entered are imported by none of it, but for their keys and the list of their views.
 *
 * @returns "shell" for what an entry imports, by whatever way; null for what is loaded later
 */
function shellOf(id, context, seen = new Set()) {
  seen.add(id);
  const { isEntry, importers } = context.getModuleInfo(id);
  const isReached = importers.some((importer) => !seen.has(importer) && shellOf(importer, context, seen));
  return isEntry || isReached ? "shell" : null;
}

/** `virtual:use-it`: the address of the script of the worker that goes into the zip of "Use it", packed. */
function useIt() {
  const id = "virtual:use-it";
  let isServed = false;
  return {
    name: "use it",
    configResolved({ command }) {
      isServed = command === "serve";
    },
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    async load(resolved) {
      if (resolved !== `\0${id}`) return undefined;
      const packed = await packedUseItWorker();
      if (isServed)
        return `export default "data:application/octet-stream;base64,${packed.toString("base64")}";`;
      const fileName = `assets/use-it-${createHash("sha256").update(packed).digest("base64url").slice(0, 8)}.bin`;
      this.emitFile({ type: "asset", fileName, source: packed });
      return `export default new URL("${fileName}", document.baseURI).href;`;
    },
  };
}

/** Classes of a component's own styles have one or two capitals, since they stand at every element: A, B, … AA, AB, … */
const sources = fileURLToPath(new URL("src/", import.meta.url));
const components = readdirSync(sources, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".svelte"))
  .sort();
function cssHash({ filename }) {
  const at = components.findIndex((name) => filename.endsWith(`/src/${name}`));
  const letter = (k) => String.fromCharCode(65 + k);
  return at < 26 ? letter(at) : letter(Math.floor(at / 26) - 1) + letter(at % 26);
}

/** Of the rooms that have a network. */
const shared =
  /\/src\/(network\/|engine\/errand|shell\/NetworkBar|engine\/tasks\/(newest|learner)|files\/d|rooms\/(kernels\/photographs|train\/picture-name|inside\/Patches)|state\/arrows|views\/(MapStrip|ClassBars|PictureDrop|Plane|painting))/;

/** Of the views of Kernels. */
const ofKernels =
  /\/src\/(rooms\/kernels\/(beside|neighbours|words|kernel-list|Source|sources|picture-at-hand)|views\/(painted|PictureView))/;

/** Of the views of Learned. */
const ofLearned =
  /\/src\/rooms\/learned\/(Head|Plate|SourcePlate|Source|PaintButtons|WhoPaints|room|sources|save|painter-at-hand|squeezenet|words)/;

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  plugins: [svelte({ compilerOptions: { cssHash } }), answers(), useIt(), serviceWorker()],
  resolve: {
    alias: [
      { find: /^receptive$/, replacement: `${library}index.js` },
      { find: /^receptive\/(\w+)$/, replacement: `${library}$1/index.js` },
    ],
  },
  worker: { format: "es" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      checks: { pluginTimings: false },
      output: {
        codeSplitting: {
          groups: [
            { name: (id, context) => shellOf(id, context) },
            // Few chunks: the names of many, with their hashes, would weigh on the shell, which knows them all.
            { name: (id) => (shared.test(id) ? "network" : null) },
            {
              name: (id) =>
                /\/src\/(shell\/(Find|KeyList|Dialog)|rooms\/(find|key-lists))/.test(id) ? "dialogs" : null,
            },
            { name: (id) => (ofKernels.test(id) ? "kernels" : null) },
            // After what they share: a group takes all that it needs and none before it has.
            { name: (id) => (/\/rooms\/kernels\/(Sift|Surf|points\/)/.test(id) ? "points" : null) },
            // Of Train what its first view does without.
            { name: (id) => (/\/rooms\/train\/(trials|microscope)\//.test(id) ? "trials" : null) },
            { name: (id) => (/\/rooms\/networks\//.test(id) ? "networks" : null) },
            // Of Learned what several of its views need.
            { name: (id) => (ofLearned.test(id) ? "learned" : null) },
          ],
        },
      },
      input: ["index.html", "embed.html"].map((name) => fileURLToPath(new URL(name, import.meta.url))),
    },
  },
});
