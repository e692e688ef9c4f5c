/** The package as it is published, in a project of somebody else. */
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { program, trainCommonJs, trainedOf, trainModule } from "./programs.js";
import { type Project, project } from "./project.js";
import { typeErrors, typeSettings } from "./types.js";

const root = resolve(import.meta.dirname, "../..");
const built = existsSync(join(root, "dist/node/index.js"));

describe.skipIf(!built)("the package in a project of somebody else (needs npm run build)", () => {
  let theirs: Project;

  beforeAll(async () => {
    theirs = await project("theirs", {
      files: {
        "train.js": trainModule,
        "main.js": program,
        "train.cjs": trainCommonJs,
        "main.cjs": `require("./train.cjs").train().then((went) => console.log("TRAINED " + JSON.stringify(went)));`,
        "both.mjs": `import { createRequire } from "node:module";\nimport * as imported from "receptive";
const required = createRequire(import.meta.url)("receptive");\nconsole.log(imported.tensor === required.tensor);`,
      },
    });
  }, 240_000);

  const ours = (): string => join(theirs.folder, "node_modules/receptive");
  const files = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
      lstatSync(join(folder, name)).isFile(),
    );

  // 15 is asked.
  test("takes less than 14.95 MB with all that it needs, as du counts them", () => {
    const folder = join(theirs.folder, "node_modules");
    // Whole blocks of 4 kB, and one for each folder.
    const blocks = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => {
      const entry = lstatSync(join(folder, name));
      return entry.isSymbolicLink() ? 0 : entry.isFile() ? Math.ceil(entry.size / 4096) : 1;
    });
    expect((4096 * blocks.reduce((sum, n) => sum + n, 0)) / 2 ** 20).toBeLessThan(14.95);
  });

  test("every file that its modules import is in it", () => {
    for (const name of files(join(ours(), "dist")).filter((name) => name.endsWith(".js"))) {
      const text = readFileSync(join(ours(), "dist", name), "utf8");
      for (const [, path] of text.matchAll(/\b(?:from|import) ?\(?["'](\.[^"']+\.js)["']/g))
        expect(existsSync(join(ours(), "dist", name, "..", path)), `${name} imports ${path}`).toBe(true);
    }
  });

  test("every package that its files import is one that is installed with it, or may be", () => {
    const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(
      readFileSync(join(ours(), "package.json"), "utf8"),
    );
    const known = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
    for (const name of files(join(ours(), "dist")).filter((name) => /\.c?js$/.test(name))) {
      const text = readFileSync(join(ours(), "dist", name), "utf8");
      const asked = [
        ...text.matchAll(/(?:^|[;}\n])(?:import|export)\b[^;"'()]*?(?:\bfrom ?)?"([^"]+)"/g),
        ...text.matchAll(/\b(?:import|require)\("([^"]+)"\)/g),
      ].map(([, path]) => path);
      const packages = asked.filter((path) => !/^([./#]|node:)/.test(path) && !isBuiltin(path));
      expect(
        packages.filter((path) => !known.some((k) => path === k || path.startsWith(`${k}/`))),
        name,
      ).toEqual([]);
    }
  });

  test("its command line starts, and lists the models", async () => {
    const { version } = JSON.parse(readFileSync(join(ours(), "package.json"), "utf8"));
    expect((await theirs.run("receptive", "--version")).trim()).toBe(version);
    expect(await theirs.run("receptive", "models", "list")).toContain("lenet5");
    expect(
      await theirs.run("receptive", "train", "--data", "digits", "--limit", "64", "--epochs", "1"),
    ).toMatch(/accuracy/);
  });

  test("no string in it goes on in the next line, where a bundler that indents would change it", () => {
    for (const name of files(join(ours(), "dist")).filter((name) => /\.(js|cjs|mjs)$/.test(name)))
      expect(readFileSync(join(ours(), "dist", name), "utf8"), name).not.toMatch(/(?<!\\)(\\\\)*\\\n/);
  });

  test("every file that it exports is in it", () => {
    const { exports } = JSON.parse(readFileSync(join(ours(), "package.json"), "utf8"));
    const named = (entry: object | string): string[] =>
      typeof entry === "string" ? [entry] : Object.values(entry).flatMap(named);
    for (const file of named(exports)) expect(existsSync(join(ours(), file)), file).toBe(true);
  });

  test("runs no script at its installation, and says where it comes from", () => {
    const manifest = JSON.parse(readFileSync(join(ours(), "package.json"), "utf8"));
    expect(Object.keys(manifest.scripts)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(prepare|(pre|post)?install)$/)]),
    );
    expect(manifest.repository.url).toMatch(/^git\+https:/);
    expect(manifest.homepage).toMatch(/^https:/);
    expect(manifest.keywords.length).toBeGreaterThan(5);
  });

  test("its source maps carry their sources, and every map that a file names is there", () => {
    const maps = files(ours()).filter((name) => name.endsWith(".map"));
    expect(maps.length).toBeGreaterThan(100);
    const checkMap = (name: string, map: string): void => {
      const { sources, sourcesContent = [] } = JSON.parse(map);
      expect(
        sourcesContent.filter((text: unknown) => typeof text === "string"),
        name,
      ).toHaveLength(sources.length);
    };
    for (const name of maps) checkMap(name, readFileSync(join(ours(), name), "utf8"));
    for (const name of files(ours()).filter((name) => /\.c?js$/.test(name))) {
      const [, map] =
        /\n\/\/# sourceMappingURL=(\S+)\s*$/.exec(readFileSync(join(ours(), name), "utf8")) ?? [];
      const [, within] = /^data:application\/json;base64,(.+)$/.exec(map ?? "") ?? [];
      if (within) checkMap(name, Buffer.from(within, "base64").toString());
      else if (map) expect(existsSync(join(ours(), name, "..", map)), `${name} names ${map}`).toBe(true);
    }
  });

  test.each(["main.js", "main.cjs"])("trains by %s", { timeout: 120_000 }, async (file) => {
    const { first, last } = trainedOf(await theirs.run(process.execPath, file));
    expect(last).toBeLessThan(0.6 * first);
  });

  test("import and require give the same library: one engine", async () => {
    expect((await theirs.run(process.execPath, "both.mjs")).trim()).toBe("true");
  });

  test.each(["esm", "cjs"] as const)(
    "esbuild's bundle for Node as %s, minified and with names kept, trains",
    { timeout: 120_000 },
    async (format) => {
      const { build } = await import("esbuild");
      const out = `out.${format === "esm" ? "mjs" : "cjs"}`;
      const result = await build({
        absWorkingDir: theirs.folder,
        entryPoints: ["main.js"],
        outfile: out,
        bundle: true,
        platform: "node",
        format,
        minify: true,
        keepNames: true,
        logLevel: "silent",
      });
      expect(result.warnings).toEqual([]);
      const { first, last } = trainedOf(await theirs.run(process.execPath, out));
      expect(last).toBeLessThan(0.6 * first);
    },
  );

  test.each(typeSettings)(
    "its types are right for $module with $lib and types [$types], by this repository's TypeScript",
    { timeout: 120_000 },
    ({ module, resolution, lib, types }) => {
      expect(typeErrors(theirs.folder, { module, resolution, lib, types })).toBe("");
    },
  );
});
