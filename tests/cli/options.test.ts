/** Every option of every command, as the program itself lists them. */
import { readFileSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, CommanderError, type Option } from "commander";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { encodeWav, soundOf } from "../../src/audio/index.js";
import { exitCodeOf, lineOf } from "../../src/cli/failure.js";
import { readImage, writeImage } from "../../src/images/index.js";
import { lenet5 } from "../../src/models/index.js";
import * as nn from "../../src/nn/index.js";
import { Engine } from "../../src/runtime/engine.js";
import * as tasks from "../../src/tasks/index.js";
import { checkpointOf } from "../../src/training/checkpoint.js";
import { save } from "../../src/training/opened-checkpoint.js";

/** The commands as `main.ts` builds them: it is stopped where it would begin to read arguments. */
async function commandsOfProgram(): Promise<Command> {
  let program: Command | undefined;
  const reading = vi.spyOn(Command.prototype, "parseAsync").mockImplementation(async function (
    this: Command,
  ) {
    program = this;
    return this;
  });
  await import("../../src/cli/main.js");
  reading.mockRestore();
  return program!;
}

const program = await commandsOfProgram();
const pathOf = (command: Command): string =>
  command.parent?.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
const leaves = (command: Command): Command[] =>
  command.commands.length > 0 ? command.commands.flatMap(leaves) : [command];
const commands = leaves(program);
const options = commands.flatMap((command) => command.options.map((option) => ({ command, option })));

/** With these a command would begin to work. */
const enough: Readonly<Record<string, string>> = {
  train: "--data digits",
  "find-lr": "--data digits",
  evaluate: "--checkpoint net.safetensors --data digits",
  predict: "picture.png --checkpoint net.safetensors",
  explain: "saliency picture.png --checkpoint net.safetensors",
  dream: "picture.png --checkpoint net.safetensors",
  style: "picture.png --style picture.png --checkpoint net.safetensors",
  "style-train": "--style picture.png --photos photos --checkpoint colour.safetensors",
  "classify-text train": "--data texts.csv",
  "classify-text evaluate": "--data texts.csv --checkpoint texts.safetensors",
  "classify-text predict": "good --checkpoint texts.safetensors",
  "rank train": "--data questions.csv",
  "rank evaluate": "--data questions.csv --checkpoint ranker.safetensors",
  "rank search": "who --checkpoint ranker.safetensors --file texts.csv",
  "transcribe hear": "word.wav --checkpoint speech.safetensors",
  "transcribe train": "--data spoken",
  "transcribe evaluate": "--data spoken --checkpoint speech.safetensors",
  "detect predict": "picture.png --checkpoint boxes.safetensors",
  "detect train": "--data boxes",
  "detect evaluate": "--data boxes --checkpoint boxes.safetensors",
  "caption predict": "picture.png --checkpoint captions.safetensors",
  "caption train": "--data captioned",
  "caption evaluate": "--data captioned --checkpoint captions.safetensors",
  "segment predict": "picture.png --checkpoint masks.safetensors",
  "segment train": "--data masks",
  "segment evaluate": "--data masks --checkpoint masks.safetensors",
  run: "lenet5 --weights net.safetensors --input x.npy --output y.npy",
  convert: "net.safetensors other.safetensors",
  summary: "lenet5",
  studio: "--no-open",
  filter: "picture.png",
  "features sobel": "picture.png",
  "features robinson": "picture.png",
  "features canny": "picture.png",
  "features template": "picture.png --box 10,3,16,16",
  "features hog": "picture.png",
  "features sift": "picture.png",
  "features surf": "picture.png",
  "features match": "picture.png picture.png",
  "features train": "--data digits",
  "features detect": "picture.png --classifier net.safetensors",
  "features compare": "--data digits",
  "features nearest-kernels": "--checkpoint net.safetensors",
  "models list": "",
  "data list": "",
  "data check": "photos",
};

