/** Recordings with what was said in them: in memory, and from folders and tables as people have them. */
import { hasFolders, listFolder } from "#platform";
import { isUnreadable, readSound } from "../../audio/read.js";
import { resample } from "../../audio/resample.js";
import { isSound, mono, type Sound } from "../../audio/sound.js";
import { DataError } from "../../data/dataset.js";
import { optionsOf } from "../../door/options.js";
import { signal as aSignal, callback, flag, rule, text } from "../../door/rules.js";
import type { FileSource } from "../../formats/given-source.js";
import { printedAs } from "../../tensor/printing.js";
import { endingOf, lastOf, textOf } from "../words/files.js";
import { checkGiven } from "../words/given.js";

/** A recording with what was said in it. */
export interface Recording {
  /** Of one channel. */
  readonly samples: Float32Array;
  /** Samples a second. */
  readonly rate: number;
  /** A word, a class, or a sentence. */
  readonly text: string;
  /** Where it is from, as messages name it. */
  readonly place: string;
  /** Who spoke, where that is known. */
  readonly speaker?: string;
}

/** Several recordings. */
export interface Recordings {
  readonly name: string;
  readonly recordings: readonly Recording[];
  /** What was said, each once, in alphabetical order (numbers by size). */
  readonly classes: readonly string[];
  /** Recordings of noise without words: what Speech Commands has in `_background_noise_`. */
  readonly noise: readonly Recording[];
  /** What was read and left out, and why. */
  readonly skipped: readonly { readonly place: string; readonly why: string }[];
}

/** Recordings to train on, and to test by where the folder says which those are. */
export interface RecordingParts {
  readonly train: Recordings;
  readonly test?: Recordings;
}

const areRecordings = "recordings, as openRecordings and recordingsOf give them";

/** What must be given as recordings. */
export const someRecordings = rule(areRecordings, (value) => {
  const { recordings, classes } = (value ?? {}) as Partial<Recordings>;
  return Array.isArray(recordings) && Array.isArray(classes);
});

/** Where their classes do not matter. */
export const anyRecordings = rule(areRecordings, (value) =>
  Array.isArray((value as Recordings | null)?.recordings),
);

/**
 * Recordings that are given with what was said in them; those without samples, or without a word, are left out and listed.
 * @throws DataError where nothing is left
 */
export function recordingsOf(
  name: string,
  given: readonly { sound: Sound; text: string; place?: string; speaker?: string }[],
): Recordings {
  checkGiven("recordingsOf", "recordings", given, ({ sound, text }) =>
    isSound(sound) && typeof text === "string"
      ? undefined
      : "{ sound, text }, of a sound as readSound gives it and what is said in it",
  );
  return collected(
    name,
    given.map(({ sound, text, place, speaker }, i) => ({
      samples: mono(sound),
      rate: sound.rate,
      text,
      place: place ?? `${name}, recording ${i + 1}`,
      ...(speaker === undefined ? {} : { speaker }),
    })),
  );
}

export function collected(
  name: string,
  given: readonly Recording[],
  skippedBefore: Recordings["skipped"] = [],
  noises: readonly Recording[] = [],
): Recordings {
  const skipped = [...skippedBefore];
  const noise = noises.filter((one) => {
    const why = unheard(one);
    if (why) skipped.push({ place: one.place, why });
    return why === undefined;
  });
  const recordings: Recording[] = [];
  for (const one of given) {
    const why = unheard(one) ?? (one.text.trim() === "" ? "nothing said" : undefined);
    if (why) skipped.push({ place: one.place, why });
    else recordings.push({ ...one, text: one.text.trim() });
  }
  if (recordings.length === 0)
    throw new DataError(
      `${name}: has no recordings with words${skipped.length > 0 ? ` (${skipped.length} left out: ${skipped[0].place}, ${skipped[0].why})` : ""}`,
    );
  const classes = [...new Set(recordings.map((one) => one.text))].sort(byName);
  return printedAs(
    { name, recordings, classes, noise, skipped },
    () => `${name}: ${recordings.length} recordings of ${classes.length} classes`,
    () => ({ name, classes, recordings: recordings.length, noise: noise.length, skipped }),
  );
}

/** Samples a second below which no word can be understood, or a header is damaged. */
const leastRate = 1000;

/** Why nobody can hear a word in a recording, behind "it has"; undefined where one might. */
export function unheard({ samples, rate }: Pick<Recording, "samples" | "rate">): string | undefined {
  if (samples.length === 0) return "no samples";
  if (rate < leastRate) return `${rate} samples a second, expected ${leastRate} at least`;
  for (let i = 0; i < samples.length; i++)
    if (!Number.isFinite(samples[i])) return `${samples[i]} for sample ${i}, expected numbers`;
  return undefined;
}

