import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isBuilt, jsonLines, receptive, temporaryFolder } from "./receptive.js";

const formats = fileURLToPath(new URL("../images/golden/formats/", import.meta.url));

describe.skipIf(!isBuilt)("one broken picture among many", () => {
  let folder: string;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    ({ folder, remove } = await temporaryFolder());
    for (const [split, each] of [
      ["train", 6],
      ["test", 2],
    ] as const)
      for (const [name, file] of [
        ["cat", "grey.png"],
        ["dog", "one-bit.png"],
      ]) {
        await mkdir(join(folder, "pets", split, name), { recursive: true });
        for (let i = 0; i < each; i++)
          await copyFile(formats + file, join(folder, "pets", split, name, `${i}.png`));
      }
    const whole = await readFile(`${formats}plain.jpg`);
    await writeFile(join(folder, "pets/train/cat/cut.jpg"), whole.subarray(0, whole.length >> 1));
    await writeFile(join(folder, "pets/test/dog/empty.png"), "");
  });
  afterAll(() => remove());
  const run = (line: string) => receptive(line.split(" "), { folder });
  const cut = "pets/train/cat/cut.jpg: not a picture that can be read (premature end of JPEG image)";
  const empty = "pets/test/dog/empty.png: not a picture that can be read (the file is empty)";

  test("data check finds every one before training does", async () => {
    const { code, stdout, stderr } = await run("data check pets");
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout).toMatch(/^pets: 16 pictures in 2 classes\n\nclass +train +test\n/);
    expect(stdout).toMatch(/^cat +6 +2$/m);
    expect(stdout).toMatch(/^sizes: 26×18 \(pets\/train\/cat\/0\.png\) to 26×18 /m);
    expect(stdout.trimEnd().split("\n").slice(-3)).toEqual(["bad: 2", `  ${cut}`, `  ${empty}`]);
    const json = JSON.parse((await run("data check folder:pets --json")).stdout);
    expect(json).toMatchObject({
      pictures: 16,
      hasSplits: true,
      bad: [
        {
          file: "pets/train/cat/cut.jpg",
          reason: "not a picture that can be read (premature end of JPEG image)",
        },
        { file: "pets/test/dog/empty.png", reason: "not a picture that can be read (the file is empty)" },
      ],
      few: [],
    });
    expect(json.copies.map((files: string[]) => files.length)).toEqual([8, 8]);
  });

  test("a folder in order is said to be so, exit code 0; an empty class is bad; one of a single picture is told", async () => {
    await mkdir(join(folder, "tidy/a"), { recursive: true });
    await mkdir(join(folder, "tidy/b"));
    for (let i = 0; i < 30; i++) await copyFile(`${formats}plain.png`, join(folder, "tidy/a", `${i}.png`));
    await copyFile(`${formats}plain.bmp`, join(folder, "tidy/b/0.BMP"));
    const tidy = await run("data check tidy");
    expect(tidy.code).toBe(0);
    expect(tidy.stdout).toMatch(/\nhardly any pictures: b\n/);
    expect(tidy.stdout).toMatch(/\nevery picture can be read\n$/);
    await mkdir(join(folder, "tidy/c"));
    const hollow = await run("data check tidy");
    expect([hollow.code, hollow.stdout.trimEnd().split("\n").slice(-2)]).toEqual([
      1,
      ["bad: 1", "  tidy/c: has no picture files"],
    ]);
    expect(await run("data check nowhere")).toEqual({
      code: 1,
      stdout: "",
      stderr: "error: nowhere: there is no such folder\n",
    });
  });

  test("train ends at it, and with --skip-bad goes on without it; evaluate too; predict answers the others", async () => {
    const train = "train --model lenet5 --data folder:pets --epochs 1 --batch-size 4 --json --output out";
    const ended = await run(train);
    expect([ended.code, ended.stderr]).toEqual([1, `error: ${cut}\n`]);
    const skipped = await run(`${train} --skip-bad`);
    expect(skipped.stderr).toBe(`skipped ${cut}\nskipped ${empty}\n2 pictures were skipped\n`);
    expect(skipped.code).toBe(0);
    const told = jsonLines(skipped.stdout);
    expect(told[0]).toMatchObject({ kind: "start", skipped: 2 });
    expect(told.at(-1)).toMatchObject({ kind: "done", testUnread: 0 });

    const evaluate = "evaluate --checkpoint out/checkpoint.safetensors --data folder:pets --json";
    expect((await run(evaluate)).stderr).toBe(`error: ${empty}\n`);
    const measured = await run(`${evaluate} --skip-bad`);
    expect(measured.stderr).toBe(`skipped ${empty}\n1 picture was skipped\n`);
    expect(JSON.parse(measured.stdout)).toMatchObject({ count: 4, unread: 0, skipped: 1 });

    const cached = await run(`${train} --skip-bad --cache pets.cache`);
    expect(cached.code).toBe(0);
    const again = await run(`${train} --skip-bad --cache pets.cache`);
    const scores = (out: string) =>
      jsonLines(out)
        .filter(({ kind }) => kind === "epoch")
        .map(({ loss }) => loss);
    expect(scores(cached.stdout).length).toBe(1);
    expect(scores(cached.stdout)).toEqual(scores(skipped.stdout));
    expect(scores(again.stdout)).toEqual(scores(skipped.stdout));
    const bytes = await readFile(join(folder, "pets.cache"));
    await writeFile(join(folder, "pets.cache"), bytes.subarray(0, 100));
    expect((await run(`${train} --skip-bad --cache pets.cache`)).stderr).toMatch(
      /error: pets\.cache: is a damaged cache of pictures; remove it, and it is written anew\n$/,
    );

    const files = ["pets/test/cat/0.png", "pets/test/dog/empty.png", "pets/test/dog/0.png", "gone.png"];
    const predict = `predict ${files.join(" ")} --checkpoint out/checkpoint.safetensors`;
    const answers = await run(predict);
    expect(answers.code).toBe(1);
    expect(answers.stdout).toMatch(/^pets\/test\/cat\/0\.png: .+\npets\/test\/dog\/0\.png: .+\n$/);
    expect(answers.stderr).toBe(`error: ${empty}\nerror: gone.png: no such file\n`);
    const lines = jsonLines((await run(`${predict} --json`)).stdout);
    expect(lines.filter(({ error }) => error)).toEqual([
      { image: "pets/test/dog/empty.png", error: empty },
      { image: "gone.png", error: "gone.png: no such file" },
    ]);
    expect(lines.filter(({ classes }) => classes)).toHaveLength(2);

    const explain = await run(
      `explain saliency ${files.join(" ")} --checkpoint out/checkpoint.safetensors --json`,
    );
    expect([explain.code, explain.stderr]).toEqual([1, `error: ${empty}\nerror: gone.png: no such file\n`]);
    expect(JSON.parse(explain.stdout)).toMatchObject({ method: "saliency", output: "saliency.png" });
    const none = await run("explain saliency gone.png --checkpoint out/checkpoint.safetensors");
    expect(none).toEqual({ code: 1, stdout: "", stderr: "error: gone.png: no such file\n" });
  }, 120_000);

  test("a cache file has whole pictures where parts of them are drawn at random", async () => {
    const losses = async (more: string) => {
      const train = "train --model lenet5 --data folder:pets --epochs 1 --batch-size 4 --json --output out";
      const { code, stdout } = await run(`${train} --skip-bad --augment crop ${more}`.trim());
      return [code, ...jsonLines(stdout).map(({ kind, loss }) => (kind === "epoch" ? loss : undefined))];
    };
    const plain = await losses("");
    expect(plain[0]).toBe(0);
    for (let i = 0; i < 2; i++) expect(await losses("--cache whole.cache")).toEqual(plain);
    expect(String(await readFile(join(folder, "whole.cache"), "latin1")).slice(0, 8)).toBe("rcptwhl1");
  }, 120_000);
});
