import { basename, extname } from "node:path";
import { type Command, Option } from "commander";
import { writeFileAtomic } from "#platform";
import { suggestion } from "../door/spelling.js";
import { UsageError } from "../door/usage-error.js";
import { type Method, type MethodOption, methods, type regularisations } from "../explain/index.js";
import { encodeNpy } from "../formats/npy.js";
import type { Picture } from "../images/picture.js";
import { loadData } from "../openers/data-sets.js";
import type { NetworkOptions } from "../openers/network.js";
import type { Asked } from "../report/explain/asked.js";
import { sheetOf, sheetOptions } from "../report/explain/sheets.js";
import { renderContactSheet } from "../report/pictures/contact-sheet.js";
import { configure } from "../runtime/devices.js";
import { tensor } from "../tensor/creation.js";
import { interruption } from "./interruption.js";
import { networkOf, networkOptions } from "./networks.js";
import { type GivenPicture, picturesGiven, preparedFor } from "./pictures-given.js";
import { told } from "./told.js";
import { seed, threads, whole, wholeList } from "./values.js";
import { waitingLine } from "./waiting-line.js";

export function explainCommand(program: Command): void {
  const command = program
    .command("explain")
    .description("what a network has learned, as a picture")
    .argument("<method>", "one of the methods below")
    .argument("[image...]", "picture files, for the methods that explain pictures");
  networkOptions(command)
    .option(
      "--data <name>",
      `for ${namesOf(({ about }) => about === "data")}: the data set; the one it was trained on if left out`,
    )
    .option("--limit <pictures>", "of the data set the first so many pictures only", whole(1))
    .addOption(
      new Option(
        "--scale <range>",
        "for feature-maps: one range of colours for the layer, or one for each map",
      )
        .choices(["layer", "map"])
        .default("layer"),
    );
  for (const flag of flags) command.addOption(methodOption(flag));
  command
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option("--output <file>", "the picture (default: METHOD.png)")
    .option("--map <file>", "also write the numbers as .npy (with --json beside the picture if left out)")
    .option(
      "--json",
      'one line: {"method":…,"output":…,"map":…,"seconds":…} and what was explained: of each picture "image", "class", "index", "score", "probability"',
    )
    .addHelpText(
      "after",
      `
Methods:
${methods.map(({ name, description }) => `  ${name.padEnd(25)} ${description}`).join("\n")}

Examples:
  $ receptive explain filters
  $ receptive explain activation-maximisation --layer dense1 --regularisation l1
  $ receptive explain grad-cam cat.jpg --checkpoint runs/my-cats/checkpoint.safetensors

Ctrl-C: methods that go step by step write what they have so far (exit code 130).`,
    )
    .action(run);
}

interface Options extends NetworkOptions {
  layer?: string;
  unit?: number[];
  class?: number[];
  data?: string;
  limit?: number;
  top: number;
  scale: "layer" | "map";
  regularisation: keyof typeof regularisations;
  steps?: number;
  size?: number;
  stride?: number;
  seed: number;
  threads?: number;
  output?: string;
  map?: string;
  json?: boolean;
}

async function run(name: string, files: string[], options: Options, command: Command): Promise<void> {
  const { json, output = `${name}.png`, threads } = options;
  const names = methods.map((one) => one.name);
  const method = methods.find((one) => one.name === name);
  if (!method)
    throw new UsageError(
      `there is no method "${name}" (there are ${names.join(", ")})${suggestion(name, names)}`,
    );
  const takesPictures = method.about === "pictures";
  if (takesPictures && files.length === 0)
    throw new UsageError(
      `explain ${name}: expects a picture file, such as receptive explain ${name} photo.jpg`,
    );
  if (!takesPictures && files.length > 0)
    throw new UsageError(`explain ${name}: takes no picture files, ${files[0]} is one too many`);
  const classes = takesPictures ? (options.class?.length ?? 1) : 1;
  if (classes > 1 && classes !== files.length)
    throw new UsageError(
      `${name}: ${classes} classes for ${files.length} ${files.length === 1 ? "picture" : "pictures"}`,
    );
  refuseUnused(method, command);
  if (options.map !== undefined && !options.map.endsWith(".npy"))
    throw new UsageError(`--map ${options.map}: numbers are written as .npy`);
  await configure({ threads });
  const network = await networkOf(options, { json });
  const given = await picturesGiven(files, network, preparedFor(network));
  if (files.length > 0 && given.length === 0) return;
  const pictures = given.map(({ picture }) => picture);
  const stop = interruption();
  const waiting = waitingLine({ json });
  const begun = performance.now();
  try {
    const { signal } = stop;
    const { sheet, facts, map } = await sheetOf(method)({
      ...options,
      chosen: { ...options },
      network,
      files: given.map(({ file }) => basename(file)),
      pictures,
      testPictures: async (data) =>
        (await loadData(data, { limit: options.limit, folder: network, ...told({ json }) })).test,
      images: tensor(joined(pictures), [pictures.length, ...network.input]),
      classes: classesOf(given, options.class),
      running: {
        ...(method.isStepwise ? { stop: signal } : { signal }),
        onProgress: ({ done, count }) => waiting.show(`${name}: ${Math.round((100 * done) / count)} %`),
      },
    } satisfies Asked);
    if (options.map !== undefined && !map)
      throw new UsageError(`explain ${name}: there are no numbers to write, --map does nothing`);
    const isStopped = signal.aborted;
    if (isStopped) sheet.subtitle = `stopped before the end; ${sheet.subtitle}`;
    await writeFileAtomic(output, await renderContactSheet(sheet));
    const mapFile = map && (options.map ?? (json ? `${withoutEnding(output)}.npy` : undefined));
    if (map && mapFile)
      await writeFileAtomic(mapFile, encodeNpy({ shape: map.shape, data: map.own as Float32Array }));
    const seconds = (performance.now() - begun) / 1000;
    waiting.clear();
    if (isStopped) stop.keep(output);
    if (json)
      console.log(
        JSON.stringify({
          method: name,
          output,
          ...(mapFile ? { map: mapFile } : {}),
          ...facts,
          ...stop.facts(),
          seconds,
        }),
      );
    else if (!isStopped) console.log(`${sheet.title}: ${output}`);
  } catch (error) {
    if (error !== stop.signal.reason) throw error;
    process.stderr.write("Stopped; nothing was written.\n");
    process.exitCode = stop.exitCode();
  } finally {
    waiting.clear();
    stop.release();
  }
}

