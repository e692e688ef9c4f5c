/** What pages and workers of the built site load: files, and what these import at once, by their bytes when packed. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** `import … from "./x.js"`, `import "./x.js"`, `export … from "./x.js"`, and not `import("./x.js")`. */
const imports = /(?:import|export)\s*(?:[^"'();]*?from)?\s*["']\.\/([^"']+)["']/g;

/** @param names  beginnings of their names, each of one file at least, before the hash: "worker", "Train" */
export function withImports(folder: string, names: readonly string[]): ReadonlySet<string> {
  const assets = readdirSync(join(folder, "assets"));
  const found = new Set<string>();
  const add = (name: string) => {
    if (found.has(name)) return;
    found.add(name);
    if (!name.endsWith(".js")) return;
    const text = readFileSync(join(folder, "assets", name), "utf8");
    for (const [, imported] of text.matchAll(imports)) add(imported);
  };
  for (const name of names) {
    const own = assets.filter((asset) => asset === name || /^(.+)-[\w-]{8}\.\w+$/.exec(asset)?.[1] === name);
    if (own.length === 0) throw new Error(`the site has no ${name}`);
    own.forEach(add);
  }
  return found;
}

/** In kB, packed by gzip. @param without  what is there already */
export function weightOf(
  folder: string,
  names: ReadonlySet<string>,
  without: ReadonlySet<string> = new Set(),
): number {
  return (
    [...names]
      .filter((name) => !without.has(name))
      .reduce(
        (sum, name) => sum + gzipSync(readFileSync(join(folder, "assets", name)), { level: 9 }).length,
        0,
      ) / 1000
  );
}

/** What the first page names, and what that imports: any room finds it there. */
export function shellOf(folder: string): ReadonlySet<string> {
  const page = readFileSync(join(folder, "index.html"), "utf8");
  return withImports(
    folder,
    [...page.matchAll(/assets\/([^"]+)/g)].map(([, name]) => name),
  );
}