/** The same, with as little work as can be. */
const little: Readonly<Record<string, string>> = {
  train: "--data digits --limit 64 --epochs 1 --output made",
  "find-lr": "--data digits --limit 64 --batch-size 32 --steps 10 --output made",
  evaluate: "--limit 32",
  explain: "--output made.png",
  dream: "--octaves 1 --iterations 1 --output made.jpg",
  style: "--iterations 1 --size 40 --output made.jpg",
  "style-train": "--steps 1 --batch-size 1 --size 32 --style-size 32 --width 2 --output made.safetensors",
  "classify-text train": "--epochs 1 --size 4 --maps 2 --output made-of-texts",
  "rank train": "--epochs 1 --size 4 --maps 2 --output made-of-questions",
  "transcribe train": "--filters 2 --epochs 1 --output made-of-sounds",
  "detect predict": "--output made.png",
  "detect train": "--epochs 1 --width 0.25 --size 32,32 --output made-of-boxes",
  "caption predict": "--output made.png",
  "caption train": "--epochs 1 --width 0.25 --size 32,32 --output made-of-captions",
  "segment predict": "--output made.png --overlay made-too.png",
  "segment train": "--epochs 1 --width 0.25 --size 32,32 --batch-size 4 --output made-of-masks",
  "features train": "--limit 64 --epochs 1 --output made",
  "features detect": "--classifier=made/classifier.safetensors",
  "features compare": "--images 20 --epochs 1 --limit 32",
};

/** Of options that take any text: what no one can mean by it. */
const senseless: Readonly<Record<string, string>> = {
  answerColumn: "nocolumn",
  augment: "nonsense",
  backbone: "nomodel",
  box: "nonsense",
  cache: "picture.png/below/a/file",
  checkpoint: "nowhere.safetensors",
  classes: "nowhere.txt",
  classifier: "nowhere.safetensors",
  contentLayers: "nolayer",
  data: "nodata",
  encoding: "klingon",
  fast: "nowhere.safetensors",
  file: "nowhere.txt",
  fileColumn: "nocolumn",
  frames: "picture.png/below/a/file",
  freeze: "nolayer",
  html: "picture.png/below/a/file.html",
  input: "nowhere.npy",
  kernel: "nokernel",
  labelColumn: "nocolumn",
  layer: "nolayer",
  leaveOut: "nobody",
  map: "picture.png/below/a/file.npy",
  model: "nomodel",
  only: "noword",
  output: "picture.png/below/a/file.png",
  overlay: "picture.png/below/a/file.png",
  part: "nopart",
  photos: "nowhere",
  pictures: "nowhere",
  qrels: "picture.png/below/a/file",
  questionColumn: "nocolumn",
  resume: "nowhere",
  run: "picture.png/below/a/file.run",
  style: "nowhere.png",
  styleLayers: "nolayer",
  target: "noclass",
  template: "nowhere.png",
  test: "nowhere.csv",
  textColumn: "nocolumn",
  trace: "picture.png/below/a/file.json",
  vectors: "nowhere.vec",
  weights: "nowhere.safetensors",
};

