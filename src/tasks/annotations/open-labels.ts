/** Folders of pictures and of their maps of labels: train and trainannot (CamVid), images and masks, JPEGImages and SegmentationClass. */
import { listFolder } from "#platform";
import { DataError } from "../../data/dataset.js";
import { linesOf, textOf } from "../words/files.js";
import type { AnnotationFault, GivenPicture } from "./annotated.js";
import {
  type AnnotationParts,
  type GivenPart,
  type OpenAnnotationsOptions,
  partsOf,
  sizeIn,
} from "./opening.js";
import { Shelf } from "./shelf.js";

/** A folder of pictures and that of their maps. */
interface Pair {
  readonly part: string;
  readonly pictures: string;
  readonly maps: string;
}

const maps = /^(masks?|labels?|annotations?|annot|SegmentationClass)$/i;

/** Which folders of it are pictures, and which are their maps. */
export async function pairsIn(path: string): Promise<Pair[]> {
  const { folders = [] } = (await listFolder(path)) ?? {};
  const annotated = folders
    .filter((name) => folders.includes(`${name}annot`))
    .map((name) => ({ part: name, pictures: `${path}/${name}`, maps: `${path}/${name}annot` }));
  if (annotated.length > 0) return annotated;
  const pictures = folders.find((name) => /^(images?|pictures|JPEGImages)$/.test(name));
  const labels = folders.find((name) => maps.test(name));
  if (pictures === undefined || labels === undefined) return [];
  const inner = (await listFolder(`${path}/${pictures}`))?.folders ?? [];
  const parts = inner.length > 0 ? inner : [""];
  const pairs = parts.map((part) => ({
    part: part || "all",
    pictures: [path, pictures, part].filter(Boolean).join("/"),
    maps: [path, labels, part].filter(Boolean).join("/"),
  }));
  const listed = await Promise.all(pairs.map(async (pair) => (await listFolder(pair.maps))?.files ?? []));
  return pairs.filter((_, i) => listed[i].some((file) => /\.png$/i.test(file)));
}

export async function openLabels(
  path: string,
  name: string,
  options: OpenAnnotationsOptions,
): Promise<AnnotationParts> {
  const shelf = new Shelf();
  const given = new Map<string, GivenPart>();
  for (const { part, pictures: beside, maps } of await pairsIn(path)) {
    const pictures = options.pictures ?? beside;
    const faults: AnnotationFault[] = [];
    const found: GivenPicture[] = [];
    for (const map of ((await listFolder(maps))?.files ?? []).filter((file) => /\.png$/i.test(file))) {
      options.signal?.throwIfAborted();
      const place = `${part === "all" ? "" : `${part}/`}${map}`;
      const labels = `${maps}/${map}`;
      const file = await shelf.find([pictures, `${pictures}/${part}`], map);
      if (file === undefined) {
        faults.push({ place, why: `is a map of labels without a picture in ${pictures}` });
        continue;
      }
      const [size, own] = [await sizeIn(file, place, faults), await sizeIn(labels, place, faults)];
      if (!size || !own) continue;
      if (size.width !== own.width || size.height !== own.height)
        faults.push({
          place,
          why: `is ${own.width}×${own.height} pixels, its picture is ${size.width}×${size.height}`,
        });
      else found.push({ name: map, file, ...size, labels, place });
    }
    given.set(part, { pictures: found, faults });
  }
  if (given.size === 0)
    throw new DataError(`${path}: has no folder of pictures beside one of their maps of labels`);
  return partsOf(name, given, options, { classes: await classesIn(path) });
}

/** A name in each line of classes.txt or labels.txt. */
async function classesIn(path: string): Promise<string[] | undefined> {
  const file = ((await listFolder(path))?.files ?? []).find((one) =>
    /^(classes|labels|names)\.txt$/i.test(one),
  );
  if (file === undefined) return undefined;
  const { content } = await textOf("openAnnotations", `${path}/${file}`, { what: "list" });
  return linesOf(content)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
