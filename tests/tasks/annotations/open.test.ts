import { describe, expect, test } from "vitest";
import { checkAnnotations, labelPng, openAnnotations } from "../../../src/tasks/annotations/index.js";
import { folder, object, voc } from "./folders.js";

const boxes = (parts: Awaited<ReturnType<typeof openAnnotations>>, part = "all") =>
  parts[part].pictures.map(({ name, objects }) => [name, objects.map(({ box }) => [...box])]);

/** What a folder is refused with. */
const refusal = async (path: string, options = {}) =>
  openAnnotations(path, options).then(
    () => undefined,
    (error: Error) => `${error.name}: ${error.message}`.replaceAll(path, "…"),
  );

describe("Pascal VOC", () => {
  const tidy = {
    "Annotations/a.xml": voc("a.jpg", [
      object("cat", [1, 1, 20, 10], "<difficult>1</difficult>"),
      object("dog", [3, 2.5, 3, 9]),
    ]),
    "Annotations/b.xml": voc("elsewhere.jpg", []),
    "JPEGImages/a.jpg": [20, 10],
    "JPEGImages/b.png": [20, 10],
    "ImageSets/Main/train.txt": "a\n",
    "ImageSets/Main/test.txt": "b  1\n",
    "ImageSets/Main/cat_train.txt": "a 1\n",
  } as const;

  test("counts from 1 and to the last pixel; parts by their lists; pictures by name, else by stem", async () => {
    const path = await folder("voc", tidy);
    const parts = await openAnnotations(path);
    expect(Object.keys(parts)).toEqual(["train", "test"]);
    expect(boxes(parts, "train")).toEqual([
      [
        "a.jpg",
        [
          [0, 0, 10, 20],
          [1.5, 2, 9, 3],
        ],
      ],
    ]);
    expect(parts.train.pictures[0].objects[0].difficult).toBe(true);
    expect(parts.train.classes).toEqual(["cat", "dog"]);
    expect(parts.test.pictures[0].file).toBe(`${path}/JPEGImages/b.png`);
    expect(String(parts.train)).toBe("voc, train: 1 pictures, 2 objects of 2 classes (cat, dog)");
    expect(Object.values(await openAnnotations(`${path}/Annotations/a.xml`))[0].pictures[0].file).toBe(
      `${path}/Annotations/../JPEGImages/a.jpg`,
    );
  });

  test.each([
    ["a point", object("cat", [5, 5, 5, 5]), "a.xml, box 2 has no area: xmin 5, ymin 5, xmax 5, ymax 5"],
    ["inverted", object("cat", [9, 2, 4, 5]), "a.xml, box 2 is inverted: xmin 9, ymin 2, xmax 4, ymax 5"],
    [
      "outside",
      object("cat", [1, 1, 22, 5]),
      "a.xml, box 2 reaches beyond its picture of 20×10 pixels: left 0, top 0, right 22, bottom 5",
    ],
    [
      "no number",
      object("cat", [1, 1, "x", 5]),
      'a.xml, box 2 has the xmax "x", expected a number of pixels',
    ],
    ["no name", object("", [1, 1, 2, 5]), "a.xml, box 2 has no <name>"],
    ["no box", "<object><name>cat</name></object>", "a.xml, box 2 has no <bndbox>"],
  ])("a box that is none: %s", async (what, bad, message) => {
    const path = await folder(`voc ${what}`, {
      "Annotations/a.xml": voc("a.jpg", [object("dog", [1, 1, 2, 5]), bad, object("cat", [1, 1, 4, 5])]),
      "JPEGImages/a.jpg": [20, 10],
    });
    expect(await refusal(path)).toBe(`DataError: ${message}`);
    const { all } = await openAnnotations(path, { skipBad: true });
    expect(all.pictures[0].objects.map(({ label }) => all.classes[label])).toEqual(["dog", "cat"]);
    expect(all.skipped.map(({ place, why }) => `${place} ${why}`)).toEqual([message]);
    expect((await checkAnnotations(path))!.bad).toEqual(all.skipped);
  });

  test("files that are none, a list without pictures, one that names what there is not, a picture that is missing", async () => {
    const bad = await folder("voc bad", {
      ...tidy,
      "Annotations/c.xml": "<annotation>\n<size>\n</annotation>",
      "Annotations/d.xml": voc("d.jpg", []),
      "Annotations/e.xml": "<note/>",
      "Annotations/f.xml": "<annotation><filename>f.jpg</filename></annotation>",
      "ImageSets/Main/train.txt": "a\nc\nd\ne\nf\ng\n",
      "ImageSets/Main/val.txt": "\n",
    });
    const report = (await checkAnnotations(bad))!;
    expect(report.bad.map(({ place, why }) => `${place} ${why}`.replaceAll(bad, "…"))).toEqual([
      "train.txt names g, of which there is no annotation file",
      expect.stringMatching(/^c\.xml is no valid XML: .*line 3/),
      "d.xml belongs to the picture d.jpg, which lies not in …/JPEGImages",
      "e.xml is <note>, expected <annotation> of Pascal VOC",
      "f.xml does not say how large its picture is (<size> with <width> and <height>, whole numbers from 1 on)",
      "voc bad, val has no pictures",
    ]);
    expect(await refusal(bad)).toBe(
      "DataError: train.txt names g, of which there is no annotation file (and 4 more; skipBad goes on without them)",
    );
    expect(await refusal(await folder("voc none", { "Annotations/x.txt": "", "a.txt": "" }))).toMatch(
      /^DataError: …: has no annotations, expected those of Pascal VOC/,
    );
  });
});