let folder = "";
const before = process.cwd();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "receptive-options-"));
  process.chdir(folder);
  // A dark stroke on paper: a picture in which a digit is found.
  const isInk = (row: number, column: number) => row > 6 && row < 33 && column > 17 && column < 22;
  const pixels = Uint8Array.from({ length: 40 * 40 * 3 }, (_, i) =>
    isInk(Math.floor(i / 120), Math.floor((i % 120) / 3)) ? 20 : 240,
  );
  await writeImage("picture.png", { width: 40, height: 40, channels: 3, pixels });
  await mkdir("photos/one", { recursive: true });
  await writeImage("photos/one/a.png", { width: 40, height: 40, channels: 3, pixels });
  const model = lenet5();
  model.build([28, 28, 1], { seed: 1 });
  const classes = [..."0123456789"];
  await save(
    "net.safetensors",
    await checkpointOf(model, { input: [28, 28, 1], data: { name: "digits", classes } }),
  );
  const colour = nn.sequential(
    "colour",
    ...[nn.conv2d({ filters: 4, kernel: 3, padding: "same" }), nn.relu(), nn.maxPool2d(2)],
    ...[nn.conv2d({ filters: 4, kernel: 3, padding: "same" }), nn.relu(), nn.flatten(), nn.dense(10)],
  );
  colour.build([32, 32, 3], { seed: 1 });
  await save(
    "colour.safetensors",
    await checkpointOf(colour, { input: [32, 32, 3], data: { name: "cifar10", classes } }),
  );
  await writeFile("x.npy", npyOfZeros([1, 28, 28, 1]));
  const rows = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? "1,a good film" : "0,a bad one"));
  await writeFile("texts.csv", `label,text\n${rows.join("\n")}\n`);
  const ofTexts = { size: 4, maps: 2, epochs: 1 };
  await (await tasks.text.train(await tasks.text.openTexts("texts.csv"), ofTexts)).save("texts.safetensors");
  const asked = Array.from({ length: 20 }, (_, i) => `who ${i},me ${i},1\nwho ${i},it ${i},0`);
  await writeFile("questions.csv", `question,answer,label\n${asked.join("\n")}\n`);
  const questions = await tasks.pairs.openQuestions("questions.csv");
  await (await tasks.pairs.train(questions, { method: "regression" })).save("ranker.safetensors");
  await mkdir("spoken");
  for (let i = 0; i < 40; i++) {
    const wave = Float32Array.from({ length: 1600 }, (_, k) => Math.sin(k * (i % 2 ? 0.2 : 0.7)) / 2);
    await writeFile(
      `spoken/${i % 2 ? "low" : "high"}_${i % 4 < 2 ? "ann" : "bob"}_${i}.wav`,
      encodeWav(soundOf(wave, 8000)),
    );
  }
  await copyFile("spoken/low_ann_9.wav", "word.wav");
  const { train: spoken } = await tasks.speech.openRecordings("spoken");
  await (await tasks.speech.train(spoken, { filters: [2], epochs: 1 })).save("speech.safetensors");
  await mkdir("boxes");
  for (let i = 0; i < 20; i++) await copyFile("picture.png", `boxes/${i}.png`);
  const rows20 = Array.from({ length: 20 }, (_, i) => `${i}.png,stroke,18,7,22,33`);
  await writeFile("boxes/boxes.csv", `file,class,left,top,right,bottom\n${rows20.join("\n")}\n`);
  const { all: boxes } = await tasks.annotations.openAnnotations("boxes");
  await (await tasks.detection.train(boxes, { epochs: 1, width: 0.25, size: [32, 32] })).save(
    "boxes.safetensors",
  );
  await mkdir("captioned");
  for (let i = 0; i < 20; i++) await copyFile("picture.png", `captioned/${i}.png`);
  const said = Array.from({ length: 20 }, (_, i) => `${i}.png,a stroke`);
  await writeFile("captioned/captions.csv", `file,caption\n${said.join("\n")}\n`);
  const { all: captioned } = await tasks.annotations.openAnnotations("captioned");
  await (
    await tasks.captions.train(captioned, { epochs: 1, width: 0.25, units: 8, attention: 4, size: [32, 32] })
  ).save("captions.safetensors");
  await mkdir("masks/images", { recursive: true });
  await mkdir("masks/masks");
  const { width, height } = await readImage("picture.png");
  const labels = Uint8Array.from({ length: width * height }, (_, at) => at % 2);
  const map = await tasks.annotations.labelPng({ width, height, labels });
  for (let i = 0; i < 12; i++) {
    await copyFile("picture.png", `masks/images/${i}.png`);
    await writeFile(`masks/masks/${i}.png`, map);
  }
  const { all: masks } = await tasks.annotations.openAnnotations("masks");
  await (await tasks.segmentation.train(masks, { epochs: 1, width: 0.25, size: [32, 32] })).save(
    "masks.safetensors",
  );
  vi.stubEnv("RECEPTIVE_DATA", "");
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
}, 180_000);
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  process.chdir(before);
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

