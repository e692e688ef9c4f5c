import type { Command } from "commander";
import { isUnreadable, readSound } from "../../audio/read.js";
import { mono, SoundError, secondsOf } from "../../audio/sound.js";
import { UsageError } from "../../door/usage-error.js";
import { percent } from "../../formatting/numbers.js";
import { configure } from "../../runtime/devices.js";
import type { SpeechRecogniser } from "../../tasks/speech/index.js";
import { unheard } from "../../tasks/speech/recordings.js";
import { exitCodes, lineOf } from "../failure.js";
import { refuse } from "../given.js";
import { threads, whole } from "../values.js";
import { recogniserFrom, recogniserOption } from "./recordings.js";

/** `receptive transcribe FILE.wav`: what is done where neither train nor evaluate is said. */
export function hearCommand(parent: Command): void {
  const command = parent
    .command("hear", { isDefault: true })
    .description("what is said in files, which also stand right behind transcribe")
    .argument(
      "[file...]",
      "files of sound: WAV of every kind; FLAC, MP3, Ogg where the package audio-decode is installed",
    );
  recogniserOption(command)
    .option("--top <n>", "classes shown of each file, by a network that hears single words", whole(1), 3)
    .option("--width <n>", "beginnings that the search for words in a row keeps", whole(1), 16)
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option(
      "--json",
      'one line for each file: {"file":…,"text":…,"probability":…,"seconds":…}, or {"file":…,"error":…}',
    )
    .addHelpText(
      "after",
      `
Examples:
  $ receptive transcribe train
  $ receptive transcribe runs/speech-spoken-digits/example.wav
  $ receptive transcribe a.wav b.flac --checkpoint runs/speech-fsdd/checkpoint.safetensors`,
    )
    .action(run);
}

interface Options {
  checkpoint?: string;
  top: number;
  width: number;
  threads?: number;
  json?: boolean;
}

async function run(
  files: string[],
  { checkpoint, top, width, json, ...options }: Options,
  command: Command,
): Promise<void> {
  if (files.length === 0)
    throw new UsageError(
      "which file? receptive transcribe FILE.wav; or transcribe train, transcribe evaluate",
    );
  await configure({ threads: options.threads });
  const recogniser = await recogniserFrom(checkpoint);
  if (recogniser.hearing.kind === "words")
    refuse(command, ["width"], "is about words in a row, and this network hears single ones");
  else refuse(command, ["top"], "is about single words, and this network hears words in a row");
  for (const file of files) {
    const heard = await heardIn(file, recogniser, width);
    // The others are answered none the less, as `predict` does it.
    if (heard instanceof Error) {
      if (json) console.log(JSON.stringify({ file, error: heard.message }));
      else process.stderr.write(`${lineOf(heard)}\n`);
      process.exitCode = exitCodes.failed;
      continue;
    }
    const { text, probability, probabilities, greedy, seconds } = heard;
    const byClass = probabilities
      ? recogniser.classes.map((name, i) => ({ name, share: probabilities[i] }))
      : undefined;
    if (json) {
      const shares = byClass && Object.fromEntries(byClass.map(({ name, share }) => [name, share]));
      console.log(
        JSON.stringify({
          file,
          text,
          probability,
          seconds,
          ...(shares ? { probabilities: shares } : { greedy }),
        }),
      );
      continue;
    }
    const name = files.length > 1 ? `${file}: ` : "";
    if (byClass) {
      const ranked = byClass.sort((a, b) => b.share - a.share).slice(0, top);
      console.log(`${name}${ranked.map((one) => `${one.name} ${percent(one.share)}`).join("   ")}`);
    } else console.log(`${name}${text === "" ? "(nothing)" : text}`);
  }
}

/** What is said in a file, or why that cannot be told. */
async function heardIn(file: string, recogniser: SpeechRecogniser, width: number) {
  try {
    const sound = await readSound(file);
    const why = unheard({ samples: mono(sound), rate: sound.rate });
    if (why) return new SoundError(`${file}: has ${why}`);
    return { ...(await recogniser.predict(sound, { width })), seconds: secondsOf(sound) };
  } catch (error) {
    if (isUnreadable(error)) return error;
    throw error;
  }
}