describe("COCO", () => {
  const instances = (annotations: readonly object[], images: readonly object[] = [{}]) =>
    JSON.stringify({
      images: images.map((one, i) => ({
        id: i + 1,
        file_name: `${i + 1}.jpg`,
        width: 20,
        height: 10,
        ...one,
      })),
      annotations: annotations.map((one, i) => ({ id: 100 + i, image_id: 1, category_id: 7, ...one })),
      categories: [
        { id: 9, name: "dog" },
        { id: 7, name: "cat" },
      ],
    });

  test("boxes, masks packed and not, crowds, keypoints with a note, captions of the same pictures", async () => {
    const path = await folder("coco", {
      "annotations/instances_val2017.json": instances([
        {
          bbox: [1.5, 2, 3, 4.25],
          area: 6,
          keypoints: [1, 2, 2],
          segmentation: [[1.5, 2, 4.5, 2, 4.5, 6.25]],
        },
        {
          bbox: [0, 0, 20, 10],
          category_id: 9,
          iscrowd: 1,
          segmentation: { size: [10, 20], counts: [3, 7, 190] },
        },
        { bbox: [0, 0, 20, 10], segmentation: { size: [10, 20], counts: "37n5" } },
      ]),
      "annotations/captions_val2017.json": JSON.stringify({
        images: [{ id: 1, file_name: "1.jpg", width: 20, height: 10 }],
        annotations: [{ id: 1, image_id: 1, caption: "A cat." }],
      }),
      "val2017/1.jpg": [20, 10],
    });
    const { val2017: val } = await openAnnotations(path);
    expect(val.classes).toEqual(["cat", "dog"]);
    expect(val.notes).toEqual(["instances_val2017.json: keypoints of 1 object are passed over"]);
    const [picture] = val.pictures;
    expect(picture).toMatchObject({
      file: `${path}/annotations/../val2017/1.jpg`,
      captions: ["A cat."],
      id: 1,
    });
    expect(picture.objects.map(({ id: _, ...one }) => one)).toEqual([
      { label: 0, box: [2, 1.5, 6.25, 4.5], area: 6, mask: { polygons: [[1.5, 2, 4.5, 2, 4.5, 6.25]] } },
      { label: 1, box: [0, 0, 10, 20], area: 7, crowd: true, mask: { size: [10, 20], counts: [3, 7, 190] } },
      { label: 0, box: [0, 0, 10, 20], area: 7, mask: { size: [10, 20], counts: [3, 7, 190] } },
    ]);
  });

  test.each([
    [
      "without area",
      { bbox: [3, 3, 0, 4] },
      "box 1 (annotation 100) has no area: left 3, top 3, right 3, bottom 7",
    ],
    [
      "inverted",
      { bbox: [3, 3, -2, 4] },
      "box 1 (annotation 100) is inverted: left 3, top 3, right 1, bottom 7",
    ],
    [
      "outside",
      { bbox: [15, 3, 6, 4] },
      "box 1 (annotation 100) reaches beyond its picture of 20×10 pixels: left 15, top 3, right 21, bottom 7",
    ],
    ["no bbox", {}, "box 1 (annotation 100) has the bbox undefined, expected [x, y, width, height]"],
    [
      "a category",
      { bbox: [1, 1, 2, 2], category_id: 3 },
      "box 1 (annotation 100) is of the category 3, which there is not",
    ],
    [
      "a mask of another size",
      { bbox: [1, 1, 2, 2], segmentation: { size: [20, 10], counts: [200] } },
      "box 1 (annotation 100) has a mask of 10×20 pixels, its picture is 20×10",
    ],
    [
      "runs that are too long",
      { bbox: [1, 1, 2, 2], segmentation: { size: [10, 20], counts: [3, 8, 190] } },
      "box 1 (annotation 100) has a mask whose runs are 201 pixels together, its picture has 200",
    ],
    [
      "packed runs that are none",
      { bbox: [1, 1, 2, 2], segmentation: { size: [10, 20], counts: "é" } },
      "box 1 (annotation 100) has a mask whose runs cannot be unpacked",
    ],
    [
      "an outline of two corners",
      { bbox: [1, 1, 2, 2], segmentation: [[1, 1, 2, 2]] },
      "box 1 (annotation 100) has an outline of 4 numbers, expected x and y of three corners or more",
    ],
  ])("an object that is none: %s", async (what, bad, message) => {
    const path = await folder(`coco ${what}`, { "x.json": instances([bad]), "1.jpg": [20, 10] });
    expect(await refusal(`${path}/x.json`)).toBe(`DataError: x.json, 1.jpg, ${message}`);
  });

  test("pictures that are missing: all of them, or one; and what is no such file", async () => {
    const none = await folder("coco none", { "annotations/instances_val.json": instances([]) });
    expect(await refusal(none)).toBe(
      "DataError: instances_val.json: none of its 1 pictures is there (looked for 1.jpg in …/annotations/../images, …/annotations/../val and beside it); `pictures` names their folder",
    );
    const one = await folder("coco one", { "x.json": instances([], [{}, {}]), "1.jpg": [20, 10] });
    expect(await refusal(`${one}/x.json`)).toMatch(
      /^DataError: x\.json, 2\.jpg is not there \(looked for in .*beside it\)$/,
    );
    expect((await openAnnotations(`${one}/x.json`, { skipBad: true })).all.skipped).toHaveLength(1);
    expect(await refusal(await folder("coco list", { "annotations/a.json": "[]" }))).toBe(
      "DataError: a.json: has no list `images`, expected a JSON object of COCO's form",
    );
    expect(await refusal(await folder("coco cut", { "annotations/a.json": '{"images": [' }))).toMatch(
      /^DataError: a\.json: it is not valid JSON: /,
    );
    expect(await refusal(await folder("coco empty", { "annotations/a.json": instances([], []) }))).toBe(
      "DataError: coco empty, a has no pictures",
    );
  });
});