function npyOfZeros(shape: readonly number[]): Uint8Array {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  const padded = header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11, " ");
  const size = shape.reduce((a, b) => a * b, 4);
  const start = Buffer.from(`\x93NUMPY\x01\x00??${padded}\n`, "latin1");
  start.writeUInt16LE(padded.length + 1, 8);
  return Buffer.concat([start, Buffer.alloc(size)]);
}

/** Runs a command in this process, as `main.ts` does: what it says, and the exit code. */
async function run(args: readonly string[]): Promise<{ code: number; said: string[]; printed: string }> {
  const said: string[] = [];
  let printed = "";
  const silence = [
    vi.spyOn(process.stderr, "write").mockImplementation((text) => said.push(String(text).trim()) > 0),
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      printed += text;
      return true;
    }),
    vi.spyOn(console, "log").mockImplementation((...texts) => {
      printed += `${texts.join(" ")}\n`;
    }),
  ];
  try {
    await program.parseAsync(args, { from: "user" });
    return { code: Number(process.exitCode ?? 0), said, printed };
  } catch (error) {
    if (!(error instanceof CommanderError)) said.push(lineOf(error));
    return { code: exitCodeOf(error), said, printed };
  } finally {
    process.exitCode = undefined;
    for (const spy of silence) spy.mockRestore();
  }
}

/** A command with what it needs, and one option as wanted instead. */
function asked(command: Command, option: Option, value: string): string[] {
  const words = enough[pathOf(command)].split(" ").filter(Boolean);
  const at = words.indexOf(option.long!);
  if (at >= 0) words.splice(at, 2);
  // Behind a weight file the model is named by its own option, and no checkpoint is.
  const checkpoint = words.indexOf("--checkpoint");
  const others: Record<string, string> = { model: "--weights net.safetensors", weights: "--model lenet5" };
  const name = option.attributeName();
  const beside = checkpoint >= 0 && others[name] ? others[name].split(" ") : [];
  if (beside.length > 0) words.splice(checkpoint, 2);
  if (name === "fast") words.splice(words.indexOf("--style"), 2);
  if (name === "template") words.splice(words.indexOf("--box"), 2);
  return [...pathOf(command).split(" "), ...words, ...beside, `${option.long}=${value}`];
}

test("every command is tried", () => {
  expect(Object.keys(enough)).toEqual(commands.map(pathOf));
});

describe("each option stands in --help, with its default", () => {
  test.each(commands.map((command) => [pathOf(command), command] as const))("%s", (_, command) => {
    const help = command.helpInformation().replaceAll(/\s+/g, " ");
    for (const { flags, description, defaultValue, defaultValueDescription } of command.options) {
      expect(help).toContain(flags);
      expect(help).toContain(description.replaceAll(/\s+/g, " "));
      if (defaultValue !== undefined)
        expect(help).toMatch(defaultOf(flags, defaultValueDescription ?? JSON.stringify(defaultValue)));
    }
  });
});

describe("a senseless value is refused in one line, before anything is done", () => {
  test.each(
    options
      .filter(({ option }) => option.required || option.optional)
      .map(({ command, option }) => {
        return [`${pathOf(command)} ${option.long}`, command, option] as const;
      }),
  )(
    "%s",
    async (_, command, option) => {
      const texts =
        senseless[option.attributeName()] && !(option.argChoices || isNumber(option))
          ? [senseless[option.attributeName()]]
          : ["nonsense", "-1", "NaN", ""];
      const files = await readdir(folder, { recursive: true });
      const computed = vi.spyOn(Engine.prototype, "run");
      for (const text of texts) {
        const { code, said, printed } = await run(asked(command, option, text));
        expect({ text, code, lines: said.length, printed }).toEqual({
          text,
          code: expect.any(Number),
          lines: 1,
          printed: "",
        });
        expect(said[0]).toMatch(/^error: [^\n]+$/);
        expect(said[0]).not.toContain("fault of ours");
        expect([1, 2]).toContain(code);
      }
      // Pictures become tensors before layers are looked for; nothing of a network has run by then.
      expect(computed.mock.calls.length).toBeLessThanOrEqual(2);
      expect(await readdir(folder, { recursive: true })).toEqual(files);
    },
    60_000,
  );
});

