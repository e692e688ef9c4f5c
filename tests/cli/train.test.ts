import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { load } from "../../src/training/opened-checkpoint.js";
import { isBuilt, jsonLines, receptive, start, temporaryFolder } from "./receptive.js";

const quick = ["--data", "digits", "--limit", "640", "--batch-size", "64", "--threads", "2"];

describe.skipIf(!isBuilt)("receptive train", () => {
  let folder: string;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    ({ folder, remove } = await temporaryFolder());
  });
  afterAll(() => remove());

  test("says what it did, where things are and what to try next", async () => {
    const { code, stdout, stderr } = await receptive(["train", ...quick, "--epochs", "2"], { folder });
    expect(stderr).toContain(
      "Training lenet5 (61,706 parameters) on digits: 640 pictures, 2 epochs, 2 threads.",
    );
    expect(stderr).toMatch(/epoch 2\/2 {2}loss [\d.]+ {2}acc [\d.]+ %/);
    expect(stdout).toMatch(/lenet5 on digits: [\d.]+ % of 640 test pictures read rightly/);
    expect(stdout).toContain("predicted");
    expect(stdout).toContain(
      "The trained network:                     runs/lenet5-digits/checkpoint.safetensors",
    );
    expect(stdout).toContain("npx receptive predict my-digit.png");
    expect(code).toBe(0);
    expect((await readdir(join(folder, "runs/lenet5-digits"))).sort()).toEqual([
      "checkpoint.safetensors",
      "sheet.png",
    ]);
    const png = await readFile(join(folder, "runs/lenet5-digits/sheet.png"));
    expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  });

  test("--json: a line for each event, the last one with the result; evaluate agrees with it", async () => {
    const { code, stdout, stderr } = await receptive(
      ["train", ...quick, "--seed", "1", "--epochs", "2", "--json", "--output", "one"],
      { folder },
    );
    expect([code, stderr]).toEqual([0, ""]);
    const lines = jsonLines(stdout);
    expect(lines[0]).toMatchObject({
      kind: "start",
      model: "lenet5",
      data: "digits",
      images: 640,
      params: 61706,
      seed: 1,
      threads: 2,
    });
    expect(lines.filter(({ kind }) => kind === "epoch").map(({ epoch }) => epoch)).toEqual([1, 2]);
    // Every step of both epochs has its line, as the help says.
    const steps = lines.filter(({ kind }) => kind === "step");
    expect(steps.map(({ epoch, step }) => [epoch, step])).toEqual(
      [1, 2].flatMap((epoch) => Array.from({ length: steps[0].steps }, (_, i) => [epoch, i + 1])),
    );
    const done = lines.at(-1);
    expect(done).toMatchObject({
      kind: "done",
      reason: "finished",
      epochs: 2,
      checkpoint: "one/checkpoint.safetensors",
      sheet: "one/sheet.png",
    });
    expect(done.testAccuracy).toBeGreaterThan(0.2);
    expect(done.imagesPerSecond).toBeGreaterThan(0);
    expect(done.seconds).toBeGreaterThan(0);

    const evaluated = await receptive(
      ["evaluate", "--checkpoint", done.checkpoint, "--limit", "640", "--json"],
      { folder },
    );
    expect(JSON.parse(evaluated.stdout)).toEqual({
      top1: done.testAccuracy,
      top5: done.testTop5,
      loss: done.testLoss,
      count: 640,
      unread: 0,
    });
  });

  test("Ctrl-C stops, saves and says how to go on; the resumed run is the one that was never interrupted", async () => {
    // A constant learning rate: one that falls over the run would follow from the number of epochs.
    const args = [...quick, "--seed", "1", "--epochs", "40", "--schedule", "constant", "--json"];
    const child = start(["train", ...args, "--output", "broken"], { folder });
    let output = "";
    child.stdout!.on("data", (chunk) => {
      output += chunk;
      // Once: a second Ctrl-C ends the process where it stands.
      if (output.includes('"epoch":2') && !child.killed) child.kill("SIGINT");
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code).toBe(130);
    const aborted = jsonLines(output).at(-1);
    expect(aborted).toMatchObject({
      kind: "done",
      reason: "aborted",
      checkpoint: "broken/checkpoint.safetensors",
    });
    const before = (await load(join(folder, "broken/checkpoint.safetensors"))).training!;
    expect(before.epoch).toBeLessThan(40);

    const epochs = String(before.epoch + 2);
    const resumed = await receptive(
      ["train", "--resume", "broken/checkpoint.safetensors", "--epochs", epochs, "--threads", "2", "--json"],
      { folder },
    );
    expect(resumed.stderr).toBe("");
    const whole = await receptive(["train", ...args, "--epochs", epochs, "--output", "whole"], { folder });
    const [a, b] = [
      await load(join(folder, "broken/checkpoint.safetensors")),
      await load(join(folder, "whole/checkpoint.safetensors")),
    ];
    expect(a.weights).toEqual(b.weights);
    expect(a.training!.optimizerState).toEqual(b.training!.optimizerState);
    expect(jsonLines(resumed.stdout).at(-1).testLoss).toBe(jsonLines(whole.stdout).at(-1).testLoss);
  });

  test("a checkpoint of another model and a loss that becomes NaN end it with one line; the last good checkpoint stays", async () => {
    const args = ["train", "--limit", "640", "--batch-size", "64", "--threads", "2", "--json"];
    const first = await receptive([...args, "--data", "digits", "--output", "kept"], { folder });
    expect(first.code).toBe(0);
    const before = await readFile(join(folder, "kept/checkpoint.safetensors"));
    const other = await receptive(
      [...args, "--resume", "kept/checkpoint.safetensors", "--model", "vgg_cifar"],
      { folder },
    );
    expect(other).toEqual({
      code: 1,
      stdout: "",
      stderr: "error: the checkpoint has conv1.filters as 5×5×1×6, vgg_cifar expects 3×3×1×64\n",
    });
    const { code, stderr } = await receptive(
      [
        "train",
        "--resume",
        "kept/checkpoint.safetensors",
        "--epochs",
        "9",
        "--lr",
        "1e30",
        "--schedule",
        "constant",
        "--json",
      ],
      { folder },
    );
    expect(stderr).toMatch(
      /^error: (the loss became (NaN|infinite)|\S+ became infinite or NaN) at step \d+ of epoch 4, with a learning rate of 1e\+30; try a smaller one, such as 1e\+29\n$/,
    );
    expect(code).toBe(1);
    expect(await readFile(join(folder, "kept/checkpoint.safetensors"))).toEqual(before);
  });

  test("without MNIST on the machine it takes the built-in digits, and says so", async () => {
    const { code, stderr } = await receptive(["train", "--limit", "64", "--epochs", "1"], { folder });
    expect(stderr.split("\n")[0]).toBe(
      "MNIST is not on this machine, so this trains on the built-in digits, which are drawn by code; --data mnist downloads MNIST (12 MB).",
    );
    expect(code).toBe(0);
    expect(existsSync(join(folder, "cache"))).toBe(false);
  });
});