describe("YOLO", () => {
  test("data.yaml, lists of names, whole pixels out of rounded parts, pictures without a file", async () => {
    const path = await folder("yolo", {
      "data.yaml":
        "# made by hand\npath: /nowhere/at/all\ntrain: images/train\nval: images/val\nnames:\n  0: cat\n  1: dog\n",
      "images/train/a.jpg": [30, 30],
      "images/train/b.jpg": [30, 30],
      "images/val/c.jpg": [20, 10],
      "labels/train/a.txt": "1 0.333333 0.5 0.066667 0.2\n0 0.1 0.1 0.2 0.2\n",
      "labels/val/c.txt": "0 0.05 0.1 0.2 0.1 0.2 0.35\n",
    });
    const parts = await openAnnotations(path);
    // 0.333333 and 0.066667 of 30 pixels are 10 and 2.
    expect(boxes(parts, "train")).toEqual([
      [
        "a.jpg",
        [
          [12, 9, 18, 11],
          [0, 0, 6, 6],
        ],
      ],
      ["b.jpg", []],
    ]);
    expect(parts.train.classes).toEqual(["cat", "dog"]);
    expect(parts.val.pictures[0].objects[0]).toEqual({
      label: 0,
      box: [1, 1, 3.5, 4],
      mask: { polygons: [[1, 1, 4, 1, 4, 3.5]] },
    });
    expect(Object.keys(await openAnnotations(`${path}/data.yaml`))).toEqual(["train", "val"]);
  });

  test.each([
    ["3 0.5 0.5 0.1 0.1", 'a.txt, box 1 is of the class "3", expected 0 to 1'],
    [
      "0 0.5 0.5 0.1",
      "a.txt, box 1 has 3 numbers after its class, expected 4 of a box, or x and y of three corners or more",
    ],
    ["0 0.5 0.5 0.1 x", 'a.txt, box 1 is "0 0.5 0.5 0.1 x", expected numbers'],
    ["0 0.5 0.5 0 0.1", "a.txt, box 1 has no area: left 10, top 4.5, right 10, bottom 5.5"],
    [
      "0 0.9 0.5 0.4 0.1",
      "a.txt, box 1 reaches beyond its picture of 20×10 pixels: left 14, top 4.5, right 22, bottom 5.5",
    ],
    ["0 0.5 0.5 -0.1 0.1", "a.txt, box 1 is inverted: left 11, top 4.5, right 9, bottom 5.5"],
  ])("a line that is none: %s", async (line, message) => {
    const path = await folder(`yolo ${line}`, {
      "classes.txt": "cat\ndog\n",
      "images/a.jpg": [20, 10],
      "labels/a.txt": `${line}\n`,
    });
    expect(await refusal(path)).toBe(`DataError: ${message}`);
  });

  test("data.yaml as people and programs write it", async () => {
    const names = async (yaml: string, i: number) => {
      const path = await folder(`yaml ${i}`, { "data.yaml": yaml, "images/a.jpg": [2, 2] });
      return (await openAnnotations(path)).train.classes;
    };
    const forms = [
      `train: images\nval:  # none yet\nnames: ['cat', "big # dog, or \\"it\\"", bird's, ]  # three\n`,
      `%YAML 1.2\n---\ntrain: [ "images" ]\nnc: 3\nnames:\n- cat\n- 'big # dog, or "it"'\n- bird's\n`,
      `names: [cat,\n  'big # dog, or "it"',\n  bird's]\ntrain:\n  - images\n`,
      `train: ./images\nnames: {0: cat, 2: bird's, 1: 'big # dog, or "it"'}\ndownload: |\n  # a script\n  for x in y: do\n  names: [nothing]\n\n  end\n`,
      `train: images\r\nnames:\r\n  # by number\r\n  0: cat\r\n  1: big # not\r\n  2: "bird's"\r\n`.replace(
        "big # not",
        `'big # dog, or "it"'`,
      ),
    ];
    for (const [i, yaml] of forms.entries())
      expect(await names(yaml, i)).toEqual(["cat", 'big # dog, or "it"', "bird's"]);
    expect(await refusal(await folder("yaml twice", { "data.yaml": "names: [a]\nnames: [b]\n" }))).toMatch(
      /^DataError: data\.yaml: is no valid YAML: .*duplicat/,
    );
    expect(await refusal(await folder("yaml gap", { "data.yaml": "train: x\nnames: {0: a, 2: b}\n" }))).toBe(
      "DataError: data.yaml: names is { 0, 2 }, expected a list, or names by 0, 1, 2, …",
    );
    expect(await refusal(await folder("yaml none", { "data.yaml": "just words\n" }))).toBe(
      "DataError: data.yaml: is no record, expected train, val and names",
    );
  });

  test("a folder that there is not, YAML that is none, classes without names", async () => {
    expect(await refusal(await folder("yolo lost", { "data.yaml": "train: there\nnames: [a]\n" }))).toBe(
      "DataError: …/there: there is no such folder of pictures",
    );
    expect(await refusal(await folder("yolo cut", { "data.yaml": "names: [a\n" }))).toMatch(
      /^DataError: data\.yaml: is no valid YAML: /,
    );
    expect(await refusal(await folder("yolo names", { "images/a.jpg": [2, 2], "labels/a.txt": "" }))).toBe(
      "DataError: …: says nowhere what its classes are called (data.yaml, classes.txt); `classes` names them",
    );
  });
});

