/** A folder of Pascal VOC: Annotations, JPEGImages, the parts in ImageSets, maps of labels in SegmentationClass. */

import { listFolder } from "#platform";
import { DataError } from "../../data/dataset.js";
import type { FileSource } from "../../formats/given-source.js";
import { linesOf, textOf } from "../words/files.js";
import type { AnnotationFault, GivenPicture } from "./annotated.js";
import {
  type AnnotationParts,
  attempted,
  type GivenPart,
  type OpenAnnotationsOptions,
  partsOf,
  sizeIn,
} from "./opening.js";
import { folderOf, Shelf, stemOf } from "./shelf.js";
import { vocPicture } from "./voc.js";

/** Parts by the names of their lists; others there list the pictures of a class. */
const lists = ["train", "val", "trainval", "test"];

interface ReadPicture {
  readonly picture?: GivenPicture;
  readonly faults: readonly AnnotationFault[];
}

/** @param path  the folder, or a folder of annotation files beside their pictures */
export async function openVoc(
  path: string,
  name: string,
  options: OpenAnnotationsOptions,
): Promise<AnnotationParts> {
  const found = await listFolder(path);
  const annotations = found?.folders.find((folder) => /^annotations?$/i.test(folder));
  const folder = annotations === undefined ? path : `${path}/${annotations}`;
  const files = ((await listFolder(folder))?.files ?? []).filter((file) => /\.xml$/i.test(file));
  const shelf = new Shelf();
  const pictures = options.pictures
    ? [options.pictures]
    : [`${path}/JPEGImages`, `${path}/images`, path, folder];
  const maps = found?.folders.find((one) => one === "SegmentationClass");

  const read = new Map<string, ReadPicture>();
  for (const file of files) {
    options.signal?.throwIfAborted();
    read.set(
      stemOf(file),
      await pictureIn(`${folder}/${file}`, file, {
        shelf,
        pictures,
        maps: maps === undefined ? undefined : `${path}/${maps}`,
      }),
    );
  }
  if (files.length === 0) throw new DataError(`${folder}: has no annotation files (.xml)`);
  const parts = new Map<string, GivenPart>();
  for (const [part, stems] of await listedIn(path)) {
    const missing = stems.filter((stem) => !read.has(stem));
    const here = stems.flatMap((stem) => read.get(stem) ?? []);
    parts.set(part, {
      pictures: here.flatMap((one) => one.picture ?? []),
      faults: [
        ...missing.map((stem) => ({
          place: `${part}.txt`,
          why: `names ${stem}, of which there is no annotation file`,
        })),
        ...here.flatMap((one) => one.faults),
      ],
    });
  }
  if (parts.size === 0)
    parts.set("all", {
      pictures: [...read.values()].flatMap((one) => one.picture ?? []),
      faults: [...read.values()].flatMap((one) => one.faults),
    });
  return partsOf(name, parts, options);
}

async function pictureIn(
  path: string,
  place: string,
  { shelf, pictures, maps }: { shelf: Shelf; pictures: readonly string[]; maps?: string },
): Promise<ReadPicture> {
  const faults: AnnotationFault[] = [];
  const { rootOf } = await import("./xml.js");
  const fileOf = async (name: string) =>
    (await shelf.find(pictures, name)) ?? (await shelf.find(pictures, `${stemOf(place)}.`));
  const picture = await attempted(place, faults, async () => {
    const { content } = await textOf("openAnnotations", path, { what: "annotation file" });
    return vocPicture(rootOf(content, place), place, faults, async (name) => {
      const lies = await fileOf(name);
      return lies === undefined ? undefined : sizeIn(lies, place, faults);
    });
  });
  if (!picture) return { faults };
  const file = await fileOf(picture.name);
  if (file === undefined)
    faults.push({ place, why: `belongs to the picture ${picture.name}, which lies not in ${pictures[0]}` });
  const labels = maps && (await shelf.find([maps], `${stemOf(place)}.png`));
  return {
    picture: { ...picture, ...(file ? { file } : {}), ...(labels ? { labels } : {}) },
    faults,
  };
}

/** The parts that ImageSets/Main (or ImageSets/Segmentation, or ImageSets) lists, each the stems of its files. */
async function listedIn(path: string): Promise<Map<string, string[]>> {
  const parts = new Map<string, string[]>();
  for (const folder of ["ImageSets/Main", "ImageSets/Segmentation", "ImageSets"]) {
    const files = (await listFolder(`${path}/${folder}`))?.files ?? [];
    for (const part of lists) {
      if (!files.includes(`${part}.txt`)) continue;
      const { content } = await textOf("openAnnotations", `${path}/${folder}/${part}.txt`, { what: "list" });
      const words = linesOf(content).map((line) => line.trim().split(/\s+/)[0]);
      parts.set(
        part,
        words
          .filter((word) => word !== "")
          .map((word) => (/\.(jpe?g|png|xml)$/i.test(word) ? stemOf(word) : word)),
      );
    }
    if (parts.size > 0) return parts;
  }
  return parts;
}

/** One annotation file, whose picture lies beside it or in ../JPEGImages. */
export async function openVocFile(
  source: string,
  name: string,
  options: OpenAnnotationsOptions,
): Promise<AnnotationParts> {
  const folder = folderOf(source);
  const read = await pictureIn(source, name, {
    shelf: new Shelf(),
    pictures: options.pictures ? [options.pictures] : [folder, `${folder}/../JPEGImages`],
  });
  const parts = new Map([["all", { pictures: read.picture ? [read.picture] : [], faults: read.faults }]]);
  return partsOf(name, parts, options);
}

/** One annotation file as a page has it, with no folder around it. */
export async function openVocText(
  source: FileSource,
  name: string,
  options: OpenAnnotationsOptions,
): Promise<AnnotationParts> {
  const faults: AnnotationFault[] = [];
  const { rootOf } = await import("./xml.js");
  const picture = await attempted(name, faults, async () => {
    const { content } = await textOf("openAnnotations", source, { what: "annotation file" });
    return vocPicture(rootOf(content, name), name, faults);
  });
  return partsOf(name, new Map([["all", { pictures: picture ? [picture] : [], faults }]]), options);
}
