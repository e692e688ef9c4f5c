/** Packages that may be absent: koffi, the hub's client. They are loaded at first use. */
import { pathToFileURL } from "node:url";

export interface FoundPackage {
  readonly exports: unknown;
  /** The file that was loaded. */
  readonly path: string;
}

/**
 * Requires a package at run time. Node itself does it, asked in a way that no bundler follows: bundlers would stop at
 * native parts, and at a package that is absent.
 *
 * @throws what the first of the places answered where it was looked for, if none has the package
 */
export function requirePackage(name: string): FoundPackage {
  return tryPlaces((from) => ({ exports: from(name), path: from.resolve(name) }));
}

/** The path of a file in a package, such as "@cwasm/webp/webp.wasm". @throws as `requirePackage` */
export function packageFile(name: string): string {
  return tryPlaces((from) => from.resolve(name));
}

function tryPlaces<R>(look: (from: NodeJS.Require) => R): R {
  const module = process.getBuiltinModule?.("node:module");
  if (!module) throw new Error("this program's host does not load packages at run time");
  let first: unknown;
  for (const place of places()) {
    try {
      return look(module.createRequire(place));
    } catch (error) {
      first ??= error;
    }
  }
  throw first;
}

/**
 * Where packages are looked for: from where the library lies; from the program's main file and from the current folder
 * too, for a bundle has no place of its own in `node_modules`.
 */
function places(): string[] {
  // Undefined in CommonJS and in single-file executables; some bundlers write a scheme of their own.
  const own: string | undefined = import.meta.url;
  const candidates = [own, main(), pathToFileURL(`${process.cwd()}/`).href];
  return candidates.filter((place): place is string => place?.startsWith("file:") ?? false);
}

const main = (): string | undefined => (process.argv[1] ? pathToFileURL(process.argv[1]).href : undefined);
