import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  annotationFiles,
  checkAnnotations,
  openAnnotations,
  readLabels,
} from "../../../src/tasks/annotations/index.js";
import { folder } from "./folders.js";

const data = process.env.RECEPTIVE_DATA ?? "";
const bccd = join(data, "bccd");
const camvid = join(data, "camvid");
const isThere = (path: string) => data !== "" && existsSync(path);

test("blood cells: as many as everybody knows, two boxes without area by name, and nothing lost on the way", async (context) => {
  if (!isThere(bccd))
    context.skip("bccd is not on this machine; point RECEPTIVE_DATA at a folder that holds it");
  await expect(openAnnotations(bccd)).rejects.toThrow(
    /^BloodImage_00338\.xml, box 13 has no area: xmin 504, ymin 337, xmax 504, ymax 337( \(and \d more; skipBad goes on without them\))?$|^BloodImage_00343\.xml, box 4 has no area: xmin 181, ymin 329, xmax 181, ymax 329/,
  );
  const parts = await openAnnotations(bccd, { skipBad: true });
  expect(Object.entries(parts).map(([part, { pictures }]) => [part, pictures.length])).toEqual([
    ["train", 205],
    ["val", 87],
    ["trainval", 292],
    ["test", 72],
  ]);
  const { classes } = parts.train;
  expect(classes).toEqual(["Platelets", "RBC", "WBC"]);
  const objects = [parts.trainval, parts.test].flatMap(({ pictures }) =>
    pictures.flatMap((picture) => picture.objects),
  );
  // 361, 4,155 and 372, less the two.
  expect(classes.map((_, label) => objects.filter((one) => one.label === label).length)).toEqual([
    361, 4153, 372,
  ]);
  const skipped = [
    ...new Set(Object.values(parts).flatMap((part) => part.skipped.map(({ place }) => place))),
  ];
  expect(skipped.sort()).toEqual(["BloodImage_00338.xml, box 13", "BloodImage_00343.xml, box 4"]);

  const { files } = await annotationFiles({ test: parts.test }, "voc");
  const path = await folder("bccd again", Object.fromEntries(files.map((file) => [file.path, file.content])));
  const again = await openAnnotations(path, { pictures: join(bccd, "JPEGImages") });
  expect(again.test.pictures).toEqual(parts.test.pictures);
});

test("streets: fifty and fifteen maps of eleven classes and one label that does not count", async (context) => {
  if (!isThere(camvid))
    context.skip("camvid is not on this machine; point RECEPTIVE_DATA at a folder that holds it");
  const classes = [
    "Sky",
    "Building",
    "Pole",
    "Road",
    "Pavement",
    "Tree",
    "Sign",
    "Fence",
    "Car",
    "Pedestrian",
    "Bicyclist",
  ];
  const { train, val } = await openAnnotations(camvid, { classes });
  expect([train.pictures.length, val.pictures.length]).toEqual([50, 15]);
  const [first] = train.pictures;
  const map = await readLabels(first.labels!, { classes: 11, ignore: 11 });
  expect([map.width, map.height, first.width, first.height]).toEqual([480, 360, 480, 360]);
  await expect(readLabels(first.labels!, { classes: 11 })).rejects.toThrow(
    /has the label 11, expected 0 to 10, or 255/,
  );
  expect(readdirSync(join(camvid, "trainannot"))).toHaveLength(50);
  const report = (await checkAnnotations(camvid, { classes, ignore: 11 }))!;
  expect(report.bad).toEqual([]);
});