/** "2" before "10", and both before words. */
const byName = (a: string, b: string): number => {
  const [x, y] = [Number(a), Number(b)];
  if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
  return Number.isNaN(x) ? (a < b ? -1 : Number(a > b)) : x - y;
};

/** How {@link openRecordings} reads. */
export interface OpenRecordingsOptions {
  /** The column of a table that names the files, and the one that has what was said; found by their usual names if left out. */
  fileColumn?: string;
  textColumn?: string;
  /** Files that cannot be read are left out and listed, instead of being an error. */
  skipBad?: boolean;
  signal?: AbortSignal;
  /** Is told how many files are read. */
  onProgress?: (progress: { done: number; count: number }) => void;
}

/**
 * Recordings out of a folder or a table:
 *
 * - a folder with a folder of recordings for each class; of Speech Commands the lists of what is to be tested by, and the noise
 * - a folder of files CLASS_SPEAKER_NUMBER.wav, as the Free Spoken Digit Dataset has them: numbers 0 to 4 are to be tested by
 * - a folder with `train` and `test` (or `val`) in it, each one of these
 * - .csv or .tsv: a file in each line, as seen from the table, and what was said in it
 *
 * All of them are kept in memory: an hour of 16,000 samples a second takes 230 MB.
 *
 * @throws DataError, SoundError  one line that names the file
 */
export async function openRecordings(
  source: FileSource,
  given: OpenRecordingsOptions = {},
): Promise<RecordingParts> {
  const options = optionsOf("openRecordings", given, {
    fileColumn: text,
    textColumn: text,
    skipBad: flag,
    signal: aSignal,
    onProgress: callback,
  });
  if (typeof source === "string" && hasFolders()) {
    const found = await listFolder(source);
    if (found) return inFolder(source.replace(/[/\\]+$/, ""), found, options);
  }
  return { train: await inTable(source, options) };
}

interface Listed {
  readonly path: string;
  readonly text: string;
  readonly speaker?: string;
  readonly isTest?: boolean;
}

type Folder = { readonly folders: readonly string[]; readonly files: readonly string[] };

const isSoundFile = (name: string): boolean => /\.(wav|wave|flac|mp3|ogg|oga|m4a|aiff?)$/i.test(name);
const own = (names: readonly string[]): string[] => names.filter((name) => !/^[._]/.test(name));

async function inFolder(
  path: string,
  { folders, files }: Folder,
  options: OpenRecordingsOptions,
): Promise<RecordingParts> {
  const part = (names: RegExp) => [...folders, ...files].find((entry) => names.test(entry));
  const train = part(/^train(ing)?(\.[ct]sv)?$/i);
  if (train !== undefined) {
    const test = part(/^test(ing)?(\.[ct]sv)?$/i) ?? part(/^(val|valid|validation|dev)(\.[ct]sv)?$/i);
    const read = async (entry: string) => (await openRecordings(`${path}/${entry}`, options)).train;
    return { train: await read(train), ...(test === undefined ? {} : { test: await read(test) }) };
  }
  const name = lastOf(path);
  const classes = own(folders);
  const tables = files.filter((file) => /\.[ct]sv$/i.test(file));
  if (classes.length === 0 && tables.length === 1)
    return { train: await inTable(`${path}/${tables[0]}`, options) };
  if (options.fileColumn !== undefined || options.textColumn !== undefined)
    throw new DataError(`${path}: is a folder of recordings; columns are those of a table`);
  const listed =
    classes.length > 0 ? await inClasses(path, classes) : byTheirNames(path, own(files).filter(isSoundFile));
  if (listed.length === 0)
    throw new DataError(
      `${path}: has no recordings, expected a folder of them for each class, files CLASS_SPEAKER_NUMBER.wav, or a table`,
    );
  const lists = await listsOf(path, files);
  const isTest = (one: Listed): boolean =>
    lists ? lists.test.has(one.path.slice(path.length + 1)) : one.isTest === true;
  const isLeftOut = (one: Listed): boolean => lists?.validation.has(one.path.slice(path.length + 1)) === true;
  const noise = folders.includes("_background_noise_") ? await inClasses(path, ["_background_noise_"]) : [];
  const { recordings, skipped } = await readAll([...listed, ...noise], options);
  const at = (which: (one: Listed) => boolean) =>
    recordings.filter((_, i) => i < listed.length && which(listed[i])).filter((one) => one !== undefined);
  const noises = recordings.slice(listed.length).filter((one) => one !== undefined);
  const test = at(isTest);
  return {
    train: collected(
      name,
      at((one) => !isTest(one) && !isLeftOut(one)),
      skipped,
      noises,
    ),
    ...(test.length > 0 ? { test: collected(`${name}, test`, test, [], noises) } : {}),
  };
}

