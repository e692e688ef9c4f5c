/** Annotations out of files and folders as people have them. */

import { hasFolders, listFolder } from "#platform";
import { DataError } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { flag, text } from "../../door/rules.js";
import type { FileSource } from "../../formats/given-source.js";
import { endingOf, lastOf } from "../words/files.js";
import { cocoFilesIn, openCocoFile, openCocoFolder } from "./open-coco.js";
import { openLabels, pairsIn } from "./open-labels.js";
import { openTable } from "./open-table.js";
import { openVoc, openVocFile, openVocText } from "./open-voc.js";
import { openYolo } from "./open-yolo.js";
import { type AnnotationParts, type OpenAnnotationsOptions, openingRules } from "./opening.js";

/** Forms in which annotations come. */
export type AnnotationForm = "voc" | "coco" | "yolo" | "labels" | "table";

/**
 * The form of a folder or a file by what is in it; undefined where it has none.
 */
export async function annotationForm(path: string): Promise<AnnotationForm | undefined> {
  checkArgument("annotationForm", "the path", path, text);
  const found = await listFolder(path);
  if (!found) {
    const forms = {
      xml: "voc",
      json: "coco",
      yaml: "yolo",
      yml: "yolo",
      csv: "table",
      tsv: "table",
    } as const;
    const ending = endingOf(path);
    if (ending !== undefined && Object.hasOwn(forms, ending)) return forms[ending as keyof typeof forms];
    return ending === "txt" || ending === "token" ? "table" : undefined;
  }
  const { folders, files } = found;
  const has = async (folder: string, ending: RegExp) =>
    ((await listFolder(folder))?.files ?? []).some((file) => ending.test(file));
  const annotations = folders.find((name) => /^annotations?$/i.test(name));
  if (annotations !== undefined && (await has(`${path}/${annotations}`, /\.xml$/i))) return "voc";
  if (files.some((file) => /\.ya?ml$/i.test(file))) return "yolo";
  if ((await pairsIn(path)).length > 0) return "labels";
  if (files.some((file) => /\.xml$/i.test(file))) return "voc";
  if ((await cocoFilesIn(path)).length > 0) return "coco";
  if (folders.includes("images") && folders.includes("labels")) return "yolo";
  if (tableIn(files) !== undefined) return "table";
  if (files.some((file) => /^(classes|obj)\.(txt|names)$/i.test(file))) return "yolo";
  return undefined;
}

/** The one table among files; Flickr8k's captions, which also come lemmatised, else a single .csv or .tsv. */
function tableIn(files: readonly string[]): string | undefined {
  const captions = files.find((file) => /(^|\.)token(\.txt)?$/i.test(file) && !/lemma/i.test(file));
  const tables = files.filter((file) => /\.[ct]sv$/i.test(file));
  return captions ?? (tables.length === 1 ? tables[0] : undefined);
}

/**
 * Annotations out of a folder or a file, by their parts:
 *
 * - Pascal VOC: Annotations with an .xml for each picture, JPEGImages, the parts in ImageSets, maps in SegmentationClass
 * - COCO: annotations/instances_PART.json, captions_PART.json; or one .json with boxes, outlines, runs, captions
 * - YOLO: data.yaml, or folders images and labels with a .txt for each picture
 * - maps of labels: train and trainannot, images and masks, JPEGImages and SegmentationClass
 * - .csv and .tsv: a box in each row, or a caption
 * - Flickr8k: Flickr8k.token.txt with captions, its parts in Flickr_8k.trainImages.txt, devImages ("val") and testImages
 *
 * All boxes are [top, left, bottom, right] in pixels from the picture's upper left corner, right and bottom outside.
 *
 * @returns  "train", "val", "test" and the like, "all" where there are no parts
 * @throws DataError  one line that names the file and the box: without area, inverted, outside; a mask of another size; a
 *     class that there is not; pictures that are missing; a part without pictures
 */
export async function openAnnotations(
  source: FileSource,
  given: OpenAnnotationsOptions = {},
): Promise<AnnotationParts> {
  const options = optionsOf("openAnnotations", given, {
    ...openingRules,
    skipBad: flag,
  });
  if (typeof source === "string" && hasFolders()) {
    const path = source.replace(/(?<=.)[/\\]+$/, "");
    const form = await annotationForm(path);
    const isFolder = (await listFolder(path)) !== undefined;
    const name = lastOf(path);
    if (isFolder) {
      if (form === undefined)
        throw new DataError(
          `${path}: has no annotations, expected those of Pascal VOC (Annotations), COCO (annotations/*.json), YOLO (data.yaml), maps of labels (images and masks), or a table (.csv)`,
        );
      if (form === "table") {
        return openTable(`${path}/${tableIn((await listFolder(path))!.files)}`, name, options);
      }
      return { voc: openVoc, coco: openCocoFolder, yolo: openYolo, labels: openLabels }[form](
        path,
        name,
        options,
      );
    }
    if (form === "voc") return openVocFile(path, name, options);
    if (form === "yolo") return openYolo(path, name, options);
  }
  const name = lastOf(
    typeof source === "string" ? source : ((source as { name?: string } | undefined)?.name ?? "the file"),
  );
  const ending = endingOf(name);
  if (ending === "csv" || ending === "tsv" || ending === "txt" || ending === "token")
    return openTable(source, name, options);
  if (ending === "xml") return openVocText(source, name, options);
  if (ending === "json" || typeof source !== "string") return openCocoFile(source, name, options);
  throw new DataError(
    `${name}: is no file of annotations; there are .json (COCO), .xml (Pascal VOC), data.yaml (YOLO), .csv and .tsv, and folders`,
  );
}
