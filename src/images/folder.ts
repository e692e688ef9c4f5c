/** Data sets that are folders of picture files, a folder for each class. */
import {
  chosen,
  DataError,
  type Draw,
  printable,
  type Splits,
  type StreamedDataset,
} from "../data/dataset.js";
import { RandomStream } from "../random/threefry.js";
import { type BadPicture, type CheckOptions, checkPictures } from "./check-pictures.js";
import type { Picture } from "./picture.js";
import { type ClassFolder, checkDepth, classFolders, splitsOf } from "./picture-folders.js";
import { centreCrop, type Preprocessing, tenCrop } from "./preprocessing.js";
import { readImage, readRegion } from "./read.js";
import type { ReadOptions } from "./reading.js";

export interface FolderOptions extends ReadOptions {
  /** What the pictures are made to, H×W×C. */
  input: readonly [h: number, w: number, c: number];
  /** How pictures are shown that are not drawn at random. */
  preprocessing: Preprocessing;
  /** Training steps see a random part of each picture, instead of its centre. */
  randomViews?: boolean;
  /** Ten views of each picture are judged together, see `tenCrop`, instead of its centre alone. */
  tenCrop?: boolean;
  /**
   * Every picture is decoded beforehand; those that cannot be read are left out, and told here. Without it the first bad
   * one ends whatever reads it.
   */
  skipBad?: {
    told(bad: BadPicture): void;
    /** Once all have been looked at. */
    counted?(): void;
  } & Pick<CheckOptions, "onProgress" | "signal">;
}

/**
 * The data set in a folder: folder/train/<class>/*.jpg and folder/val (or test)/<class>/*.jpg, or folder/<class>/*.jpg,
 * of which every tenth picture is kept for testing. Pictures may lie deeper in the folder of their class; hidden files
 * and what else systems leave behind are passed over. Pictures are decoded when they are needed, several at once. For
 * Node: a page has no folders.
 *
 * @returns  pictures of the input's H×W×C, bytes of 0 to 255
 * @throws DataError where there are no classes, a class has no pictures, or both splits have other classes
 */
export async function openFolder(path: string, options: FolderOptions): Promise<Splits<StreamedDataset>> {
  const splits = await splitsOf(path);
  if (splits?.train && splits.test) {
    const [forTraining, forTesting] = [
      await readable(await classFolders(splits.train), options),
      await readable(await classFolders(splits.test), options),
    ];
    await checkDepth(splits.train, forTraining);
    options.skipBad?.counted?.();
    const classes = forTraining.map(({ name }) => name);
    const stray = forTesting.find(({ name }) => !classes.includes(name));
    if (stray)
      throw new DataError(
        `${splits.test}: has a class ${stray.name}, which ${splits.train.slice(path.length + 1)} has not`,
      );
    return {
      train: datasetOf(path, "train", classes, forTraining, options),
      test: datasetOf(path, "test", classes, forTesting, options),
    };
  }
  if (splits?.test)
    throw new DataError(
      `${path}: has a folder ${splits.test.slice(path.length + 1)}, but none for training; to divide that one, say folder:${splits.test}`,
    );
  const top = splits?.train ?? path;
  const all = await readable(await classFolders(top), options);
  options.skipBad?.counted?.();
  await checkDepth(top, all);
  const whole = datasetOf(
    path,
    "all",
    all.map(({ name }) => name),
    all,
    options,
  );
  return splitTenth(whole);
}

/**
 * The pictures of a folder of classes (or of its val or test folder) as one data set, for a model that knows what its
 * outputs mean. A folder is found among their names, or among the words of one such as "tench, Tinca tinca"; where the
 * folders are as many as the outputs and have names of another kind, their order is that of the outputs, as for
 * ImageNet's n01440764.
 *
 * @throws DataError where there are no classes, or one that the model does not know
 */
export async function openClasses(
  path: string,
  classes: readonly string[],
  options: FolderOptions,
): Promise<StreamedDataset> {
  const top = (await splitsOf(path))?.test ?? path;
  const found = await readable(await classFolders(top), options);
  options.skipBad?.counted?.();
  await checkDepth(top, found);
  const labels = new Map(
    classes.flatMap((name, label) => [name, ...name.split(",")].map((word) => [plain(word), label])),
  );
  const known = found.filter(({ name }) => labels.has(plain(name)));
  const byOrder = known.length === 0 && found.length === classes.length;
  const named = found.map((folder, i) => {
    const label = byOrder ? i : labels.get(plain(folder.name));
    if (label === undefined)
      throw new DataError(`${path}: the model knows no class ${folder.name}; it knows ${listed(classes)}`);
    return { ...folder, name: classes[label] };
  });
  return datasetOf(path, "test", classes, named, options);
}

