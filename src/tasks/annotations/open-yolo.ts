/** YOLO: data.yaml and the folders that it names, or folders of pictures and of label files. */
import { fileExists, listFolder } from "#platform";
import { DataError } from "../../data/dataset.js";
import { said } from "../../door/said.js";
import { pictureFiles } from "../../images/kind.js";
import { lastOf, linesOf, textOf } from "../words/files.js";
import type { AnnotationFault, GivenPicture } from "./annotated.js";
import {
  type AnnotationParts,
  type GivenPart,
  type OpenAnnotationsOptions,
  partsOf,
  sizeIn,
} from "./opening.js";
import { folderOf, stemOf } from "./shelf.js";
import { yoloObjects } from "./yolo.js";

/** Pictures of each part by what names them: folders, or lists of files (.txt). */
interface Layout {
  readonly base: string;
  readonly parts: { readonly [part: string]: readonly string[] };
  readonly classes?: readonly string[];
}

const partNames: { readonly [key: string]: string } = {
  train: "train",
  val: "val",
  valid: "val",
  test: "test",
};

/** @param path  data.yaml, or the folder of it */
export async function openYolo(
  path: string,
  name: string,
  options: OpenAnnotationsOptions,
): Promise<AnnotationParts> {
  const layout = /\.ya?ml$/i.test(path) ? await layoutIn(path) : await layoutOf(path);
  const classes = options.classes ?? layout.classes;
  if (!classes)
    throw new DataError(
      `${path}: says nowhere what its classes are called (data.yaml, classes.txt); \`classes\` names them`,
    );
  const twice = classes.find((one, i) => classes.indexOf(one) !== i);
  if (twice !== undefined) throw new DataError(`${path}: two classes are called ${twice}`);
  const given = new Map<string, GivenPart>();
  for (const [part, places] of Object.entries(layout.parts)) {
    const faults: AnnotationFault[] = [];
    const pictures: GivenPicture[] = [];
    let scores = 0;
    const scored = (): void => {
      scores++;
    };
    for (const place of places)
      for (const file of await filesIn(resolved(layout.base, place), layout.base)) {
        options.signal?.throwIfAborted();
        const picture = await pictureOf(file, { classes, faults, scored });
        if (picture) pictures.push(picture);
      }
    const notes =
      scores > 0 ? [`${part}: ${scores} boxes say how sure a program was, which is passed over`] : [];
    given.set(part, { pictures, faults, notes });
  }
  return partsOf(name, given, { ...options, classes });
}

const resolved = (base: string, place: string): string =>
  /^([/\\]|[a-z]:[/\\])/i.test(place) ? place : `${base}/${place}`;

/** @throws DataError where the YAML is none, or names no parts or classes */
async function layoutIn(path: string): Promise<Layout> {
  const { content } = await textOf("openAnnotations", path, { what: "data.yaml" });
  const { recordIn } = await import("./yaml.js");
  const name = lastOf(path);
  const record = recordIn(content, name);
  const parts: { [part: string]: string[] } = {};
  for (const [key, part] of Object.entries(partNames)) {
    const places = record[key];
    if (places === undefined || places === null || places === "") continue;
    const list = Array.isArray(places) ? places : [places];
    if (!list.every((place) => typeof place === "string"))
      throw new DataError(`${name}: ${key} is ${said(places)}, expected a folder, or a list of them`);
    parts[part] = list;
  }
  if (Object.keys(parts).length === 0)
    throw new DataError(`${name}: names no part, expected train, val or test with a folder of pictures`);
  const own = folderOf(path);
  // "path" is often that of another machine: then the folders lie beside the file.
  const root = typeof record.path === "string" ? resolved(own, record.path) : own;
  const base = (await listFolder(root)) ? root : own;
  return { base, parts, classes: namesIn(record.names, name) };
}

function namesIn(names: unknown, file: string): string[] | undefined {
  if (names === undefined || names === null) return undefined;
  if (Array.isArray(names)) return names.map(String);
  const entries = Object.entries(names as object);
  const numbers = entries.map(([key]) => Number(key)).sort((a, b) => a - b);
  if (typeof names !== "object" || numbers.some((number, i) => number !== i))
    throw new DataError(`${file}: names is ${said(names)}, expected a list, or names by 0, 1, 2, …`);
  return numbers.map((number) => String((names as { [number: number]: unknown })[number]));
}

/** Of a folder without data.yaml: images and labels, with or without folders of parts in them. */
async function layoutOf(path: string): Promise<Layout> {
  const { folders = [], files = [] } = (await listFolder(path)) ?? {};
  const yaml =
    files.find((file) => /^(data|dataset)\.ya?ml$/i.test(file)) ??
    files.find((file) => /\.ya?ml$/i.test(file));
  if (yaml !== undefined) return layoutIn(`${path}/${yaml}`);
  const list = files.find((file) => /^(classes|names|obj)\.(txt|names)$/i.test(file));
  const classes =
    list === undefined
      ? undefined
      : linesOf((await textOf("openAnnotations", `${path}/${list}`, { what: "list" })).content)
          .map((line) => line.trim())
          .filter((line) => line !== "");
  const inner = (await listFolder(`${path}/images`))?.folders ?? [];
  const known = (names: readonly string[], at: (name: string) => string) =>
    names.filter((part) => part in partNames).map((part) => [partNames[part], [at(part)]]);
  const split = [
    ...known(inner, (part) => `images/${part}`),
    ...(inner.length > 0 ? [] : known(folders, (part) => `${part}/images`)),
  ];
  const parts =
    split.length > 0 ? Object.fromEntries(split) : { all: [folders.includes("images") ? "images" : "."] };
  return { base: path, parts, classes };
}

/** The pictures of a folder and those below it, or those that a list names. */
async function filesIn(place: string, base: string): Promise<string[]> {
  if (/\.txt$/i.test(place)) {
    const { content } = await textOf("openAnnotations", place, { what: "list of pictures" });
    return linesOf(content)
      .map((line) => line.trim())
      .filter((line) => line !== "")
      .map((line) => resolved(base, line));
  }
  // data.yaml of some programs names folders as seen from a folder beside it.
  const found = (await listFolder(place)) ?? (await listFolder(place.replace("/../", "/")));
  if (!found) throw new DataError(`${place}: there is no such folder of pictures`);
  const at = (await listFolder(place)) ? place : place.replace("/../", "/");
  const below = await Promise.all(found.folders.map((folder) => filesIn(`${at}/${folder}`, base)));
  return [
    ...found.files.filter((file) => pictureFiles.test(file)).map((file) => `${at}/${file}`),
    ...below.flat(),
  ];
}

async function pictureOf(
  file: string,
  options: { classes: readonly string[]; faults: AnnotationFault[]; scored: () => void },
): Promise<GivenPicture | undefined> {
  const { faults } = options;
  const name = lastOf(file);
  const size = await sizeIn(file, name, faults);
  if (!size) return undefined;
  // images/train/a.jpg has its labels in labels/train/a.txt: the last "images" of the path counts.
  const at = file.lastIndexOf("/images/");
  const beside = `${stemOf(file)}.txt`;
  const apart =
    at < 0 ? beside : `${file.slice(0, at)}/labels/${stemOf(file.slice(at + "/images/".length))}.txt`;
  const labels = (await fileExists(apart)) ? apart : (await fileExists(beside)) ? beside : undefined;
  const place = lastOf(labels ?? name);
  if (labels === undefined) return { name, file, ...size, objects: [], place };
  const { content } = await textOf("openAnnotations", labels, { what: "label file" });
  return { name, file, ...size, objects: yoloObjects(content, size, { ...options, place }), place };
}
