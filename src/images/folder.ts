/** Data sets that are folders of picture files, a folder for each class. */
import { chosen } from "../data/chosen.js";
import { DataError, printable, type Splits, type StreamedDataset } from "../data/dataset.js";
import { said } from "../door/said.js";
import { type BadPicture, type CheckOptions, checkPictures } from "./check-pictures.js";
import { cachePictures } from "./picture-cache.js";
import { type ClassFolder, checkDepth, classFolders, splitsOf } from "./picture-folders.js";
import { type Budget, budgetOf, PictureLoader } from "./picture-loader.js";
import type { Preprocessing } from "./preprocessing.js";
import type { ReadOptions } from "./reading.js";
import { cacheWholePictures } from "./whole-cache.js";

/** What {@link openFolder} makes of the pictures of a folder. */
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
   * Megabytes of memory for pictures that were read before: later epochs take them from there; 512 if left out. With
   * `randomViews` whole pictures are kept, of which parts are cut anew, otherwise what the network sees of each.
   */
  cacheMegabytes?: number;
  /**
   * A file beside the memory, for data sets that are larger: what the network sees of each picture, one after the other;
   * with `randomViews` all pixels of each, of which parts are cut anew (0.9 MB for 640×480 in colour). Where there is none it
   * is written first, all pictures being decoded; later runs decode nothing. One that is damaged, or of other pictures, is
   * refused.
   */
  cacheFile?: string;
  /** Stops the writing of `cacheFile`, of which nothing is left then. */
  signal?: AbortSignal;
  /**
   * Every picture is decoded beforehand; those that cannot be read are left out, and told here. Without it the first bad
   * one ends whatever reads it.
   */
  skipBad?: {
    /** Each file that is left out. */
    told(bad: BadPicture): void;
    /** Once all have been looked at. */
    counted?(): void;
  } & Pick<CheckOptions, "onProgress" | "signal">;
}

/**
 * The data set in a folder: folder/train/<class>/*.jpg and folder/val (or test)/<class>/*.jpg, or folder/<class>/*.jpg,
 * of which every tenth picture is kept for testing. Pictures may lie deeper in the folder of their class; hidden files
 * and what else systems leave behind are passed over. Pictures are decoded when they are needed, on threads of their own where there are
 * any, and those that fit into memory once. For Node: a page has no folders.
 *
 * @returns  pictures of the input's H×W×C, bytes of 0 to 255
 * @throws DataError where there are no classes, a class has no pictures, or both splits have other classes
 */
export async function openFolder(path: string, options: FolderOptions): Promise<Splits<StreamedDataset>> {
  const budget = budgetOf("openFolder", options);
  checkCacheFile("openFolder", options);
  const loaders: PictureLoader[] = [];
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
    const opened = {
      train: datasetOf(path, "train", classes, forTraining, options, budget, loaders),
      test: datasetOf(path, "test", classes, forTesting, options, budget, loaders),
    };
    await cached(loaders, options);
    return opened;
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
    budget,
    loaders,
  );
  const opened = splitTenth(whole);
  await cached(loaders, options);
  return opened;
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
  const budget = budgetOf("openClasses", options);
  checkCacheFile("openClasses", options);
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
  const loaders: PictureLoader[] = [];
  const opened = datasetOf(path, "test", classes, named, options, budget, loaders);
  await cached(loaders, options);
  return opened;
}

function checkCacheFile(speaker: string, { cacheFile }: FolderOptions): void {
  if (cacheFile === undefined) return;
  if (typeof cacheFile !== "string" || cacheFile.trim() === "")
    throw new TypeError(`${speaker}: cacheFile is ${said(cacheFile)}, expected the path of a file`);
}

/** Whatever changes how a picture is shown stands in the words by which the file is known again. */
async function cached(
  loaders: readonly PictureLoader[],
  { cacheFile, input, preprocessing, tenCrop, randomViews, colours, signal }: FolderOptions,
): Promise<void> {
  if (cacheFile === undefined) return;
  if (randomViews && !tenCrop)
    return cacheWholePictures(cacheFile, loaders, `whole ${colours ?? "srgb"}`, signal);
  const { enlarge, filter } = preprocessing;
  const shown = JSON.stringify([input, enlarge, filter, tenCrop === true, colours ?? "srgb"]);
  await cachePictures(cacheFile, loaders, shown, signal);
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

/** Of pictures that are read ahead, in batches of the usual size: so much is decoded while the first step is compiled. */
const aheadBytes = 2 ** 24;

/** @param classes  their order gives the labels; one of them may have no pictures here */
function datasetOf(
  path: string,
  split: string,
  classes: readonly string[],
  folders: readonly ClassFolder[],
  { input, preprocessing, randomViews = false, tenCrop: ten = false, colours, mostPixels }: FolderOptions,
  budget: Budget,
  loaders: PictureLoader[],
): StreamedDataset {
  const indexOf = new Map(classes.map((name, index) => [name, index]));
  const samples = folders.flatMap(({ name, files }) => {
    const label = indexOf.get(name)!;
    return files.map((file) => ({ file, label }));
  });
  const loader = new PictureLoader(
    samples.map(({ file }) => file),
    { input, preprocessing, tenCrop: ten, reading: { colours, mostPixels } },
    budget,
  );
  loaders.push(loader);
  return printable({
    name: `folder:${path}`,
    split,
    shape: [...input],
    classes: [...classes],
    length: samples.length,
    labels: Uint16Array.from(samples, ({ label }) => label),
    views: ten ? 10 : 1,
    readsAhead: Math.min(16, Math.max(3, Math.floor(aheadBytes / (32 * loader.size)))),
    read: (indices, draw) => loader.read(indices, randomViews && !ten ? draw : undefined),
  });
}

function splitTenth(whole: StreamedDataset): Splits<StreamedDataset> {
  const places = Int32Array.from({ length: whole.length }, (_, i) => i);
  const [test, train] = [places.filter((i) => i % 10 === 9), places.filter((i) => i % 10 !== 9)];
  if (test.length === 0)
    throw new DataError(
      `${whole.name}: has only ${whole.length} ${whole.length === 1 ? "picture" : "pictures"}, of which every tenth is kept for testing`,
    );
  return { train: chosen(whole, train, "train"), test: chosen(whole, test, "test") };
}

const listed = (names: readonly string[]) =>
  names.length <= 5 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