async function inClasses(path: string, classes: readonly string[]): Promise<Listed[]> {
  const listed: Listed[] = [];
  for (const text of classes) {
    const files = own((await listFolder(`${path}/${text}`))?.files ?? []).filter(isSoundFile);
    if (files.length === 0) throw new DataError(`${path}/${text}: has no recordings`);
    for (const file of files) {
      const speaker = /^([0-9a-f]{8})_nohash_/.exec(file)?.[1];
      listed.push({
        path: `${path}/${text}/${file}`,
        text: text.normalize("NFC"),
        ...(speaker === undefined ? {} : { speaker }),
      });
    }
  }
  return listed;
}

/** 7_jackson_32.wav */
function byTheirNames(path: string, files: readonly string[]): Listed[] {
  return files.map((file) => {
    const [, text, speaker, number] = /^([^_]+)_(.+)_(\d+)\.\w+$/.exec(file) ?? [];
    if (text === undefined)
      throw new DataError(`${path}/${file}: its name says no class, expected CLASS_SPEAKER_NUMBER.wav`);
    return { path: `${path}/${file}`, text, speaker, isTest: Number(number) < 5 };
  });
}

/** The lists that Speech Commands says by what is tested and validated. */
async function listsOf(path: string, files: readonly string[]) {
  if (!files.includes("testing_list.txt")) return undefined;
  const read = async (name: string) =>
    new Set(
      files.includes(name)
        ? (await textOf("openRecordings", `${path}/${name}`, { what: "list" })).content.split(/\r?\n/)
        : [],
    );
  return { test: await read("testing_list.txt"), validation: await read("validation_list.txt") };
}

const fileNames = ["file", "path", "filename", "file_name", "audio", "wav", "recording"];
const textNames = ["text", "transcript", "transcription", "sentence", "label", "class", "word", "words"];

async function inTable(source: FileSource, options: OpenRecordingsOptions): Promise<Recordings> {
  const { name, content } = await textOf("openRecordings", source, { what: "table of recordings" });
  const ending = endingOf(name);
  if (ending !== "csv" && ending !== "tsv")
    throw new DataError(
      `${name}: is no folder of recordings and no table, expected .csv or .tsv with a file and what was said in each line`,
    );
  const { rowsOf } = await import("../words/table.js");
  const [head, ...rows] = rowsOf(content, lastOf(name), ending);
  const columns = (head ?? []).map((cell) => cell.trim().toLowerCase());
  const columnOf = (asked: string | undefined, usual: readonly string[], what: string): number => {
    const wanted = asked === undefined ? usual : [asked.toLowerCase()];
    const at = wanted.map((one) => columns.indexOf(one)).find((i) => i >= 0);
    if (at === undefined)
      throw new DataError(
        `${lastOf(name)}: has the columns ${columns.join(", ")}, expected ${asked ?? `one of ${usual.join(", ")}`} for ${what}`,
      );
    return at;
  };
  const file = columnOf(options.fileColumn, fileNames, "the files");
  const said = columnOf(options.textColumn, textNames, "what was said");
  const speaker = columns.indexOf("speaker");
  const folder = name.replace(/[^/\\]*$/, "");
  const listed = rows
    .map((cells, i) => ({ cells, line: i + 2 }))
    .filter(({ cells }) => cells.some((cell) => cell.trim() !== ""))
    .map(({ cells, line }): Listed => {
      const path = cells[file]?.trim() ?? "";
      if (path === "") throw new DataError(`${lastOf(name)}, line ${line}: names no file`);
      return {
        path: /^([/\\]|\w+:)/.test(path) ? path : `${folder}${path}`,
        text: cells[said] ?? "",
        ...(speaker >= 0 && cells[speaker] ? { speaker: cells[speaker] } : {}),
      };
    });
  const { recordings, skipped } = await readAll(listed, options);
  return collected(
    lastOf(name),
    recordings.filter((one) => one !== undefined),
    skipped,
  );
}

/** In the order of the list; undefined where a file was left out. */
async function readAll(listed: readonly Listed[], { skipBad, signal, onProgress }: OpenRecordingsOptions) {
  const skipped: { place: string; why: string }[] = [];
  const recordings: (Recording | undefined)[] = [];
  for (const { path, text, speaker } of listed) {
    signal?.throwIfAborted();
    try {
      const sound = await readSound(path);
      recordings.push({
        samples: mono(sound),
        rate: sound.rate,
        text,
        place: path,
        ...(speaker === undefined ? {} : { speaker }),
      });
    } catch (error) {
      if (!skipBad || !isUnreadable(error)) throw error;
      skipped.push({ place: path, why: error.message.replace(`${path}: `, "") });
      recordings.push(undefined);
    }
    if (recordings.length % 100 === 0) onProgress?.({ done: recordings.length, count: listed.length });
  }
  return { recordings, skipped };
}

/** At the rate of the front end. */
export const atRate = (
  { samples, rate }: Pick<Recording, "samples" | "rate">,
  wanted: number,
): Float32Array => resample(samples, Math.round(rate), wanted);
