/** The ready worker in Node, by the package as it is built. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** What a program prints that lies in the package's own folder, where the package finds itself by its name. */
function printed(program: string, ...flags: string[]): string {
  const file = join(root, `runs/worker-${process.pid}.mjs`);
  mkdirSync(join(root, "runs"), { recursive: true });
  writeFileSync(file, program);
  try {
    return execFileSync(process.execPath, [...flags, file], { cwd: root, encoding: "utf8" }).trim();
  } finally {
    rmSync(file);
  }
}

const begin = `import { Worker } from "node:worker_threads";
import { connect } from "receptive/client";
const worker = new Worker(new URL(import.meta.resolve("receptive/worker")));
const receptive = connect(worker);
`;

describe.skipIf(!existsSync(resolve(root, "dist/node/worker.js")))(
  "receptive/worker in Node (needs npm run build)",
  () => {
    test("trains, evaluates and ends", { timeout: 120_000 }, () => {
      const program = `${begin}
const model = await receptive.model("lenet5");
for await (const event of model.fit("digits", { optimizer: { name: "sgd", lr: 0.05, momentum: 0.9 }, epochs: 1, seed: 1 }))
  if (event.kind === "epoch") console.log(event.epoch, event.accuracy > 0.5);
const { accuracy } = await model.evaluate("digits");
console.log(accuracy > 0.8, model.classes.length);
await receptive.terminate();`;
      expect(printed(program)).toBe("1 true\ntrue 10");
    });

    test("whoever waits is told that the worker has ended", () => {
      const program = `${begin}
const model = await receptive.model("lenet5");
setTimeout(() => worker.terminate(), 50);
try {
  for await (const event of model.fit("digits", { optimizer: "adam", epochs: 99 }));
} catch (error) {
  console.log(String(error));
}`;
      expect(printed(program)).toBe("WorkerError: the worker has ended: it ended with code 1");
    });

    test("what the page no longer holds is given back", () => {
      const program = `${begin}
const rss = async () => {
  for (let i = 0; i < 5; i++) { gc(); await new Promise((resolve) => setTimeout(resolve, 30)); }
  await receptive.device();
  return process.memoryUsage().rss / 2 ** 20;
};
const images = new Uint8Array(10 * 2 ** 20);
const set = () => ({ name: "x", split: "all", shape: [1024, 1024, 1], classes: ["a"], length: 10, images, labels: new Uint8Array(10) });
await receptive.data(set());
const before = await rss();
for (let i = 0; i < 60; i++) { await receptive.data(set()); if (i % 10 === 9) await rss(); }
console.log((await rss()) - before < 300);
await receptive.terminate();`;
      expect(printed(program, "--expose-gc")).toBe("true");
    });

    test.each([
      ["import", 'await import("receptive/worker")'],
      ["require", '(await import("node:module")).createRequire(import.meta.url)("receptive/worker")'],
    ])("is no module to %s", (_, how) => {
      const program = `try { ${how}; } catch (error) { console.log(error.message); }`;
      expect(printed(program)).toBe(
        'receptive/worker: this is no worker; a page starts one by new Worker(new URL("receptive/worker", import.meta.url), { type: "module" }), and imports receptive/client',
      );
    });
  },
);