/** Folders write "golden_retriever" for "golden retriever". */
const plain = (name: string) =>
  name
    .normalize("NFC")
    .trim()
    .toLowerCase()
    .replace(/[_\s]+/g, " ");

/** Without the pictures that cannot be read, if these are to be skipped. */
async function readable(
  folders: readonly ClassFolder[],
  { skipBad, colours, mostPixels }: FolderOptions,
): Promise<readonly ClassFolder[]> {
  if (!skipBad) return folders;
  const { onProgress, signal } = skipBad;
  const files = folders.flatMap((folder) => folder.files);
  const { bad } = await checkPictures(files, { colours, mostPixels, onProgress, signal });
  for (const picture of bad) skipBad.told(picture);
  const isBad = new Set(bad.map(({ file }) => file));
  return folders.map((folder) => {
    const left = folder.files.filter((file) => !isBad.has(file));
    if (left.length === 0) throw new DataError(`${folder.path}: has no picture that can be read`);
    return { ...folder, files: left };
  });
}

/** @param classes  their order gives the labels; one of them may have no pictures here */
function datasetOf(
  path: string,
  split: string,
  classes: readonly string[],
  folders: readonly ClassFolder[],
  { input, preprocessing, randomViews, tenCrop: ten, colours, mostPixels }: FolderOptions,
): StreamedDataset {
  const indexOf = new Map(classes.map((name, index) => [name, index]));
  const samples = folders.flatMap(({ name, files }) => {
    const label = indexOf.get(name)!;
    return files.map((file) => ({ file, label }));
  });
  const reading: ReadOptions = { colours, mostPixels };
  const size = input[0] * input[1] * input[2];
  const views = ten ? 10 : 1;
  const show = async (index: number, draw?: Draw): Promise<Picture[]> => {
    const { file } = samples[index];
    if (ten) return tenCrop(await readImage(file, reading), input, preprocessing);
    if (!draw || !randomViews) return [centreCrop(await readImage(file, reading), input, preprocessing)];
    const random = new RandomStream(draw.seed, stream + draw.epoch * 16, index);
    return [await readRegion(file, input, (whole) => randomRegion(whole, random), reading)];
  };
  return printable({
    name: `folder:${path}`,
    split,
    shape: [...input],
    classes: [...classes],
    length: samples.length,
    labels: Uint16Array.from(samples, ({ label }) => label),
    views,
    async read(indices, draw) {
      const images = new Uint8Array(indices.length * views * size);
      let next = 0;
      const work = async () => {
        for (let i = next++; i < indices.length; i = next++)
          for (const [v, { pixels }] of (await show(indices[i], draw)).entries())
            images.set(pixels, (i * views + v) * size);
      };
      await Promise.all(Array.from({ length: Math.min(decoders, indices.length) }, work));
      return images;
    },
  });
}

/** Files that are decoded at once: enough for the threads of the decoder, and few enough for memory. */
const decoders = 8;

/** See data/augment.ts: augmentations have the streams from 1000 on. */
const stream = 1007;

/**
 * A part of 8 to 100 % of the picture's area, between 3:4 and 4:3, anywhere in it; after ten drawings that do not fit,
 * its centre. Szegedy et al.: Going Deeper with Convolutions, CVPR 2015, section 6.
 */
export function randomRegion({ width, height }: { width: number; height: number }, random: RandomStream) {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = width * height * random.uniform(0.08, 1);
    // Uniform in the logarithm of the ratio, and so alike for wide and tall parts.
    const ratio = Math.sqrt((4 / 3) ** random.uniform(-1, 1));
    const w = Math.round(Math.sqrt(area) * ratio);
    const h = Math.round(Math.sqrt(area) / ratio);
    if (w > width || h > height || w < 1 || h < 1) continue;
    return { left: random.integer(width - w + 1), top: random.integer(height - h + 1), width: w, height: h };
  }
  const side = Math.min(width, height);
  return { left: (width - side) >> 1, top: (height - side) >> 1, width: side, height: side };
}

function splitTenth(whole: StreamedDataset): Splits<StreamedDataset> {
  const places = Int32Array.from({ length: whole.length }, (_, i) => i);
  const [test, train] = [places.filter((i) => i % 10 === 9), places.filter((i) => i % 10 !== 9)];
  if (test.length === 0)
    throw new DataError(
      `${whole.name}: has only ${whole.length} pictures, of which every tenth is kept for testing`,
    );
  return { train: chosen(whole, train, "train"), test: chosen(whole, test, "test") };
}

const listed = (names: readonly string[]) =>
  names.length <= 5 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
