/** Tables of boxes or captions, whose pictures lie beside them. */
import { hasFolders } from "#platform";
import type { FileSource } from "../../formats/given-source.js";
import { endingOf, lastOf, textOf } from "../words/files.js";
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
  const folders = options.pictures ? [options.pictures] : [base, `${base}/images`, `${base}/Images`];
  const pictures: GivenPicture[] = [];
  for (const one of tablePictures(rows, file, { oneBased: options.oneBased ?? false, faults })) {
    options.signal?.throwIfAborted();
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
  return partsOf(name, new Map([["all", { pictures, faults }]]), options);
}
