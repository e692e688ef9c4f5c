import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packageFile, requirePackage } from "../../src/platform/node-packages.js";

describe("packages that may be absent", () => {
  test("one that is there is required, with its path", () => {
    const { exports, path } = requirePackage("koffi");
    expect(typeof (exports as { load: unknown }).load).toBe("function");
    expect(path).toMatch(/node_modules[\\/]koffi[\\/]/);
  });

  test("one that is not there says so", () => {
    expect(() => requirePackage("no-such-package")).toThrow(/^Cannot find module 'no-such-package'/);
    expect(() => packageFile("no-such-package/file.wasm")).toThrow(
      /^Cannot find module 'no-such-package\/file.wasm'/,
    );
  });
});

describe("a CommonJS bundle, which has no import.meta.url", () => {
  const folder = mkdtempSync(join(tmpdir(), "receptive-bundle-"));
  beforeAll(async () => {
    const { build } = await import("esbuild");
    await build({
      stdin: {
        contents: `import { requirePackage } from "./src/platform/node-packages.ts";
          try { console.log(requirePackage("beside").exports.answer); } catch (error) { console.log(String(error).split("\\n")[0]); }`,
        resolveDir: resolve(import.meta.dirname, "../.."),
      },
      bundle: true,
      format: "cjs",
      platform: "node",
      minify: true,
      keepNames: true,
      logLevel: "silent",
      outfile: join(folder, "program.cjs"),
    });
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (): string =>
    execFileSync(process.execPath, [join(folder, "program.cjs")], { cwd: tmpdir(), encoding: "utf8" }).trim();

  test("finds what lies in node_modules beside it", () => {
    expect(run()).toBe("Error: Cannot find module 'beside'");
    mkdirSync(join(folder, "node_modules/beside"), { recursive: true });
    writeFileSync(join(folder, "node_modules/beside/index.js"), "exports.answer = 42;");
    expect(run()).toBe("42");
  });
});
