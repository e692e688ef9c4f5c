/** The entries of the package beside `receptive` itself: `receptive/nn` and so on. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const { exports: entries } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const names = Object.keys(entries)
  .filter((key) => /^\.\/\w+$/.test(key))
  .map((key) => key.slice(2))
  // One runs in workers alone, the other is made to have nothing of the library.
  .filter((name) => name !== "worker" && name !== "client");

/** The files that an entry names, under whatever conditions. */
const filesOf = (entry: object | string): string[] =>
  typeof entry === "string" ? [entry] : Object.values(entry).flatMap(filesOf);

/** What a program prints that runs in the package's own folder, where the package finds itself by its name. */
const printed = (type: "module" | "commonjs", program: string): string =>
  execFileSync(process.execPath, [`--input-type=${type}`, "--eval", program], {
    cwd: root,
    encoding: "utf8",
  }).trim();

const library = (type: "module" | "commonjs", name: string): string =>
  type === "module" ? `await import(${JSON.stringify(name)})` : `require(${JSON.stringify(name)})`;

describe.skipIf(!existsSync(join(root, "dist/node/index.js")))("the entries (need npm run build)", () => {
  test.each(Object.keys(entries))("every file of %s is there", (entry) => {
    for (const file of filesOf(entries[entry])) expect(existsSync(join(root, file)), file).toBe(true);
  });

  test.each(names)("receptive/%s has its modules for browsers alone, whose import map they need", (name) => {
    const entry = entries[`./${name}`];
    expect(entry.default).toBe(entry.node.default);
    expect(Object.keys(entry)).toEqual(["types", "browser", "node", "require", "default"]);
  });

  test.each(["module", "commonjs"] as const)(
    "receptive/nn is receptive's nn, and all the others, for a %s",
    (type) => {
      const program = `(async () => {
      const whole = ${library(type, "receptive")};
      const entries = {${names.map((name) => `${name}: ${library(type, `receptive/${name}`)}`).join(", ")}};
      for (const [name, entry] of Object.entries(entries))
        for (const key of new Set([...Object.keys(entry), ...Object.keys(whole[name] ?? {})]))
          if (key !== "default" && key !== "module.exports" && whole[name] && entry[key] !== whole[name][key]) console.log(name, key);
      console.log("compared", Object.keys(entries).join(" "));
    })();`;
      expect(printed(type, program)).toBe(`compared ${names.join(" ")}`);
    },
  );

  test.each(["node", "browser"])(
    "what CommonJS for %s has is the same, and each file of it runs alone",
    (host) => {
      for (const name of names) {
        const program = `
        const entry = require("./dist/require/${host}/${name}.cjs");
        const whole = require("./dist/require/${host}/index.cjs")[${JSON.stringify(name)}] ?? entry;
        console.log(Object.keys(whole).length > 0 && Object.keys(whole).every((key) => whole[key] === entry[key]));`;
        expect(printed("commonjs", program), name).toBe("true");
      }
    },
  );

  test.each(["node", "browser"])(
    "for %s all load, train, save and load in Jest's jsdom: there is no TextEncoder, no Worker",
    (host) => {
      const program = `
      for (const name of ["TextEncoder", "TextDecoder", "Worker", "fetch", "ReadableStream", "CompressionStream"])
        delete globalThis[name];
      for (const name of ${JSON.stringify(names)}) require("./dist/require/${host}/" + name + ".cjs");
      const { checkpointOf, data, encodeCheckpoint, fit, formats, load, losses, modelOf, nn, optim } = require("./dist/require/${host}/index.cjs");
      (async () => {
        const { train } = await data.digits();
        const model = nn.sequential(nn.flatten(), nn.dense(10));
        let first, last;
        for await (const event of fit(model, train, { loss: losses.crossEntropy(), optimizer: optim.sgd({ lr: 0.1 }), batchSize: 64, epochs: 1, seed: 1 })) {
          if (event.kind !== "step") continue;
          first ??= event.loss; last = event.loss;
          if (event.step >= 20) break;
        }
        const bytes = encodeCheckpoint(await checkpointOf(model, { input: train.shape, data: { name: "größe %", classes: train.classes } }));
        const back = await load(bytes);
        const same = modelOf(back).parameters.get("dense1.weights"), own = model.parameters.get("dense1.weights");
        const npy = formats.encodeNpy({ shape: [2], data: Float32Array.of(1, 2) });
        const [a, b] = [await same.read(), await own.read()];
        console.log(last < first && back.data.name === "größe %" && a.length === 7840 && a.every((v, i) => v === b[i]) && formats.decodeNpy(npy, "x").data[1] === 2);
        process.exit(0);
      })();`;
      expect(printed("commonjs", program)).toBe("true");
    },
  );

  test("an error that nobody catches is printed by its own name, not by that of a minified class", () => {
    for (const [type, program] of [
      ["module", 'import { tensor } from "receptive"; tensor([[1], [1, 2]]);'],
      ["commonjs", 'require("./dist/require/node/index.cjs").tensor([[1], [1, 2]]);'],
    ] as const) {
      const { stderr } = spawnSync(process.execPath, [`--input-type=${type}`, "--eval", program], {
        cwd: root,
        encoding: "utf8",
      });
      expect(stderr).toMatch(/^ShapeError: tensor: row 1 has 2 values, row 0 has 1$/m);
    }
  });

  test("tensors of one entry go into the losses of another, imported and required", () => {
    const program = `import { tensor } from "receptive";
      import { uniform } from "receptive/random"; import { createRequire } from "node:module";
      const required = createRequire(import.meta.url)("receptive/losses");
      const x = uniform([2, 3], { seed: 1 });
      const y = required.crossEntropy()(x, tensor([0, 2], [2], "i32"));
      console.log((await y.data()).length);`;
    expect(printed("module", program)).toBe("1");
  });
});
