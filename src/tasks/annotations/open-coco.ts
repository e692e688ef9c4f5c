/** COCO: JSON files of parts, and the folders in which their pictures lie. */
import { hasFolders, listFolder } from "#platform";
import { DataError } from "../../data/dataset.js";
import type { FileSource } from "../../formats/given-source.js";
import { lastOf, textOf } from "../words/files.js";
import type { AnnotationFault, GivenPicture } from "./annotated.js";
import { type CocoContent, cocoContent } from "./coco.js";
import { type AnnotationParts, type GivenPart, type OpenAnnotationsOptions, partsOf } from "./opening.js";
import { folderOf, Shelf } from "./shelf.js";

/** A file of a part; one part may have several: of objects, of captions. */
interface PartFile {
  readonly part: string;
  readonly path: string;
}

/** instances_train2017.json is of the part train2017, _annotations.coco.json in a folder train of the part train. */
const partOf = (path: string): string => {
  const stem = lastOf(path).replace(/(\.coco)?\.json$/i, "");
  if (/^_?annotations?$/i.test(stem)) return lastOf(folderOf(path));
  return stem.replace(/^(instances|captions|person_keypoints|annotations?)_/i, "");
};

/** The files of COCO's form in a folder, its `annotations`, or folders of parts. */
export async function cocoFilesIn(path: string): Promise<PartFile[]> {
  const here = await listFolder(path);
  const inside = here?.folders.find((name) => /^annotations?$/i.test(name));
  const files = async (folder: string) =>
    ((await listFolder(folder))?.files ?? [])
      .filter((file) => /\.json$/i.test(file))
      .map((file) => ({ part: partOf(`${folder}/${file}`), path: `${folder}/${file}` }));
  const found = inside === undefined ? await files(path) : await files(`${path}/${inside}`);
  if (found.length > 0 || !here) return found;
  const parts = here.folders.filter((name) => /^(train|valid?|validation|test)/i.test(name));
  return (await Promise.all(parts.map((part) => files(`${path}/${part}`)))).flat();
}

export async function openCocoFolder(
  path: string,
  name: string,
  options: OpenAnnotationsOptions,
): Promise<AnnotationParts> {
  const listed = await cocoFilesIn(path);
  const parts = new Map<string, { content: CocoContent; faults: AnnotationFault[]; path: string }>();
  for (const file of listed) {
    const faults: AnnotationFault[] = [];
    const content = await contentOf(file.path, faults);
    const known = parts.get(file.part);
    parts.set(
      file.part,
      known
        ? { ...known, content: merged(known.content, content), faults: [...known.faults, ...faults] }
        : { content, faults, path: file.path },
    );
  }
  const given = new Map<string, GivenPart>();
  let classes: Pick<CocoContent, "classes" | "classIds"> | undefined;
  for (const [part, { content, faults, path: file }] of parts) {
    const pictures = await withFiles(content.pictures, file, part, options, faults);
    given.set(part, { pictures, faults, notes: content.notes });
    if (content.classes.length > 0) classes ??= content;
  }
  return partsOf(name, given, options, classes);
}

/** One file, of whatever part it is. */
export async function openCocoFile(
  source: FileSource,
  name: string,
  options: OpenAnnotationsOptions,
): Promise<AnnotationParts> {
  const faults: AnnotationFault[] = [];
  const content = await contentOf(source, faults);
  const pictures =
    typeof source === "string"
      ? await withFiles(content.pictures, source, partOf(source), options, faults)
      : content.pictures;
  return partsOf(name, new Map([["all", { pictures, faults, notes: content.notes }]]), options, content);
}

async function contentOf(source: FileSource, faults: AnnotationFault[]): Promise<CocoContent> {
  const { name, content } = await textOf("openAnnotations", source, { what: "annotation file" });
  return cocoContent(content, lastOf(name), faults);
}

/** Objects and captions of the same pictures. */
function merged(a: CocoContent, b: CocoContent): CocoContent {
  const pictures = new Map<string, GivenPicture>(a.pictures.map((one) => [one.name, one]));
  for (const one of b.pictures) {
    const other = pictures.get(one.name);
    const captions = [...(other?.captions ?? []), ...(one.captions ?? [])];
    const objects = [...(other?.objects ?? []), ...(one.objects ?? [])];
    pictures.set(one.name, { ...one, ...other, objects, ...(captions.length > 0 ? { captions } : {}) });
  }
  const withClasses = a.classes.length > 0 ? a : b;
  return {
    pictures: [...pictures.values()],
    classes: withClasses.classes,
    classIds: withClasses.classIds,
    notes: [...a.notes, ...b.notes],
  };
}

/** Pictures with where they lie; those that lie nowhere are faults. */
async function withFiles(
  pictures: readonly GivenPicture[],
  path: string,
  part: string,
  options: OpenAnnotationsOptions,
  faults: AnnotationFault[],
): Promise<GivenPicture[]> {
  if (!hasFolders()) return [...pictures];
  const [folder, above] = [folderOf(path), `${folderOf(path)}/..`];
  const folders = options.pictures
    ? [options.pictures]
    : [folder, above].flatMap((base) => [
        `${base}/${part}`,
        `${base}/images/${part}`,
        `${base}/images`,
        `${base}/JPEGImages`,
        base,
      ]);
  const shelf = new Shelf();
  const found = await Promise.all(
    pictures.map(async (picture) => {
      const file = await shelf.find(folders, picture.name);
      return file === undefined ? picture : { ...picture, file };
    }),
  );
  const missing = found.filter(({ file }) => file === undefined);
  const where = options.pictures ?? `${above}/images, ${above}/${part} and beside it`;
  if (missing.length > 0 && missing.length === found.length && !options.skipBad)
    throw new DataError(
      `${lastOf(path)}: none of its ${found.length} pictures is there (looked for ${found[0].name} in ${where}); \`pictures\` names their folder`,
    );
  for (const picture of missing)
    faults.push({ place: picture.place!, why: `is not there (looked for in ${where})` });
  return found;
}
