import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

/** The rooms of the house: each may import from its own floor and from those below. */
const floors = [
  ["cli", "worker"],
  ["report", "images", "tasks", "explain", "training", "models"],
  ["nn", "losses", "optim", "data", "features"],
  ["autodiff"],
  ["ops"],
  ["tensor"],
  ["compiler"],
  ["runtime"],
  ["targets"],
  ["kernels"],
  ["formats", "random", "platform", "door"],
] as const;

const root = resolve(import.meta.dirname, "../src");

const floorOf = (file: string): number => {
  const room = relative(root, file).split("/")[0];
  return floors.findIndex((floor) => (floor as readonly string[]).includes(room));
};

const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => join(root, name));

const importsOf = (file: string): string[] =>
  [...readFileSync(file, "utf8").matchAll(/^(?:import|export)\b[^;]*?from\s+"([^"]+)";$/gms)].map(
    (m) => m[1],
  );

describe("the house", () => {
  test.each(files.map((file) => relative(root, file)))("%s imports only from its floor and below", (name) => {
    const file = join(root, name);
    if (floorOf(file) < 0) return expect(["index.ts", "public-data.ts"]).toContain(name);
    const upwards = importsOf(file)
      .filter((target) => target.startsWith("."))
      .map((target) => resolve(dirname(file), target).replace(/\.js$/, ".ts"))
      .filter((target) => floorOf(target) < floorOf(file))
      .map((target) => `${name} → ${relative(root, target)}`);
    expect(upwards).toEqual([]);
  });

  test("only the command line, reports, picture files and the Node platform know Node", () => {
    const knowing = files
      .map((file) => relative(root, file))
      .filter((name) => importsOf(join(root, name)).some((target) => target.startsWith("node:")))
      .filter((name) => !/^(cli|report|images)\//.test(name) && !/^platform\/node/.test(name));
    expect(knowing).toEqual([]);
  });
});
