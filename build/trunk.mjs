/**
 * `dist/trunk.js`: the modules of which each page needs some that computes or trains, as one; in their places stand modules
 * that pass on its names. Bundlers that split a page where it imports later put each module that several parts need into a
 * file by the parts that need it: a dozen small ones, each compressed alone, with lists of what it takes and gives, which
 * is a twentieth of a page. One module is one file, of which they leave out what nobody uses, as ever.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { rollup } from "rollup";
import { built } from "./hosts.mjs";
import { modules as allModules } from "./modules.mjs";

/** What a page that trains begins with, and what of its own it puts on top of that. */
const page = ["training/fit", "training/evaluate", "runtime/devices", "tensor/compile", "tensor/creation"];
const onTop = ["nn/index", "ops/index", "losses/index", "optim/index", "autodiff/gradients"];
/** What of it few ask for, and who imports it (`optim/description`): it comes with `training/seldom`. */
const seldom = ["optim/clip-norm", "optim/clip-value"].map(built);

export async function joinTrunk() {
  const { needed, infos } = await needs([...page, ...onTop].map(built));
  const apart = new Set(seldom);
  for (const id of apart)
    for (const one of needed) if (infos.get(one).importedIds.includes(id)) apart.add(one);
  const modules = new Set([...needed].filter((id) => !apart.has(id)));
  const names = namesIn(modules, infos);
  const lines = [...names].map(([id, own]) => `export { ${pairs(own)} } from ${JSON.stringify(id)};`);
  const joined = await rollup({ ...own({ trunk: lines.join("\n") }), input: trunk });
  const { output } = await joined.generate({
    file: "dist/trunk.js",
    sourcemap: true,
    paths: (id) => (id.startsWith(mark) ? `./${relative("dist", id.slice(mark.length))}` : id),
  });
  await joined.close();
  const [{ code, map, modules: joinedModules }] = output;
  const missing = Object.keys(joinedModules).filter((id) => id !== trunk && !modules.has(id));
  if (missing.some((id) => joinedModules[id].renderedLength > 0))
    throw new Error(`the trunk needs ${missing}`);
  for (const [id, own] of names) {
    rmSync(`${id}.map`);
    const back = [...own].map(([name, unique]) => [unique, name]);
    writeFileSync(id, `export { ${pairs(back)} } from "${pathFrom(id)}";\n`);
  }
  for (const id of allModules().map((name) => resolve(name)))
    if (!modules.has(id)) importFromTrunk(id, names);
  writeFileSync("dist/trunk.js", `${code}//# sourceMappingURL=trunk.js.map\n`);
  writeFileSync("dist/trunk.js.map", map.toString());
}

/** Has a module ask the trunk itself: what passes names on is left for those that ask for all of them. */
function importFromTrunk(id, names) {
  const text = readFileSync(id, "utf8");
  const straight = text.replace(
    /^(import|export) \{([^}]*)\} from "(\.[^"]+)";$/gm,
    (line, what, list, path) => {
      const own = names.get(resolve(dirname(id), path));
      if (!own) return line;
      const unique = new Map(own);
      const asked = list.split(",").map((one) => {
        const [name, as = name] = one.trim().split(" as ");
        return [unique.get(name), as];
      });
      return `${what} { ${pairs(asked)} } from "${pathFrom(id)}";`;
    },
  );
  if (straight !== text) writeFileSync(id, straight);
}

function pathFrom(id) {
  const path = relative(dirname(id), resolve("dist/trunk.js"));
  return path.startsWith(".") ? path : `./${path}`;
}

const trunk = "trunk>";

/** What each module exports, and by which name the trunk has it: several modules may export the same. */
function namesIn(modules, infos) {
  const taken = new Set();
  const unique = (name) => {
    let found = name;
    for (let n = 2; taken.has(found); n++) found = `${name}$${n}`;
    taken.add(found);
    return found;
  };
  return new Map([...modules].map((id) => [id, infos.get(id).exports.map((name) => [name, unique(name)])]));
}

const pairs = (names) => names.map(([a, b]) => (a === b ? a : `${a} as ${b}`)).join(", ");

/** The modules whose code a page has with these, and what Rollup knows of all modules that it looked at. */
async function needs(input) {
  const infos = new Map();
  const made = await rollup({ ...own({ infos }), input });
  const { output } = await made.generate({ format: "es" });
  await made.close();
  const needed = output.flatMap(({ modules }) =>
    Object.keys(modules).filter((id) => modules[id].renderedLength > 0),
  );
  return { needed, infos };
}

/** Before the name of a module that is imported later. */
const mark = "later>";

/** Modules of ours with their maps, without what is imported later. */
const own = ({ trunk: text, infos }) => ({
  external: (id) => id.startsWith("#"),
  treeshake: { moduleSideEffects: false },
  onwarn(warning) {
    if (warning.code !== "CIRCULAR_DEPENDENCY") throw new Error(warning.message);
  },
  plugins: [
    {
      name: "ours",
      resolveId: (name) => (name === trunk ? name : null),
      resolveDynamicImport(name, importer) {
        return { id: `${mark}${resolve(importer, "..", name)}`, external: true };
      },
      load(id) {
        if (id === trunk) return text;
        const code = readFileSync(id, "utf8").replace(/^\/\/# sourceMappingURL.*\n?/m, "");
        return { code, map: JSON.parse(readFileSync(`${id}.map`, "utf8")) };
      },
      moduleParsed: (info) => infos?.set(info.id, info),
    },
  ],
});
