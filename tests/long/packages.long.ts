/** The packed library in other people's tools, with their default settings: each project builds, and trains. */
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { asked, held } from "../browser/page-sizes.js";
import { hasChromium, trainInChromium } from "../packages/in-chromium.js";
import {
  program,
  trainByParts,
  trainCommonJs,
  trainedOf,
  trainModule,
  trainWhole,
} from "../packages/programs.js";
import { project, tarball } from "../packages/project.js";
import { typeErrors, typeSettings } from "../packages/types.js";
import { figure } from "./figures.js";

const node = process.execPath;
const files = { "train.js": trainModule, "main.js": program };
const page =
  '<!doctype html><meta charset="utf-8"><title>t</title><script type="module" src="./main.js"></script>';

function check(name: string, printed: string, target: "native" | "wasm" = "native"): void {
  const went = trainedOf(printed);
  figure(
    name,
    `loss ${went.first.toFixed(3)} to ${went.last.toFixed(3)}, accuracy ${went.accuracy}, ${went.target}, ${went.threads} threads`,
  );
  expect(went.last).toBeLessThan(0.6 * went.first);
  expect(went.accuracy).toBeGreaterThan(0.5);
  if (target === "wasm") expect(went.target).toBe("wasm");
  else expect(went.target).toMatch(/^avx/);
}

describe("programs for Node", () => {
  test.each(["esm", "cjs"])("esbuild to %s, minified, names kept", async (format) => {
    const { run } = await project(`esbuild-${format}`, { packages: ["esbuild"], files });
    const out = format === "esm" ? "out.mjs" : "out.cjs";
    const options = ["--bundle", "--platform=node", `--format=${format}`, "--keep-names", "--minify"];
    await run("esbuild", "main.js", ...options, `--outfile=${out}`);
    check(`esbuild ${format}`, await run(node, out));
  });

  test("webpack", async () => {
    const { run } = await project("webpack-node", { packages: ["webpack", "webpack-cli"], files });
    await run(
      "webpack",
      "--mode=production",
      "--target=node",
      "--entry=./main.js",
      "--output-filename=main.cjs",
    );
    check("webpack, target node", await run(node, "dist/main.cjs"));
  });

  test("Rollup with node-resolve", async () => {
    const { run } = await project("rollup-node", {
      packages: ["rollup", "@rollup/plugin-node-resolve"],
      files,
    });
    await run("rollup", "main.js", "-p", "node-resolve", "--dir=out");
    check("Rollup, no options", await run(node, "out/main.js"));
  });

  test("Vite's server build", async () => {
    const { run } = await project("vite-ssr", { packages: ["vite"], files });
    await run("vite", "build", "--ssr", "main.js");
    check("Vite, ssr", await run(node, "dist/main.js"));
  });

  test("Parcel", async () => {
    const { run } = await project("parcel-node", {
      packages: ["parcel"],
      files: { "source/main.js": program, "source/train.js": trainModule },
      manifest: {
        type: undefined,
        main: "dist/main.js",
        source: "source/main.js",
        engines: { node: ">=20" },
      },
    });
    await run("parcel", "build", "--no-cache");
    check("Parcel, for Node", await run(node, "dist/main.js"));
  });

  test("a single executable", async () => {
    const { run, folder } = await project("sea", {
      packages: ["esbuild", "postject"],
      files: {
        ...files,
        "sea.json": JSON.stringify({
          main: "out.cjs",
          output: "sea.blob",
          disableExperimentalSEAWarning: true,
        }),
      },
    });
    await run("esbuild", "main.js", "--bundle", "--platform=node", "--format=cjs", "--outfile=out.cjs");
    await run(node, "--experimental-sea-config", "sea.json");
    cpSync(node, join(folder, "program"));
    const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";
    await run("postject", "program", "NODE_SEA_BLOB", "sea.blob", "--sentinel-fuse", fuse);
    check("single executable", await run("./program"));
  });

  test("require", async () => {
    const { run } = await project("require", {
      files: {
        "train.cjs": trainCommonJs,
        "main.cjs":
          'require("./train.cjs").train().then((went) => console.log("TRAINED " + JSON.stringify(went)));',
      },
    });
    check("require", await run(node, "main.cjs"));
  });
});

