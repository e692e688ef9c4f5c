/** Files, folders and names that ARCHITECTURE and CONTRIBUTING speak of are there. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** Every file below a folder, by its path from the root. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (name === "node_modules" || name === "runs") return [];
    return statSync(path).isDirectory() ? filesIn(path) : [relative(root, path)];
  });

const files = ["src", "tests", "build", "bench", "docs", "examples", "fonts", ".ci"]
  .flatMap((folder) => filesIn(join(root, folder)))
  .concat(["bundle.mjs", "package.json", "vitest.config.ts"]);
const all = files
  .filter((file) => /\.(ts|mjs|json|py)$/.test(file) || file === ".ci/run")
  .map((file) => readFileSync(join(root, file), "utf8"))
  .join("\n");
const words = new Set(all.match(/\w+/g));

describe.each(["ARCHITECTURE.md", "CONTRIBUTING.md"])("%s", (name) => {
  const text = readFileSync(join(root, name), "utf8").replaceAll(/```.*?```/gs, "");
  const named = [...new Set(Array.from(text.matchAll(/`([^`]+)`/g), ([, what]) => what))];

  test("names files that are there", () => {
    const paths = named.filter(
      (what) => /^[\w./-]+\.(ts|mjs|py|json|safetensors|cpp)$/.test(what) && !/^dist\/|PART/.test(what),
    );
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter((path) => !files.some((file) => file === path || file.endsWith(`/${path}`)))).toEqual(
      [],
    );
  });

  test("names folders that are there", () => {
    const folders = named.filter(
      (what) => /^(src|tests|build|bench|docs|examples)\/[\w./-]*$/.test(what) && !/\.\w+$/.test(what),
    );
    expect(folders.length).toBeGreaterThan(3);
    const made = ["docs/reference"];
    const isThere = (folder: string) =>
      files.some((file) => file.startsWith(`${folder.replace(/\/$/, "")}/`));
    expect(folders.filter((folder) => !made.includes(folder) && !isThere(folder))).toEqual([]);
  });

  test("names functions, types and words of the code as they are called there", () => {
    const elsewhere = ["fflate"]; // a package that is not used, and why
    const identifiers = named.filter((what) => /^[A-Za-z_]\w+$/.test(what) && !elsewhere.includes(what));
    expect(identifiers.length).toBeGreaterThan(5);
    expect(identifiers.filter((identifier) => !words.has(identifier))).toEqual([]);
  });
});
