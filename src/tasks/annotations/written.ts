/** Annotations as files of the usual formats. */

import { writePlace } from "#platform";
import { DataError } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { rule, text } from "../../door/rules.js";
import { said } from "../../door/said.js";
import type { Annotations } from "./annotated.js";
import { cocoTexts } from "./coco.js";
import { captionTable, tableText } from "./csv.js";
import { labelPng, readLabels } from "./labels.js";
import { stemOf } from "./shelf.js";
import { vocText } from "./voc.js";
import { areOutlines, yoloText, yoloYaml } from "./yolo.js";

/** Formats that are written. */
export type WrittenForm = "voc" | "coco" | "yolo" | "table";

/** A file, by its path within the folder. */
export interface AnnotationFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/** Files, and what they have no place for. */
export interface WrittenAnnotations {
  readonly files: readonly AnnotationFile[];
  /** "2 masks: Pascal VOC has boxes alone" */
  readonly left: readonly string[];
}

const someParts = rule(
  "annotations by the names of their parts: { train: …, test: … }",
  (value) =>
    typeof value === "object" &&
    value !== null &&
    Object.keys(value).length > 0 &&
    Object.values(value).every(
      (part: Annotations | null) => Array.isArray(part?.pictures) && Array.isArray(part.classes),
    ),
);

/**
 * Annotations as the files of a format, without the pictures. What is read from them again is what was written, but for what
 * the format has no place for, which is listed.
 *
 * @param parts  by the names of the parts, as `openAnnotations` gives them
 * @throws DataError where a format cannot say a box
 */
export async function annotationFiles(
  parts: { readonly [part: string]: Annotations },
  form: WrittenForm,
): Promise<WrittenAnnotations> {
  if (!Object.hasOwn(writers, form))
    throw new DataError(
      `annotationFiles: there is no format ${said(form)}; there are ${Object.keys(writers).join(", ")}`,
    );
  checkArgument("annotationFiles", "what is given", parts, someParts);
  const { write, lacks } = writers[form];
  return { files: await write(parts), left: leftBy(parts, lacks) };
}

/**
 * Writes annotations into a folder, all files or, where one cannot be made, none.
 *
 * @returns  what the format has no place for
 * @throws DataError where a format cannot say a box; FileError where nothing can be written there
 */
export async function writeAnnotations(
  folder: string,
  parts: { readonly [part: string]: Annotations },
  form: WrittenForm,
): Promise<readonly string[]> {
  checkArgument("writeAnnotations", "the folder", folder, text);
  const { files, left } = await annotationFiles(parts, form);
  for (const { path, content } of files)
    await writePlace(
      `${folder}/${path}`,
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
  return left;
}

type Parts = { readonly [part: string]: Annotations };
type Thing = "masks" | "captions" | "marks of difficulty" | "marks of crowds" | "maps of labels";

const writers: {
  readonly [F in WrittenForm]: {
    readonly write: (parts: Parts) => Promise<AnnotationFile[]>;
    readonly lacks: readonly Thing[];
  };
} = {
  voc: { write: vocFiles, lacks: ["masks", "captions", "marks of crowds"] },
  coco: { write: async (parts) => cocoFiles(parts), lacks: ["maps of labels"] },
  yolo: {
    write: async (parts) => yoloFiles(parts),
    lacks: ["masks", "captions", "marks of difficulty", "marks of crowds", "maps of labels"],
  },
  table: { write: async (parts) => tableFiles(parts), lacks: ["masks", "maps of labels"] },
};

async function vocFiles(parts: Parts): Promise<AnnotationFile[]> {
  const files = new Map<string, AnnotationFile>();
  for (const [part, { pictures, classes }] of Object.entries(parts)) {
    const stems = pictures.map(({ name }) => stemOf(name));
    const twice = stems.find((stem, i) => stems.indexOf(stem) !== i);
    if (twice !== undefined)
      throw new DataError(`annotationFiles: two pictures are called ${twice}, whose files would be one`);
    for (const [i, picture] of pictures.entries()) {
      const path = `Annotations/${stems[i]}.xml`;
      files.set(path, { path, content: vocText(picture, classes) });
      if (picture.labels === undefined) continue;
      const map = `SegmentationClass/${stems[i]}.png`;
      files.set(map, { path: map, content: await labelPng(await readLabels(picture.labels)) });
    }
    if (part !== "all") {
      const path = `ImageSets/Main/${part}.txt`;
      files.set(path, { path, content: stems.map((stem) => `${stem}\n`).join("") });
    }
  }
  return [...files.values()];
}

const cocoFiles = (parts: Parts): AnnotationFile[] =>
  Object.entries(parts).flatMap(([part, annotations]) => {
    const { instances, captions } = cocoTexts(annotations);
    return [
      { path: `annotations/instances_${part}.json`, content: instances },
      ...(captions === undefined ? [] : [{ path: `annotations/captions_${part}.json`, content: captions }]),
    ];
  });

function yoloFiles(parts: Parts): AnnotationFile[] {
  const [first] = Object.values(parts);
  const outlines =
    Object.values(parts).some(areOutlines) &&
    Object.values(parts).every(
      (one) => areOutlines(one) || one.pictures.every(({ objects }) => objects.length === 0),
    );
  const folder = (part: string) => (part === "all" ? "" : `/${part}`);
  return [
    {
      path: "data.yaml",
      content: yoloYaml(
        Object.fromEntries(
          Object.keys(parts).map((part) => [part === "all" ? "train" : part, `images${folder(part)}`]),
        ),
        first.classes,
      ),
    },
    ...Object.entries(parts).flatMap(([part, { pictures }]) =>
      pictures.map((picture) => ({
        path: `labels${folder(part)}/${stemOf(picture.name)}.txt`,
        content: yoloText(picture, { outlines }),
      })),
    ),
  ];
}

const tableFiles = (parts: Parts): AnnotationFile[] =>
  Object.entries(parts).flatMap(([part, annotations]) => {
    const captions = captionTable(annotations);
    return [
      { path: `${part}.csv`, content: tableText(annotations) },
      ...(captions === undefined ? [] : [{ path: `${part}-captions.csv`, content: captions }]),
    ];
  });

function leftBy(parts: Parts, lacks: readonly Thing[]): string[] {
  const pictures = Object.values(parts).flatMap((part) => part.pictures);
  const objects = pictures.flatMap((picture) => picture.objects);
  const counts: { readonly [K in Thing]: number } = {
    masks: objects.filter(({ mask }) => mask).length,
    captions: pictures.reduce((sum, { captions = [] }) => sum + captions.length, 0),
    "marks of difficulty": objects.filter(({ difficult }) => difficult).length,
    "marks of crowds": objects.filter(({ crowd }) => crowd).length,
    "maps of labels": pictures.filter(({ labels }) => labels).length,
  };
  return lacks.flatMap((thing) =>
    counts[thing] > 0 ? [`${counts[thing]} ${thing} have no place there`] : [],
  );
}