describe.skipIf(!hasChromium)("pages", () => {
  const trainsIn = async (name: string, folder: string, most: number): Promise<void> => {
    const { printed, bytes } = await trainInChromium(folder);
    check(name, printed, "wasm");
    figure(
      `${name}, scripts gzipped`,
      `${(bytes / 1000).toFixed(1)} kB, held at ${most / 1000}, ${asked / 1000} asked`,
    );
    expect(bytes).toBeLessThan(most);
  };

  describe.each([
    { imports: "receptive", train: trainModule, most: held.receptive },
    { imports: "receptive/nn and so on", train: trainByParts, most: held.parts },
  ])("that import $imports", ({ imports, train, most }) => {
    const files = { "train.js": train, "main.js": program };
    const named = (bundler: string): string => `${bundler}, ${imports}`;

    test("Vite", async () => {
      const { run, folder } = await project("vite", {
        packages: ["vite"],
        files: { ...files, "index.html": page },
      });
      await run("vite", "build");
      await trainsIn(named("Vite"), join(folder, "dist"), most.Vite);
    });

    test("webpack", async () => {
      const { run, folder } = await project("webpack", {
        packages: ["webpack", "webpack-cli"],
        files: { ...files, "dist/index.html": page },
      });
      await run("webpack", "--mode=production", "--entry=./main.js");
      await trainsIn(named("webpack"), join(folder, "dist"), most.webpack);
    });

    test("Rollup with node-resolve and terser", async () => {
      const { run, folder } = await project("rollup", {
        packages: ["rollup", "@rollup/plugin-node-resolve", "@rollup/plugin-terser"],
        files: { ...files, "out/index.html": page },
      });
      await run("rollup", "main.js", "-p", "node-resolve={browser: true}", "-p", "terser", "--dir=out");
      await trainsIn(named("Rollup"), join(folder, "out"), most.Rollup);
    });

    test("esbuild", async () => {
      const { run, folder } = await project("esbuild", {
        packages: ["esbuild"],
        files: { ...files, "out/index.html": page },
      });
      const options = ["--bundle", "--format=esm", "--splitting", "--minify", "--keep-names", "--outdir=out"];
      await run("esbuild", "main.js", ...options);
      await trainsIn(named("esbuild"), join(folder, "out"), most["esbuild, names kept"]);
    });
  });

  test.each([
    { name: "Parcel", train: trainModule, settings: {} },
    { name: "Parcel, import *", train: trainWhole, settings: {} },
    {
      name: "Parcel, packageExports",
      train: trainModule,
      settings: { "@parcel/resolver-default": { packageExports: true } },
    },
  ] as const)("$name", async ({ name, train, settings }) => {
    const { run, folder } = await project("parcel", {
      packages: ["parcel"],
      files: { "train.js": train, "main.js": program, "index.html": page },
      manifest: { type: undefined, ...settings },
    });
    await run("parcel", "build", "index.html", "--no-cache");
    await trainsIn(name, join(folder, "dist"), held.receptive[name]);
  });
});

test("Next with Turbopack: a page of the server, a route, a page of the browser", async () => {
  const { run, folder } = await project("next", {
    packages: ["next", "react", "react-dom"],
    files: {
      "train.js": trainModule,
      "app/layout.jsx": "export default ({ children }) => <html><body>{children}</body></html>;",
      "app/page.jsx":
        'import { train } from "../train.js";\nexport const dynamic = "force-dynamic";\nexport default async function Page() { return <p>{"TRAINED " + JSON.stringify(await train())}</p>; }',
      "app/train/route.js":
        'import { train } from "../../train.js";\nexport const dynamic = "force-dynamic";\nexport const GET = async () => new Response("TRAINED " + JSON.stringify(await train()));',
      "app/client/page.jsx":
        '"use client";\nimport { useEffect } from "react";\nimport { train } from "../../train.js";\nexport default function Page() { useEffect(() => { train().then((went) => console.log("TRAINED " + JSON.stringify(went))); }, []); return <p>trains</p>; }',
      "ask.mjs": `import { spawn } from "node:child_process";
const server = spawn("next", ["start", "-p", "0"], { stdio: ["ignore", "pipe", "inherit"], detached: true });
for await (const chunk of server.stdout) {
  const [, port] = /localhost:(\\d+)/.exec(String(chunk)) ?? [];
  if (port) { console.log(await (await fetch("http://localhost:" + port + process.argv[2])).text()); break; }
}
process.kill(-server.pid);
process.exit(0);`,
    },
  });
  await run("next", "build");
  const page = await run(node, "ask.mjs", "/");
  check("Next, page of the server", page.replaceAll("&quot;", '"').replaceAll(/<\/p>.*/g, ""));
  check("Next, route", await run(node, "ask.mjs", "/train"));
  expect(existsSync(join(folder, ".next"))).toBe(true);
});

