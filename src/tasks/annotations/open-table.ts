/** Tables of boxes or captions, whose pictures lie beside them. */
import { hasFolders, listFolder } from "#platform";
import type { FileSource } from "../../formats/given-source.js";
import { endingOf, lastOf, linesOf, textOf } from "../words/files.js";
import type { AnnotationFault, GivenPicture } from "./annotated.js";
import { tablePictures } from "./csv.js";
import { type AnnotationParts, type OpenAnnotationsOptions, partsOf, sizeIn } from "./opening.js";
import { folderOf, Shelf } from "./shelf.js";

export async function openTable(
  source: FileSource,
  name: string,
  options: OpenAnnotationsOptions,
): Promise<AnnotationParts> {
  const { name: path, content } = await textOf("openAnnotations", source, { what: "table" });
  const { rowsOf } = await import("../words/table.js");
  const file = lastOf(path);
  const faults: AnnotationFault[] = [];
  const rows = rowsOf(content, file, endingOf(file) === "csv" ? "csv" : "tsv");
  const shelf = new Shelf();
  const base = folderOf(path);
  const lists = typeof source === "string" ? await partLists(base) : new Map<string, Set<string>>();
  const listed = new Set([...lists.values()].flatMap((names) => [...names]));
  const folders = options.pictures
    ? [options.pictures]
    : [base, ...pictureFolders.map((name) => `${base}/${name}`)];
  const pictures: GivenPicture[] = [];
  for (const one of tablePictures(rows, file, { oneBased: options.oneBased ?? false, faults })) {
    options.signal?.throwIfAborted();
    if (lists.size > 0 && !listed.has(one.name)) continue;
    const found = typeof source === "string" ? await shelf.find(folders, one.name) : undefined;
    if (found === undefined && hasFolders() && typeof source === "string")
      faults.push({ place: `${file}, ${one.name}`, why: `is not there (looked for in ${folders[0]})` });
    const said = one.width && one.height ? { width: one.width, height: one.height } : undefined;
    const size = said ?? (found ? await sizeIn(found, one.name, faults) : undefined);
    if (size) pictures.push({ ...one, ...size, ...(found ? { file: found } : {}) });
    else if (!found && !(typeof source === "string"))
      faults.push({
        place: `${file}, ${one.name}`,
        why: "has no columns width and height, and its picture is not there",
      });
  }
  if (lists.size === 0) return partsOf(name, new Map([["all", { pictures, faults }]]), options);
  const places = new Map(pictures.map((one) => [one.name, one]));
  const parts = [...lists].map(([part, names], i) => {
    const own = [...names].flatMap((one) => places.get(one) ?? []);
    // What is wrong with the table is said once.
    return [part, { pictures: own, faults: i === 0 ? faults : [] }] as const;
  });
  return partsOf(name, new Map(parts), options);
}

/** Folders beside a table in which its pictures may lie; the last ones, spelled as they are, are Flickr8k's. */
const pictureFolders = [
  ...["images", "Images", "Flicker8k_Dataset", "Flickr8k_Dataset"],
  "Flickr8k_Dataset/Flicker8k_Dataset",
];

/** Which pictures belong to which part, by lists of their names: Flickr_8k.trainImages.txt, devImages, testImages. */
async function partLists(folder: string): Promise<Map<string, Set<string>>> {
  const parts = { train: "train", dev: "val", test: "test" } as const;
  const lists = new Map<string, Set<string>>();
  if (!hasFolders()) return lists;
  const { files = [] } = (await listFolder(folder)) ?? {};
  for (const [part, named] of Object.entries(parts)) {
    const file = files.find((one) => one.toLowerCase().endsWith(`.${part}images.txt`));
    if (file === undefined) continue;
    const { content } = await textOf("openAnnotations", `${folder}/${file}`, { what: "list" });
    const names = linesOf(content).map((line) => line.trim());
    lists.set(named, new Set(names.filter((line) => line !== "")));
  }
  return lists;
}
