/**
 * `dist/browser`: the modules that browsers' bundlers take, and leave out of what a page does not use. A module that only
 * one other imports lies in that one's file, since nobody takes it without: a disk gives each file whole blocks, and half a
 * thousand small ones with their maps take a quarter more than they hold.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { rollup } from "rollup";
import { broughtFiles } from "./brought.mjs";
import { entries } from "./entries.mjs";
import { built, ownModules } from "./hosts.mjs";
import { passesOn, writeModule } from "./modules.mjs";

const folder = "dist/browser";

export async function writePageModules() {
  rmSync(folder, { recursive: true, force: true });
  const graph = graphFrom([...Object.values(entries).map(built), ...ownModules("browser")]);
  for (const [head, members] of filesOf(graph)) {
    const path = join(folder, head.slice(resolve("dist").length));
    mkdirSync(dirname(path), { recursive: true });
    if (broughtFiles.includes(head)) cpSync(head, path);
    else await writeFile(path, head, members);
  }
}

/** What each module imports; which of them are asked for later or as a whole, and so have a file of their own. */
function graphFrom(roots) {
  const importers = new Map();
  const apart = new Set([...roots, ...broughtFiles]);
  const open = [...roots];
  for (const module of open) {
    if (importers.has(module)) continue;
    importers.set(module, new Set());
    for (const { path, alone } of importsIn(module)) {
      if (alone) apart.add(path);
      open.push(path);
    }
  }
  for (const module of importers.keys())
    for (const { path } of importsIn(module)) importers.get(path).add(module);
  return { importers, apart };
}

/** Rooms that pages take as a whole; of others, which only pass names on, single functions. */
const isWhole = (module) => /[/\\](audio|tasks[/\\][\w-]+)[/\\]index\.js$/.test(module);

const anyImport = /^(?:import|export) (\* as )?[^"]*?\bfrom "(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm;

function* importsIn(module) {
  for (const [, all, now, later] of readFileSync(module, "utf8").matchAll(anyImport))
    yield { path: resolve(dirname(module), now ?? later), alone: Boolean(all ?? later) };
}

/** Each file's first module, with all that lie in it. */
function filesOf({ importers, apart }) {
  const headOf = new Map([...importers.keys()].map((module) => [module, module]));
  const files = new Map([...importers.keys()].map((module) => [module, [module]]));
  for (let before = 0; before !== files.size; ) {
    before = files.size;
    for (const [head, members] of files) {
      if (apart.has(head)) continue;
      const takers = new Set(
        members.flatMap((module) => [...importers.get(module)].map((importer) => headOf.get(importer))),
      );
      takers.delete(head);
      if (takers.size !== 1) continue;
      const [taker] = takers;
      if (!isWhole(taker) && passesOn(readFileSync(taker, "utf8"))) continue;
      files.get(taker).push(...members);
      for (const module of members) headOf.set(module, taker);
      files.delete(head);
    }
  }
  return files;
}

async function writeFile(path, head, members) {
  const bundle = await rollup({
    input: head,
    external: (name, from) => from !== undefined && !members.includes(resolve(dirname(from), name)),
    plugins: [{ name: "maps", load: (id) => ({ code: readFileSync(id, "utf8"), map: mapOf(id) }) }],
    treeshake: false,
    onwarn(warning) {
      throw new Error(`${path}: ${warning.message}`);
    },
  });
  const { output } = await bundle.generate({
    file: head,
    sourcemap: true,
    minifyInternalExports: false,
  });
  await bundle.close();
  const [{ code, map }] = output;
  const from = (source) => relative(dirname(path), resolve(dirname(head), source));
  writeModule(path, code, { ...map, sources: map.sources.map(from) });
}

function mapOf(module) {
  const path = `${module}.map`;
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : null;
}