describe("test runners", () => {
  const spec = `const { train } = require("./train.cjs");
test("it trains", async () => { const went = await train(); console.log("TRAINED " + JSON.stringify(went)); expect(went.last).toBeLessThan(0.6 * went.first); }, 120000);`;

  test.each(["node", "jsdom"])("Jest in %s", async (environment) => {
    const { run } = await project(`jest-${environment}`, {
      packages: ["jest", "jest-environment-jsdom"],
      files: { "train.cjs": trainCommonJs, "train.test.cjs": spec },
      manifest: { type: undefined },
    });
    check(
      `Jest, ${environment}`,
      await run("jest", "--env", environment, "--testMatch", "**/*.test.cjs"),
      environment === "jsdom" ? "wasm" : "native",
    );
  });

  test.each(["forks", "threads", "vmThreads", "vmForks"])("Vitest with %s", async (pool) => {
    const { run } = await project(`vitest-${pool}`, {
      packages: ["vitest"],
      files: {
        "train.js": trainModule,
        "train.test.js": `import { expect, test } from "vitest";\nimport { train } from "./train.js";\n${spec.slice(spec.indexOf("\n") + 1)}`,
      },
    });
    check(`Vitest, ${pool}`, await run("vitest", "run", "--pool", pool));
  });
});

describe("hosts", () => {
  test.each(["20.19.0", "22", "24", "latest"])("Node %s", async (version) => {
    const { run } = await project(`node-${version}`, { packages: [`node@${version}`], files });
    // npm runs no install script: the package that carries the program lies beside.
    const program = await nodeProgram(run);
    check(`Node ${(await run(program, "--version")).trim()}`, await run(program, "main.js"));
  });

  test("Bun", async () => {
    const { run } = await project("bun", { packages: ["@oven/bun-linux-x64"], files });
    const bun = "node_modules/@oven/bun-linux-x64/bin/bun";
    check(`Bun ${(await run(bun, "--version")).trim()}`, await run(bun, "main.js"));
  });

  test("Deno", async () => {
    const { run } = await project("deno", { packages: ["@deno/linux-x64-glibc"], files });
    const deno = "node_modules/@deno/linux-x64-glibc/deno";
    check(`Deno ${(await run(deno, "--version")).split("\n")[0]}`, await run(deno, "run", "-A", "main.js"));
  });
});

describe("types", () => {
  test.each(["5.6", "5.9", "6.0", "7.0"])("TypeScript %s", async (version) => {
    const { folder } = await project(`typescript-${version}`, { packages: [`typescript@${version}`] });
    const compiler = join(folder, "node_modules/typescript/bin/tsc");
    for (const settings of typeSettings)
      expect(typeErrors(folder, settings, compiler), JSON.stringify(settings)).toBe("");
    figure(`TypeScript ${version}`, `${typeSettings.length} settings without an error`);
  });

  test("publint finds the map for Parcel alone, arethetypeswrong nothing", async () => {
    const { run } = await project("lint", { packages: ["publint", "@arethetypeswrong/cli"] });
    const packed = await tarball();
    const strict = stripVTControlCharacters(await run("publint", "--strict", packed));
    // `browser` is there for Parcel, which by default reads no exports: without it a page gets Node's files.
    expect(strict.split("\n").filter((line) => /^\d+\. /.test(line))).toEqual([
      expect.stringMatching(/^1\. pkg\.browser with an object value can be refactored to use pkg\.exports/),
    ]);
    expect(strict).not.toMatch(/Warnings:|Errors:/);
    expect(await run("attw", packed)).toContain("No problems found");
    figure("publint --strict, attw", "nothing but the map for Parcel");
  });
});

async function nodeProgram(
  run: (command: string, ...parameters: string[]) => Promise<string>,
): Promise<string> {
  const found = (await run("find", "node_modules", "-path", "*bin/node", "-type", "f", "-size", "+10M"))
    .trim()
    .split("\n");
  return `./${found[0]}`;
}
