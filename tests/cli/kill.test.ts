import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeIdx } from "../../src/formats/idx.js";
import { RandomStream } from "../../src/random/threefry.js";
import { modelOf } from "../../src/training/checkpoint.js";
import { load } from "../../src/training/opened-checkpoint.js";
import { isBuilt, receptive, start, temporaryFolder } from "./receptive.js";

/** Fifty with `npm run test:long -- natively`, as was promised; each is a program that starts. */
const kills = process.env.RECEPTIVE_WHOLE ? 50 : 20;

describe.skipIf(!isBuilt)(`receptive train, killed at ${kills} random moments`, () => {
  let folder: string;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    ({ folder, remove } = await temporaryFolder());
    // A data set of a few pictures, so that a run trains as soon as it has started.
    await mkdir(join(folder, "data", "mnist"), { recursive: true });
    const images = writeIdx({
      shape: [64, 28, 28],
      values: Uint8Array.from({ length: 64 * 784 }, (_, i) => i % 251),
    });
    const labels = writeIdx({ shape: [64], values: Uint8Array.from({ length: 64 }, (_, i) => i % 10) });
    for (const split of ["train", "t10k"]) {
      await writeFile(join(folder, "data", "mnist", `${split}-images-idx3-ubyte`), images);
      await writeFile(join(folder, "data", "mnist", `${split}-labels-idx1-ubyte`), labels);
    }
  });
  afterAll(() => remove());

  // Each run goes on where the killed one was, and saves after every step.
  test("never leaves a checkpoint that does not load", async () => {
    const random = new RandomStream(1);
    const options = { folder, environment: { RECEPTIVE_DATA: join(folder, "data") } };
    const path = join(folder, "run", "checkpoint.safetensors");
    const fresh =
      "train --data mnist --batch-size 16 --epochs 100000 --checkpoint-every 1 --threads 1 --output run --json";
    const again = "train --resume run/checkpoint.safetensors --checkpoint-every 1 --threads 1 --json";
    let [steps, killed] = [0, 0];
    for (let kill = 0; kill < kills; kill++) {
      const child = start((existsSync(path) ? again : fresh).split(" "), options);
      const closed = new Promise((resolve) => child.on("close", resolve));
      // Most of them once it trains; some while it is starting.
      const begun = new Promise((resolve) =>
        child.stdout!.on("data", (text) => String(text).includes('"step"') && resolve(0)),
      );
      if (kill % 10 !== 9) await Promise.race([begun, closed]);
      await new Promise((resolve) => setTimeout(resolve, random.uniform(0, 500)));
      expect(child.exitCode).toBeNull();
      child.kill("SIGKILL");
      killed = child.pid!;
      await closed;
      if (!existsSync(path)) continue;
      const checkpoint = await load(path);
      modelOf(checkpoint);
      expect(checkpoint.training!.totalSteps).toBeGreaterThanOrEqual(steps);
      steps = checkpoint.training!.totalSteps;
    }
    // How many it came to depends on the machine and what else it does: that run after run goes on counts.
    expect(steps).toBeGreaterThan(5);

    await writeFile(
      join(folder, "run", `.receptive-${killed}-0123456789abcdef.tmp`),
      (await readFile(path)).subarray(0, 1000),
    );
    // As a run leaves it that is killed while it takes over the claim of a dead one.
    await writeFile(
      join(folder, "run", ".receptive-run-0123456789abcdef"),
      JSON.stringify({ process: killed, host: hostname(), run: "0123456789abcdef" }),
    );
    // What was half written is removed by the next run, and is never taken for a checkpoint.
    const { code, stderr } = await receptive(
      ["train", "--resume", "run/checkpoint.safetensors", "--epochs", "1", "--json"],
      options,
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect((await readdir(join(folder, "run"))).sort()).toEqual(["checkpoint.safetensors", "sheet.png"]);
    // Fifty were 96 seconds where two cores had sixteen things to do.
  }, 400_000);
});
