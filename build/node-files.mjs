/**
 * The library and the command line in few files for Node, which opens one many times faster than three hundred, and has
 * few of a process' file handles for it. Minified, since nobody reads them: the modules beside them have maps.
 *
 * - `dist/node`: `library.js`, and for each entry a file that names what of it is the entry's, so that all entries are of
 *   one engine; `dist/cli/main.js` reads the commands on top of the same file, those of applications when they are asked for.
 *   What is imported later lies in files of its own: `main.js` awaits it, so nothing of that may be in `main.js` itself.
 * - `dist/require`: the same as CommonJS, for those who can only require (Jest) or read no import map (Parcel). What
 *   Node and browsers do differently is in files of their own.
 */
import { chmodSync } from "node:fs";
import { transform } from "esbuild";
import { rollup } from "rollup";
import { entries } from "./entries.mjs";
import { built, entryFor, forHost, forHosts, isEntry, ownModules } from "./hosts.mjs";
import { wholeStrings } from "./lines.mjs";

/** With what tasks and commands throw: tasks are not to be read for that alone. */
const library = [built(entries.index), built("door/usage-error")];

/** Of what `receptive` itself reaches the library is made; what another entry has beside it is in a file of its own. */
const chunksIn = (folder) => ({
  [`${folder}/library`]: library,
  ...Object.fromEntries(
    Object.entries(entries).map(([name, module]) => [`${folder}/${name}-own`, [built(module)]]),
  ),
});

/** Tasks that have a command, which loads them at its start. */
const withCommand = ["fast-style", "pairs", "speech", "text"];

export async function bundleForNode() {
  const { "node/tasks-own": tasks, ...own } = chunksIn("node");
  await bundle({
    input: {
      ...inputs("node", "node"),
      "node/picture-thread": built("images/picture-thread"),
      "cli/main": built("cli/main"),
    },
    plugin: forHost("node"),
    format: "es",
    ending: "js",
    // First what a picture thread needs: it starts several times sooner without the rest of the library.
    chunks: {
      "node/pictures": ["augmenting", "held-pictures", "sharp", "showing"].map((name) =>
        built(`images/${name}`),
      ),
      "node/library": library,
      // Tables as text, XML and YAML are read later, or never.
      "node/tables": [built("tasks/words/table")],
      "node/markup": [built("tasks/annotations/xml"), built("tasks/annotations/yaml")],
      ...own,
      "node/told-tasks": withCommand.map((task) => built(`tasks/${task}/index`)),
      "node/tasks-own": tasks,
      "node/imagenet-classes": [built("models/imagenet-classes")],
      "cli/frame": ["failure", "given", "help"].map((name) => built(`cli/${name}`)),
      "cli/network-commands": [built("cli/network-commands")],
      "cli/task-commands": [built("cli/task-commands")],
    },
  });
  chmodSync("dist/cli/main.js", 0o755);
}

export async function bundleCommonJs() {
  await bundle({
    input: { ...inputs("require/node", "node"), ...inputs("require/browser", "browser") },
    plugin: forHosts,
    format: "cjs",
    ending: "cjs",
    chunks: {
      ...chunksIn("require"),
      "require/node/own": ownModules("node"),
      "require/browser/own": ownModules("browser"),
    },
  });
}

const inputs = (folder, host) =>
  Object.fromEntries(
    Object.entries(entries).map(([name, module]) => [`${folder}/${name}`, entryFor(host, module)]),
  );

/** @param chunks  names of files, and the modules that belong there, with all that these import, now or later */
async function bundle({ input, plugin, format, ending, chunks }) {
  const chunkOf = new Map();
  const assign = (id, { getModuleInfo }) => {
    if (chunkOf.size === 0)
      for (const [chunk, roots] of Object.entries(chunks)) {
        const open = [...roots];
        for (const module of open) {
          const info = chunkOf.has(module) ? undefined : getModuleInfo(module);
          if (!info || info.isExternal) continue;
          chunkOf.set(module, chunk);
          open.push(...info.importedIds, ...info.dynamicallyImportedIds);
        }
      }
    return chunkOf.get(id);
  };
  const made = await rollup({
    input,
    plugins: [plugin, namedErrors],
    external: (name) => !/^[./#\0]|>/.test(name),
    treeshake: { moduleSideEffects: isEntry },
    onwarn(warning) {
      if (warning.code !== "CIRCULAR_DEPENDENCY") throw new Error(warning.message);
    },
  });
  await made.write({
    dir: "dist",
    format,
    entryFileNames: `[name].${ending}`,
    chunkFileNames: `[name].${ending}`,
    manualChunks: assign,
    plugins: [minified],
  });
  await made.close();
}

/** Node prints an error that nobody catches by the name of its class, which is to be ours and not the minifier's. */
const namedErrors = {
  name: "named-errors",
  transform: (code) => ({
    code: code.replace(/\bclass (\w+Error) extends \w+ \{/g, '$&static name = "$1";'),
    map: null,
  }),
};

const minified = {
  name: "minified",
  async renderChunk(code, _chunk, { format }) {
    const small = await transform(code, {
      minify: true,
      lineLimit: 120,
      format: format === "es" ? "esm" : "cjs",
      target: "es2022",
    });
    return { code: wholeStrings(small.code), map: null };
  },
};
