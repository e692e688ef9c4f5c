/** Every program of `examples/` runs, and prints what it says that it prints. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const folder = resolve(import.meta.dirname, "../examples");
const run = promisify(execFile);

describe("examples", () => {
  test.each(readdirSync(folder).filter((name) => name.endsWith(".mjs")))(
    "%s prints what its first lines say",
    async (name) => {
      const file = join(folder, name);
      const [, stated] = /^\/\/ Prints: (.+)$/m.exec(readFileSync(file, "utf8")) ?? [];
      expect(stated).toBeDefined();
      const { stdout } = await run(process.execPath, [file]);
      expect(stdout.trimEnd().split("\n").at(-1)).toBe(stated);
    },
    180_000,
  );
});
