/** What is written and read again is what it was. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Annotations, GivenPicture, WrittenForm } from "../../../src/tasks/annotations/index.js";
import { annotationFiles, annotationsOf, openAnnotations } from "../../../src/tasks/annotations/index.js";
import { folder } from "./folders.js";

const [width, height] = [33, 21];

/** Corners as they come: whole pixels, halves, hundredths, and any number. */
const along = (extent: number) =>
  fc.oneof(
    fc.integer({ min: 0, max: extent }),
    fc.integer({ min: 0, max: 2 * extent }).map((n) => n / 2),
    fc.integer({ min: 0, max: 100 * extent }).map((n) => n / 100),
    fc.double({ min: 0, max: extent, noNaN: true }),
  );
const side = (extent: number) =>
  fc
    .tuple(along(extent), along(extent))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
    .filter(([a, b]) => b - a > 1e-3);
const aBox = fc
  .tuple(side(height), side(width))
  .map(([[top, bottom], [left, right]]) => [top, left, bottom, right] as const)
  // A single pixel is what Pascal VOC cannot say.
  .filter(([top, left, bottom, right]) => !(right === left + 1 && bottom === top + 1));
const names = ["cat", 'a "dog", & <co>', "10", "9"];

const given = fc.array(
  fc.array(
    fc.record({
      class: fc.constantFrom(...names),
      box: aBox,
      difficult: fc.boolean(),
      crowd: fc.boolean(),
      pose: fc.boolean(),
    }),
    { maxLength: 4 },
  ),
  { minLength: 1, maxLength: 3 },
);
type Drawn = typeof given extends fc.Arbitrary<infer T> ? T : never;

const pictures = (drawn: Drawn, keeps: { difficult?: boolean; crowd?: boolean; attributes?: boolean }) =>
  drawn.map(
    (objects, i): GivenPicture => ({
      name: `${i}.png`,
      width,
      height,
      objects: objects.map((one) => ({
        class: one.class,
        box: one.box,
        ...(keeps.difficult && one.difficult ? { difficult: true } : {}),
        ...(keeps.crowd && one.crowd ? { crowd: true } : {}),
        ...(keeps.attributes && one.pose ? { attributes: { pose: "Left & right", truncated: "1" } } : {}),
      })),
    }),
  );

let folders = 0;
async function again(annotations: Annotations, form: WrittenForm): Promise<Annotations> {
  const { files } = await annotationFiles({ all: annotations }, form);
  const path = await folder(
    `written-${folders++}`,
    Object.fromEntries([
      ...files.map(({ path, content }) => [path, content] as const),
      ...annotations.pictures.map(({ name }) => [`images/${name}`, [width, height]] as const),
    ]),
  );
  const [only, ...more] = Object.values(await openAnnotations(path));
  expect(more).toEqual([]);
  return only;
}

/** What there is, but for where it lies and COCO's numbers. */
const plain = ({ classes, pictures }: Annotations, without: readonly string[] = []) => ({
  classes,
  pictures: pictures.map(({ name, width, height, objects, captions = [] }) => ({
    ...{ name, width, height, captions },
    objects: objects.map((object) =>
      Object.fromEntries(
        Object.entries(object).filter(([key, value]) => !without.includes(key) && value !== undefined),
      ),
    ),
  })),
});

describe("read again", () => {
  test.each([
    ["coco", { difficult: true, crowd: true, attributes: true }, ["id", "area"]],
    ["table", { difficult: true, crowd: true }, []],
  ] as const)("%s is what was written, to the last bit", async (form, keeps, without) => {
    await fc.assert(
      fc.asyncProperty(given, async (drawn) => {
        const all = annotationsOf("x", pictures(drawn, keeps), {
          ...(form === "table" ? {} : { classes: names }),
        });
        const read = await again(all, form);
        expect(plain(read, without)).toEqual(plain(all));
        // And once more, with all that a format adds.
        expect(plain(await again(read, form))).toEqual(plain(read));
      }),
      { numRuns: 12, seed: 3 },
    );
  });

  // A number that counts from 1 has fewer bits for what lies below 1, parts of a picture are rounded.
  test.each([
    ["voc", { difficult: true, attributes: true }, 1e-15],
    ["yolo", {}, 1e-6],
  ] as const)(
    "%s is what was written, and what is read is written to the last bit",
    async (form, keeps, most) => {
      await fc.assert(
        fc.asyncProperty(given, async (drawn) => {
          const all = annotationsOf("x", pictures(drawn, keeps), form === "yolo" ? { classes: names } : {});
          const read = await again(all, form);
          const boxless = (annotations: Annotations) => plain(annotations, ["box"]);
          expect(boxless(read)).toEqual(boxless(all));
          const corners = (annotations: Annotations) =>
            annotations.pictures.flatMap(({ objects }) => objects.flatMap(({ box }) => [...box]));
          const wanted = corners(all);
          for (const [i, corner] of corners(read).entries())
            expect(Math.abs(corner - wanted[i])).toBeLessThanOrEqual(most);
          expect(plain(await again(read, form))).toEqual(plain(read));
        }),
        { numRuns: 12, seed: 4 },
      );
    },
  );

  test("masks, captions, crowds and COCO's numbers are kept; what a format has no place for is said", async () => {
    const all = annotationsOf(
      "x",
      [
        {
          name: "0.png",
          width: 4,
          height: 3,
          id: 17,
          objects: [
            { class: "b", box: [0, 0, 2, 2], mask: { polygons: [[0, 0, 2, 0, 2, 2]] }, area: 1.5, id: 4 },
            {
              class: "a",
              box: [0, 1, 3, 4],
              mask: { size: [3, 4], counts: [3, 5, 4] },
              crowd: true,
              area: 5,
              id: 2,
            },
          ],
          captions: ["two things", 'a "b" and more, of it'],
        },
        { name: "1.png", width: 4, height: 3, id: 3, captions: ["nothing"] },
      ],
      { classes: ["b", "a"], classIds: [1, 90] },
    );
    const { files, left } = await annotationFiles({ val: all }, "coco");
    expect(left).toEqual([]);
    expect(files.map(({ path }) => path)).toEqual([
      "annotations/instances_val.json",
      "annotations/captions_val.json",
    ]);
    const path = await folder("whole", {
      ...Object.fromEntries(files.map(({ path, content }) => [path, content])),
      "images/0.png": [4, 3],
      "images/1.png": [4, 3],
    });
    const { val } = await openAnnotations(path);
    expect(val.classIds).toEqual([1, 90]);
    expect(val.pictures.map(({ file: _, ...picture }) => picture)).toEqual(all.pictures);
    expect((await annotationFiles({ val: all }, "voc")).left).toEqual([
      "2 masks have no place there",
      "3 captions have no place there",
      "1 marks of crowds have no place there",
    ]);
    await expect(
      annotationFiles(
        {
          all: annotationsOf("x", [
            { name: "p.jpg", width: 9, height: 9, objects: [{ class: "a", box: [1, 1, 2, 2] }] },
          ]),
        },
        "voc",
      ),
    ).rejects.toThrow("p.jpg, box 1 is a single pixel, which Pascal VOC cannot tell from a box without area");
  });

  test("outlines of YOLO are outlines, and their boxes go around them", async () => {
    const polygon = [1, 1, 10.5, 2, 3, 15.25];
    const all = annotationsOf("x", [
      {
        name: "0.png",
        width,
        height,
        objects: [{ class: "a", box: [1, 1, 15.25, 10.5], mask: { polygons: [polygon] } }],
      },
    ]);
    expect(plain(await again(all, "yolo"))).toEqual(plain(all));
  });
});