describe("as programs have written it", () => {
  test("VOC without a size, or of 0×0: the picture says it; difficult is true", async () => {
    const unsized = voc("a.jpg", [object("cat", [1, 1, 20, 10], "<difficult>True</difficult>")], {
      width: 0,
      height: 0,
    });
    const path = await folder("voc unsized", {
      "a.xml": unsized,
      "a.jpg": [20, 10],
      "b.xml": unsized.replace(/<size>.*<.size>/, "").replaceAll("a.jpg", "b.jpg"),
      "b.jpg": [30, 10],
    });
    const { pictures } = (await openAnnotations(path)).all;
    expect(pictures.map(({ width, height }) => [width, height])).toEqual([
      [20, 10],
      [30, 10],
    ]);
    expect(pictures[0].objects[0].difficult).toBe(true);
    expect(await refusal(await folder("voc nowhere", { "a.xml": unsized }))).toBe(
      "DataError: a.xml does not say how large its picture is (<size> with <width> and <height>, whole numbers from 1 on) (and 1 more; skipBad goes on without them)",
    );
  });

  test("COCO with numbers in quotes, and names for numbers; an area below 0", async () => {
    const coco = (image: unknown, category: unknown, own: object = {}) =>
      new File(
        [
          JSON.stringify({
            images: [{ id: image, file_name: "a.jpg", width: 20, height: 10 }],
            annotations: [
              { id: 1, image_id: image, category_id: category, bbox: [1, 2, 3, 4], area: -1, ...own },
            ],
            categories: [{ id: category, name: "cat" }],
          }),
        ],
        "a.json",
      );
    for (const file of [coco("1", "7"), coco("5f3a", "c"), coco("1", "7", { image_id: 1, category_id: 7 })]) {
      const [picture] = (await openAnnotations(file)).all.pictures;
      expect(picture.objects).toEqual([{ label: 0, box: [2, 1, 6, 4], area: 12, id: 1 }]);
    }
    const { all } = await openAnnotations(coco("1", "7"));
    expect([all.pictures[0].id, all.classIds]).toEqual([1, [7]]);
    const named = (await openAnnotations(coco("5f3a", "c"))).all;
    expect([named.pictures[0].id, named.classIds]).toEqual([undefined, undefined]);
  });

  test("YOLO with how sure a program was; two classes of one name", async () => {
    const path = await folder("yolo scored", {
      "data.yaml": "train: images\nnames: [cat, dog]\n",
      "images/a.jpg": [20, 10],
      "labels/a.txt": "\ufeff1 0.5 0.5 0.2 0.2 0.93\r\n",
    });
    const { train } = await openAnnotations(path);
    expect(train.pictures[0].objects).toEqual([{ label: 1, box: [4, 8, 6, 12] }]);
    expect(train.notes).toEqual(["train: 1 boxes say how sure a program was, which is passed over"]);
    expect(await refusal(await folder("yolo twice", { "data.yaml": "train: images\nnames: [a, a]\n" }))).toBe(
      "DataError: …: two classes are called a",
    );
  });
});