/** One class for all pictures, or one for each of the files that were given, of which some could not be read. */
const classesOf = (given: readonly GivenPicture[], classes: number[] | undefined): number[] | undefined =>
  classes === undefined || classes.length === 1 || given.length === 0
    ? classes
    : given.flatMap(({ place }) => classes.slice(place, place + 1));

/** The words for what is chosen of methods, in the order in which methods have them. */
const flags = [...new Set(methods.flatMap(({ options }) => options.map(({ flag }) => flag)))];

const namesOf = (isMeant: (method: Method) => boolean): string =>
  methods
    .filter(isMeant)
    .map(({ name }) => name)
    .join(", ");

/** An option with all that it means: of which methods, and what holds where it is left out. */
function methodOption(flag: string): Option {
  const taking = methods.flatMap((method) =>
    method.options.filter((option) => option.flag === flag).map((option) => ({ method, option })),
  );
  const [{ option }] = taking;
  // What is the same number or word for all.
  const isShared = isValue(option) && taking.every(({ option: { usual } }) => usual === option.usual);
  const meanings = new Map<string, string[]>();
  for (const { method, option: one } of taking) {
    const meaning = `${one.help}${isShared ? "" : ` (default: ${one.usual})`}`;
    meanings.set(meaning, [...(meanings.get(meaning) ?? []), method.name]);
  }
  const said = [...meanings].map(([meaning, names]) =>
    meanings.size === 1 && names.length > 4 ? meaning : `for ${names.join(", ")}: ${meaning}`,
  );
  const value = option.kind === "list" ? "numbers" : option.kind === "whole" ? (option.unit ?? "n") : "name";
  const made = new Option(`--${flag} <${value}>`, said.join("; "));
  if (option.choices) made.choices(option.choices);
  if (option.kind === "list") made.argParser(wholeList);
  if (option.kind === "whole") made.argParser(flag === "seed" ? seed : whole(1));
  if (isShared) made.default(option.usual);
  return made;
}

const isValue = ({ usual, choices }: MethodOption): boolean =>
  typeof usual === "number" || choices?.includes(usual) === true;

/** @throws UsageError where an option was given that this method does not look at */
function refuseUnused(method: Method, command: Command): void {
  const { name, about } = method;
  const taken = [
    ...method.options.map(({ flag }) => flag),
    ...(about === "data" ? ["data", "limit"] : []),
    ...(sheetOptions[name] ?? []),
  ];
  const unused = [...flags, "data", "limit", "scale"].find(
    (option) => command.getOptionValueSource(option) === "cli" && !taken.includes(option),
  );
  if (about === "network" && command.getOptionValueSource("colours") === "cli")
    throw new UsageError(`explain ${name}: --colours does nothing here, where no picture files are read`);
  if (unused)
    throw new UsageError(
      `explain ${name}: --${unused} does nothing here; ${taken.length === 1 ? "the option" : "the options"} of this method: ${taken.map((option) => `--${option}`).join(", ")}`,
    );
}

const withoutEnding = (path: string): string => path.slice(0, path.length - extname(path).length);

function joined(pictures: readonly Picture[]): Uint8Array {
  const bytes = new Uint8Array(pictures.reduce((sum, { pixels }) => sum + pixels.length, 0));
  let at = 0;
  for (const { pixels } of pictures) {
    bytes.set(pixels, at);
    at += pixels.length;
  }
  return bytes;
}
