/** Networks of a thousand classes, whose names come from a module that is imported when they are needed. */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { encodeSafetensors } from "../../src/formats/index.js";
import { encodePng } from "../../src/images/encode-png.js";
import { squeezenet } from "../../src/models/index.js";
import { isBuilt, jsonLines, receptive, temporaryFolder } from "./receptive.js";

const { folder, remove } = await temporaryFolder();
afterAll(() => remove());

test.skipIf(!isBuilt)(
  "the command line names ImageNet's classes",
  async () => {
    const model = squeezenet("squeezenet1_1");
    model.build([224, 224, 3], { seed: 1 });
    const arrays = new Map<string, { shape: readonly number[]; data: Float32Array }>();
    for (const [path, variable] of model.parameters)
      arrays.set(path, { shape: variable.shape, data: (await variable.data()) as Float32Array });
    await writeFile(join(folder, "w.safetensors"), encodeSafetensors(arrays));
    const pixels = new Uint8Array(40 * 40 * 3).fill(90);
    await writeFile(join(folder, "photo.png"), encodePng({ width: 40, height: 40, channels: 3, pixels }));
    const { code, stdout, stderr } = await receptive(
      "predict photo.png --model squeezenet1_1 --weights w.safetensors --json".split(" "),
      { folder },
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect(jsonLines(stdout)[0].classes[0].class).toMatch(/[a-z]{3}/);
  },
  60_000,
);

test.skipIf(!isBuilt).each(["main", "frame", "network-commands", "task-commands"])(
  "the file %s imports nothing later out of itself, nor out of main: that would not be there yet",
  (name) => {
    const file = readFileSync(new URL(`../../dist/cli/${name}.js`, import.meta.url), "utf8");
    expect(file).not.toMatch(/Promise\.resolve\(\)\.then\(/);
    expect(file).not.toMatch(/["']\.\/main\.js["']/);
  },
);