/** An option's line of the help, to its default. */
const defaultOf = (flags: string, value: string): RegExp => {
  const literal = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`${literal(flags)} (?:(?! --).)*default: ${literal(value)}\\)`);
};

test.each([
  [
    "predict",
    ["predict", "picture.png", "", "--checkpoint", "net.safetensors"],
    "argument 2 of predict is empty",
  ],
  ["filter", ["filter", ""], "argument 1 of filter is empty"],
  ["dream", ["dream", "picture.png", "--guide", ""], "--guide is empty, expected --guide <image>"],
  ["style", ["style", "picture.png", "--style", "", "--"], "--style is empty, expected --style <image...>"],
])("%s refuses what is empty, as where a shell knows no variable", async (_, words, message) => {
  expect(await run(words)).toEqual({ code: 2, said: [`error: ${message}`], printed: "" });
});

/** Words of a line, as a shell takes them. */
const wordsOf = (line: string): string[] =>
  Array.from(line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g), ([, a, b, c]) => a ?? b ?? c);

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const examples = [
  ...Array.from(readme.matchAll(/`receptive ([^`]+)`/g), ([, line]) => ["README", line] as const),
  ...Array.from(readme.matchAll(/^npx receptive ([^#\n]+)/gm), ([, line]) => ["README", line] as const),
  ...[program, ...commands].flatMap((command) =>
    Array.from(helpOf(command).matchAll(/^ +\$ receptive (.+?)(?: {3,}.*)?$/gm), ([, line]) => {
      return [command === program ? "--help" : pathOf(command), line] as const;
    }),
  ),
];

/** The whole help, with its examples. */
function helpOf(command: Command): string {
  let text = "";
  const printing = vi.spyOn(process.stdout, "write").mockImplementation((piece) => {
    text += piece;
    return true;
  });
  command.outputHelp();
  printing.mockRestore();
  return text.replaceAll(/ \\\n +/g, " ");
}

describe("what README and the help show is what the program takes", () => {
  test("there are dozens", () => expect(examples.length).toBeGreaterThan(50));
  test.each(examples.filter(([, line]) => !line.endsWith("--help")))("%s: receptive %s", async (_, line) => {
    const restored = commands.map((command) => {
      const { _actionHandler: action } = command as unknown as { _actionHandler: unknown };
      command.action(() => {});
      return () => Object.assign(command, { _actionHandler: action });
    });
    const { code, said } = await run(wordsOf(line));
    for (const restore of restored) restore();
    expect({ code, said }).toEqual({ code: 0, said: [] });
  });
});

describe("what --json prints is JSON, a line each", () => {
  test.each(
    commands
      .filter(({ options }) => options.some(({ long }) => long === "--json"))
      .map((command) => [pathOf(command)] as const),
  )(
    "%s",
    async (path) => {
      const words = [path, enough[path], little[path] ?? "", "--json"].join(" ").split(" ").filter(Boolean);
      const { code, said, printed } = await run(words);
      expect(said).toEqual([]);
      expect(code).toBe(0);
      const lines = printed.trimEnd().split("\n");
      // A table for people to read, such as that of `models list`, is one value over many lines.
      const values = isParsed(printed) ? [JSON.parse(printed)] : lines.map((line) => JSON.parse(line));
      expect(values.length).toBeGreaterThan(0);
      for (const value of values) expect(value).toBeTypeOf("object");
    },
    120_000,
  );
});

function isParsed(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether its text is read as a number, or several. */
function isNumber(option: Option): boolean {
  if (!option.parseArg) return false;
  try {
    option.parseArg("nonsense", undefined);
    return false;
  } catch {
    return true;
  }
}
