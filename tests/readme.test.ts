import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const readme = readFileSync(resolve(root, "README.md"), "utf8");
const built = existsSync(resolve(root, "dist/index.js"));

describe("README", () => {
  test.skipIf(!built)(
    "its example trains LeNet-5 as it says (needs npm run build)",
    { timeout: 120_000 },
    () => {
      const [, code] = /```ts\n(.*?)```/s.exec(readme)!;
      // Inside the package, so that it imports "receptive" as a user does.
      const folder = resolve(root, "runs");
      const file = resolve(folder, `readme-${process.pid}.mjs`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, code);
      try {
        const lines = execFileSync(process.execPath, [file], { encoding: "utf8" }).trim().split("\n");
        expect(lines).toHaveLength(4);
        expect(Number(lines[3].replace("accuracy ", ""))).toBeGreaterThan(0.94);
      } finally {
        rmSync(file);
      }
    },
  );

  test.skipIf(!built)("its example of any data learns it (needs npm run build)", () => {
    const [, code] = /```ts\n([^`]*?data\.examples.*?)```/s.exec(readme)!;
    const folder = resolve(root, "runs");
    const file = resolve(folder, `readme-examples-${process.pid}.mjs`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, code);
    try {
      const printed = execFileSync(process.execPath, [file], { encoding: "utf8" }).trim().split("\n");
      expect(printed.at(-1)).toMatch(/^100 0\.\d+ 1$/);
    } finally {
      rmSync(file);
    }
  });

  test.skipIf(!built)("its example of explaining answers shapes as it says (needs npm run build)", () => {
    const [, code] = /```ts\n([^`]*?explain\.gradCam.*?)```/s.exec(readme)!;
    const folder = resolve(root, "runs");
    const file = resolve(folder, `readme-explain-${process.pid}.mjs`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, code);
    try {
      const printed = execFileSync(process.execPath, [file], { encoding: "utf8" }).trim();
      expect(printed).toBe("[ 1, 32, 32 ] [ 2, 32, 32, 3 ]");
    } finally {
      rmSync(file);
    }
  });

  test("every file it links to is there, by addresses that hold in the package too", () => {
    const ours =
      /^https:\/\/(?:raw\.githubusercontent\.com\/receptive\/receptive\/main|github\.com\/receptive\/receptive\/blob\/main)\//;
    const targets = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, target]) => target);
    expect(targets.length).toBeGreaterThan(5);
    for (const target of targets) {
      expect(target).toMatch(/^https:\/\//);
      if (ours.test(target)) expect(existsSync(resolve(root, target.replace(ours, ""))), target).toBe(true);
    }
  });
});
