/** What a page downloads that takes only what is pure: number formats and colours. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { rollup } from "rollup";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const program = (from: string) =>
  `import * as formatting from ${JSON.stringify(from)}; globalThis.formatting = formatting;`;

/** Everything that the entry has, and what it needs. */
const bundled = {
  async esbuild(): Promise<string> {
    const stdin = { contents: program("receptive/formatting"), resolveDir: root };
    const { outputFiles } = await build({ stdin, bundle: true, minify: true, format: "esm", write: false });
    return outputFiles[0].text;
  },
  async Rollup(): Promise<string> {
    const virtual = "\0page";
    const page = {
      name: "page",
      resolveId: (id: string) => (id === virtual ? id : undefined),
      load: (id: string) =>
        id === virtual ? program(join(root, "dist/browser/formatting/index.js")) : undefined,
    };
    const bundle = await rollup({ input: virtual, plugins: [page] });
    return (await bundle.generate({ format: "es" })).output[0].code;
  },
};

describe.skipIf(!existsSync(join(root, "dist/browser/formatting/index.js")))(
  "receptive/formatting, all of it (needs npm run build)",
  () => {
    test.each(["esbuild", "Rollup"] as const)("is less than 3 kB gzipped by %s", async (bundler) => {
      const code = await bundled[bundler]();
      expect(code).not.toMatch(/\bimport\b[^;]*from|WebAssembly|SharedArrayBuffer/);
      expect(gzipSync(code).length).toBeLessThan(3000);
    });
  },
);
