/** The recordings that a command was given, and what is said of them. */
import type { Command } from "commander";
import { UsageError } from "../../door/usage-error.js";
import { count, significant } from "../../formatting/numbers.js";
import * as speech from "../../tasks/speech/index.js";
import { newestRun } from "../newest-run.js";
import { waitingLine } from "../waiting-line.js";

/** Options that say how recordings are read. */
export const recordingOptions = (command: Command): Command =>
  command
    .option("--file-column <name>", "the column of a table that names the files")
    .option("--text-column <name>", "the one that has what was said")
    .option("--skip-bad", "leave out files that cannot be read, and list them")
    .option("--only <words>", "listen for these, with commas; all others become the class unknown", wordList)
    .option("--leave-out <speaker>", "test by this speaker's recordings, and train on the others'");

export const howRecordingsAreRead = ["fileColumn", "textColumn", "skipBad"];

const wordList = (text: string): string[] =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");

export interface RecordingOptions {
  fileColumn?: string;
  textColumn?: string;
  skipBad?: boolean;
  only?: string[];
  leaveOut?: string;
  json?: boolean;
}

async function opened(path: string, options: RecordingOptions): Promise<speech.RecordingParts> {
  const { fileColumn, textColumn, skipBad, json } = options;
  const line = waitingLine({ json });
  return speech
    .openRecordings(path, {
      fileColumn,
      textColumn,
      skipBad,
      onProgress: ({ done, count: all }) => line.show(`${count(done)} of ${count(all)} files`),
    })
    .finally(() => line.clear());
}

/** Recordings to train on and to test by; without a folder those that code makes. */
export async function trainingRecordings(
  options: RecordingOptions & { data?: string; test?: string; seed: number },
): Promise<{ train: speech.Recordings; test: speech.Recordings; remark?: string }> {
  const { data, test, seed, only, leaveOut } = options;
  if (data === undefined && test !== undefined)
    throw new UsageError("--test belongs to --data: name a folder to train on, too");
  if (leaveOut !== undefined && test !== undefined)
    throw new UsageError("--leave-out says by whom is tested: leave out --test");
  const parts = data === undefined ? speech.spokenDigits() : await opened(data, options);
  const listening = (recordings: speech.Recordings) =>
    only ? speech.listeningFor(recordings, { known: only, seed }) : speech.listeningFor(recordings, { seed });
  const remark =
    data === undefined
      ? "No --data: training on digits that code makes of tones; nobody spoke them."
      : undefined;
  if (leaveOut !== undefined) {
    const all = [...parts.train.recordings, ...(parts.test?.recordings ?? [])];
    const speakers = [...new Set(all.flatMap(({ speaker }) => (speaker === undefined ? [] : [speaker])))];
    if (!speakers.includes(leaveOut))
      throw new UsageError(
        `--leave-out ${leaveOut}: there is no such speaker; there are ${speakers.slice(0, 20).join(", ") || "none that the recordings name"}`,
      );
    const held = all.filter(({ speaker }) => speaker === leaveOut);
    // What is to be tested by stays out of training also where others speak it.
    const kept = parts.train.recordings.filter(({ speaker }) => speaker !== leaveOut);
    return {
      train: listening(partOf(parts.train, kept)),
      test: listening(partOf(parts.train, held, `${parts.train.name}, ${leaveOut}`)),
      remark: [remark, `Left out of training: all that ${leaveOut} said.`].filter(Boolean).join("\n"),
    };
  }
  const held = test === undefined ? parts.test : (await opened(test, options)).train;
  if (held) return { train: listening(parts.train), test: listening(held), remark };
  const { recordings } = parts.train;
  if (recordings.length < 10)
    throw new UsageError(
      `${data}: has ${recordings.length} recordings, too few to set some apart for testing: --test FOLDER brings others`,
    );
  const apart = apartOf(recordings, 0.1);
  return {
    train: listening(
      partOf(
        parts.train,
        recordings.filter((one) => !apart.has(one)),
      ),
    ),
    test: listening(partOf(parts.train, [...apart], `a tenth of ${parts.train.name}`)),
    remark: `No --test: ${count(apart.size)} recordings, every tenth of each class, are set apart for testing.`,
  };
}