test("files as a page has them, without a folder around them", async () => {
  const file = (name: string, text: string) => new File([text], name);
  const xml = await openAnnotations(file("a.xml", voc("a.jpg", [object("cat", [1, 1, 20, 10])])));
  expect(boxes(xml)).toEqual([["a.jpg", [[0, 0, 10, 20]]]]);
  await expect(openAnnotations(file("a.xml", voc("a.jpg", [object("cat", [9, 1, 2, 3])])))).rejects.toThrow(
    "a.xml, box 1 is inverted: xmin 9, ymin 1, xmax 2, ymax 3",
  );
  const json = {
    images: [{ id: 1, file_name: "a.jpg", width: 20, height: 10 }],
    annotations: [],
    categories: [],
  };
  const coco = await openAnnotations(file("a.json", JSON.stringify(json)));
  expect(boxes(coco)).toEqual([["a.jpg", []]]);
  const table = file("a.csv", "file,width,height,class,left,top,right,bottom\na.jpg,20,10,cat,0,0,20,10\n");
  expect(boxes(await openAnnotations(table))).toEqual([["a.jpg", [[0, 0, 10, 20]]]]);
});

describe("maps of labels", () => {
  const map = (width: number, height: number, label = 0) =>
    labelPng({ width, height, labels: new Uint8Array(width * height).fill(label) });

  test("train and trainannot; sizes, pictures that are missing, labels that are no class", async () => {
    const path = await folder("camvid", {
      "train/a.png": [4, 3],
      "train/b.png": [4, 3],
      "trainannot/a.png": await map(4, 3, 2),
      "trainannot/b.png": await map(4, 4),
      "trainannot/c.png": await map(4, 3),
      "val/d.jpg": [4, 3],
      "valannot/d.png": await map(4, 3, 255),
      "classes.txt": "sky\nroad\n",
    });
    const report = (await checkAnnotations(path))!;
    expect(report).toMatchObject({ form: "labels", classes: ["sky", "road"] });
    expect(report.bad.map(({ place, why }) => `${place} ${why}`.replaceAll(path, "…"))).toEqual([
      "train/b.png is 4×4 pixels, its picture is 4×3",
      "train/c.png is a map of labels without a picture in …/train",
      "…/trainannot/a.png the pixel in row 0 and column 0 has the label 2, expected 0 to 1, or 255 where it does not count",
    ]);
    expect((await checkAnnotations(path, { classes: ["a", "b", "c"] }))!.bad).toHaveLength(2);
    expect(await refusal(path)).toMatch(
      /^DataError: train\/b\.png is 4×4 pixels, its picture is 4×3 \(and 1 more/,
    );
  });
});

describe("tables", () => {
  test("Flickr8k as it is unpacked: captions, and lists of the pictures of each part", async () => {
    const path = await folder("Flickr8k", {
      "Flickr8k.token.txt":
        "a.jpg#0\tA cat .\na.jpg#1\tAnother cat .\nb.jpg#0\tA dog .\nc.jpg#0\tTwo , dogs .\nd.jpg.1#0\tIs not there .\n",
      "Flickr8k.lemma.token.txt": "a.jpg#0\ta cat .\n",
      "Flickr_8k.trainImages.txt": "c.jpg\na.jpg\n",
      "Flickr_8k.devImages.txt": "b.jpg\n",
      "Flickr_8k.testImages.txt": "e.jpg\n",
      "Flicker8k_Dataset/a.jpg": [20, 10],
      "Flicker8k_Dataset/b.jpg": [20, 10],
      "Flicker8k_Dataset/c.jpg": [20, 10],
    });
    const parts = await openAnnotations(path, { skipBad: true });
    const said = Object.entries(parts).map(([part, { pictures }]) => [
      part,
      pictures.map(({ name, captions, file }) => [name, captions, file!.slice(path.length)]),
    ]);
    expect(said).toEqual([
      [
        "train",
        [
          ["c.jpg", ["Two , dogs ."], "/Flicker8k_Dataset/c.jpg"],
          ["a.jpg", ["A cat .", "Another cat ."], "/Flicker8k_Dataset/a.jpg"],
        ],
      ],
      ["val", [["b.jpg", ["A dog ."], "/Flicker8k_Dataset/b.jpg"]]],
      ["test", []],
    ]);
    expect(await refusal(path)).toBe("DataError: Flickr8k, test has no pictures");
  });

  test("by the names of columns, without names, counted from 1, pictures without objects, captions", async () => {
    const path = await folder("tables", {
      "named.csv":
        "filename,width,height,class,xmin,ymin,xmax,ymax\na.jpg,20,10,cat,1,1,20,10\nb.jpg,20,10,,,,,\n",
      "plain.csv": "a.jpg,0,0,20,10,cat\nb.jpg,,,,,\n",
      "captions.csv": 'image,caption\na.jpg,A cat.\na.jpg,"A cat, again."\n',
      "Flickr8k.token.txt": "a.jpg#0\tA cat .\na.jpg#1\tAnother cat .\n",
      "bad.csv":
        "file,class,left,top,right,bottom\na.jpg,cat,1,x,2,2\na.jpg,,1,1,2,2\nc.jpg,cat,1,1,2,2\na.jpg,cat,4,4,3,5\n",
      "wrong.csv": "a,b,c\n1,2,3\n",
      "a.jpg": [20, 10],
      "b.jpg": [20, 10],
    });
    const whole = [
      ["a.jpg", [[0, 0, 10, 20]]],
      ["b.jpg", []],
    ];
    expect(boxes(await openAnnotations(`${path}/named.csv`, { oneBased: true }))).toEqual(whole);
    expect(boxes(await openAnnotations(`${path}/plain.csv`))).toEqual(whole);
    expect((await openAnnotations(`${path}/captions.csv`)).all.pictures[0].captions).toEqual([
      "A cat.",
      "A cat, again.",
    ]);
    expect((await openAnnotations(`${path}/Flickr8k.token.txt`)).all.pictures[0].captions).toHaveLength(2);
    const { all } = await openAnnotations(`${path}/bad.csv`, { skipBad: true });
    expect(all.skipped.map(({ place, why }) => `${place} ${why}`.replaceAll(path, "…"))).toEqual([
      'bad.csv, row 2 has the corner "x", expected a number',
      "bad.csv, row 3 names no class",
      "bad.csv, c.jpg is not there (looked for in …)",
      "bad.csv, row 5 is inverted: left 4, top 4, right 3, bottom 5",
    ]);
    expect(await refusal(`${path}/wrong.csv`)).toBe(
      "DataError: wrong.csv: has the columns a, b, c, expected those of a file, a class, and left, top, right and bottom; or of a file and a caption",
    );
    expect(await refusal(`${path}/a.jpg`)).toMatch(/: is no file of annotations; there are \.json/);
  });
});
