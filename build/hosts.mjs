/** Node and browsers: what each has of its own, under the names of the package's import map, in bundles of ours. */
import { resolve } from "node:path";

const modules = {
  node: { "#platform": "platform/node", "#native": "targets/x64/machine", "#pictures": "images/codecs" },
  browser: {
    "#platform": "platform/browser",
    "#native": "targets/no-native",
    "#pictures": "images/codecs-browser",
  },
};

export const built = (module) => resolve("dist", `${module}.js`);

/** For esbuild: this host's modules. */
export const hostOf = (host) => ({
  name: "host-of",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^#/ }, ({ path }) => ({ path: built(modules[host][path]), sideEffects: false })),
});

export const ownModules = (host) => Object.values(modules[host]).map(built);

/** A file for what a module exports, on this host. */
export const entryFor = (host, module) => `${host}>${module}`;

export const isEntry = (id) => /^\w+>/.test(id);

const exported = (entry) => `export * from ${JSON.stringify(built(entry.split(">")[1]))};`;

/** A library for one host. */
export const forHost = (host) => ({
  name: "for-host",
  resolveId: (name) => (name in modules[host] ? built(modules[host][name]) : isEntry(name) ? name : null),
  load: (id) => (isEntry(id) ? exported(id) : null),
});

/** A library for several: it calls stand-ins, which each entry first points to the functions of its host. */
export const forHosts = {
  name: "for-hosts",
  resolveId: (name) => (name in modules.node ? `\0${name}` : isEntry(name) ? name : null),
  // Asked by Node's modules alone.
  resolveImportMeta: () => 'require("node:url").pathToFileURL(__filename).href',
  async load(id) {
    if (isEntry(id)) return [...chosen(id.split(">")[0]), exported(id)].join("\n");
    if (!id.startsWith("\0#")) return null;
    const names = Object.keys(await import(built(modules.browser[id.slice(1)])));
    return [
      "let host; export const choose = (given) => { host = given; };",
      ...names.map((name) => `export const ${name} = (...given) => host.${name}(...given);`),
    ].join("\n");
  },
};

const chosen = (host) =>
  Object.entries(modules[host]).flatMap(([name, own], i) => [
    `import { choose as choose${i} } from ${JSON.stringify(name)};`,
    `import * as own${i} from ${JSON.stringify(built(own))};`,
    `choose${i}(own${i});`,
  ]);