/** Every tenth of each class, or of all where each text is one of its own. */
export function apartOf(recordings: readonly speech.Recording[], share: number): Set<speech.Recording> {
  const every = Math.round(1 / share);
  const seen = new Map<string, number>();
  const isClass = new Set(recordings.map(({ text }) => text)).size < recordings.length / 2;
  return new Set(
    recordings.filter(({ text }) => {
      const key = isClass ? text : "";
      const n = (seen.get(key) ?? 0) + 1;
      seen.set(key, n);
      return n % every === 0;
    }),
  );
}

const partOf = (
  whole: speech.Recordings,
  recordings: readonly speech.Recording[],
  name = whole.name,
): speech.Recordings => ({
  ...whole,
  name,
  recordings,
  classes: whole.classes.filter((label) => recordings.some(({ text }) => text === label)),
  ...(name === whole.name ? {} : { skipped: [] }),
});

/** Recordings to measure by; the made ones where the network was trained on these, and no folder is named. */
export async function testRecordings(
  recogniser: speech.SpeechRecogniser,
  options: RecordingOptions & { data?: string },
): Promise<speech.Recordings> {
  const { data, leaveOut, only } = options;
  const parts =
    data !== undefined
      ? await opened(data, options)
      : recogniser.trainedOn === "spoken digits"
        ? speech.spokenDigits()
        : undefined;
  if (!parts) throw new UsageError("which recordings? --data FOLDER names them");
  const all = leaveOut === undefined ? (parts.test ?? parts.train) : parts.train;
  const { recordings } = all;
  const theirs =
    leaveOut === undefined
      ? recordings
      : [...recordings, ...(parts.test?.recordings ?? [])].filter(({ speaker }) => speaker === leaveOut);
  if (theirs.length === 0) throw new UsageError(`--leave-out ${leaveOut}: there is no such speaker`);
  const { classes } = recogniser;
  const known =
    only ??
    (classes.includes("unknown") ? classes.filter((c) => c !== "unknown" && c !== "silence") : undefined);
  return speech.listeningFor(partOf(all, theirs), {
    ...(known && { known }),
    ...(classes.includes("silence") ? {} : { silence: 0 }),
  });
}

export const recogniserOption = (command: Command): Command =>
  command.option("--checkpoint <file>", "the trained network; the newest in runs/ if left out");

export async function recogniserFrom(checkpoint: string | undefined): Promise<speech.SpeechRecogniser> {
  return speech.load(checkpoint ?? (await newestRun("speech", "recogniser of speech", "transcribe train")));
}

/** "fsdd: 1,800 recordings by 4 speakers, 13 minutes, 8,000 Hz; 10 classes: 0 180, 1 180, …" */
export function toldRecordings({ name, recordings, classes }: speech.Recordings): string {
  const seconds = recordings.reduce((sum, { samples, rate }) => sum + samples.length / rate, 0);
  const long = seconds < 120 ? `${significant(seconds)} seconds` : `${significant(seconds / 60)} minutes`;
  const rates = [...new Set(recordings.map(({ rate }) => rate))].sort((a, b) => a - b);
  const speakers = new Set(recordings.flatMap(({ speaker }) => (speaker === undefined ? [] : [speaker])))
    .size;
  const who = speakers > 1 ? ` by ${speakers} speakers` : "";
  const counts = classes.map((label) => recordings.filter(({ text }) => text === label).length);
  const shown = classes.slice(0, 14).map((label, i) => `${label} ${count(counts[i])}`);
  const areClasses = classes.length <= recordings.length / 2;
  const more = classes.length > 14 ? ` and ${classes.length - 14} more` : "";
  return `${name}: ${count(recordings.length)} recordings${who}, ${long}, ${rates.map((r) => count(r)).join(" and ")} Hz; ${areClasses ? `${classes.length} classes: ${shown.join(", ")}${more}` : "each with a text of its own"}.`;
}

/** What was left out, with the first places; nothing where nothing was. */
export const toldSkipped = ({ skipped }: speech.Recordings): string[] =>
  skipped.length === 0
    ? []
    : [
        `Left out: ${count(skipped.length)} (${skipped
          .slice(0, 3)
          .map(({ place, why }) => `${place}: ${why}`)
          .join("; ")}${skipped.length > 3 ? "; …" : ""}).`,
      ];
