import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeImage } from "../../src/images/index.js";
import { labelPng } from "../../src/tasks/annotations/index.js";
import { isBuilt, receptive, temporaryFolder } from "./receptive.js";

describe.skipIf(!isBuilt)("data check of annotations", () => {
  let folder: string;
  let remove: () => Promise<void>;
  const picture = encodeImage({ width: 20, height: 10, channels: 1, pixels: new Uint8Array(200) });
  const put = async (path: string, content: string | Uint8Array) => {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), content);
  };
  const run = (line: string) => receptive(line.split(" "), { folder });
  beforeAll(async () => {
    ({ folder, remove } = await temporaryFolder());
    await put("cells/data.yaml", "train: images/train\nval: images/val\nnames: [cell, nucleus]\n");
    for (const name of ["train/a", "train/b", "val/c"]) await put(`cells/images/${name}.png`, await picture);
    await put("cells/labels/train/a.txt", "0 0.5 0.5 0.2 0.2\n1 0.5 0.5 0.1 0.1\n");
    await put("cells/labels/val/c.txt", "0 0.5 0.5 0.2 0.2\n");
    await put("streets/train/a.png", await picture);
    await put(
      "streets/trainannot/a.png",
      await labelPng({ width: 20, height: 10, labels: new Uint8Array(200).fill(11) }),
    );
  });
  afterAll(() => remove());

  test("what is in order is counted, exit code 0", async () => {
    const { code, stdout, stderr } = await run("data check cells");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(`cells: YOLO

part   pictures  boxes
──────────────────────
train         2      2
val           1      1

class    train  val
───────────────────
cell         1    1
nucleus      1    0

train: 1 picture without boxes
every picture can be read, and every box
`);
  });

  test("every file, box and map that is bad is named, exit code 1; as JSON as well", async () => {
    await put("cells/labels/val/c.txt", "0 0.5 0.5 0.2 0.2\n7 0.5 0.5 0.2 0.2\n0 0.5 0.5 0 0.2\n");
    await put("cells/images/train/b.png", (await picture).subarray(0, 60));
    const { code, stdout } = await run("data check cells");
    expect(code).toBe(1);
    expect(stdout.trimEnd().split("\n").slice(-4)).toEqual([
      "bad: 3",
      "  b.png not a picture that can be read (premature end of PNG image)",
      '  c.txt, box 2 is of the class "7", expected 0 to 1',
      "  c.txt, box 3 has no area: left 10, top 4, right 10, bottom 6",
    ]);
    const json = JSON.parse((await run("data check cells --json")).stdout);
    expect(json).toMatchObject({ form: "yolo", classes: ["cell", "nucleus"] });
    expect(json.bad).toHaveLength(3);
    const streets = await run("data check streets --classes sky,road");
    expect([streets.code, streets.stdout.trimEnd().split("\n").at(-1)]).toEqual([
      1,
      "  streets/trainannot/a.png the pixel in row 0 and column 0 has the label 11, expected 0 to 1, or 255 where it does not count",
    ]);
    expect((await run("data check streets --classes sky,road --ignore 11")).code).toBe(0);
  });

  test("options of annotations are refused where there are none", async () => {
    await put("pets/cat/a.png", await picture);
    expect(await run("data check pets --ignore 3")).toEqual({
      code: 2,
      stdout: "",
      stderr: "error: --ignore is for annotations, and pets has none\n",
    });
  });
});
