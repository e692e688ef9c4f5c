import { dirname, join } from "node:path";
import { type Command, Option } from "commander";
import { writeFileAtomic } from "#platform";
import { batchCount } from "../data/batches.js";
import type { AnyDataset } from "../data/dataset.js";
import { UsageError } from "../door/usage-error.js";
import { count } from "../formatting/numbers.js";
import { preprocessingOf, usualPreprocessing } from "../images/preprocessing.js";
import { objectiveOf, registered } from "../models/index.js";
import { fromDescription, type Model, type ModelDescription } from "../nn/index.js";
import { checkDataName, defaultData, loadData } from "../openers/data-sets.js";
import { pictureInput } from "../openers/picture-input.js";
import { begunWith } from "../openers/transfer.js";
import { augmentationNames, cropsFiles } from "../recipes/augmentations.js";
import { checkFrozen } from "../recipes/frozen.js";
import {
  fitOptionsOf,
  optimizers,
  refuseMomentum,
  type Settings,
  schedules,
  settingsAmong,
  settingsOf,
  usualOptimizer,
} from "../recipes/settings.js";
import { trainingProgress } from "../report/progress.js";
import { configure } from "../runtime/devices.js";
import type { Checkpoint } from "../training/checkpoint.js";
import { type DoneEvent, type FitEvent, fit } from "../training/fit.js";
import { load, save } from "../training/opened-checkpoint.js";
import { trainingOf } from "../training/standing.js";
import { TrainingError } from "../training/training-error.js";
import { checkpointFile, checkWritable, defaultOutput, removeLeftovers, sheetFile } from "./checkpoints.js";
import { claimFolder } from "./folder-claim.js";
import { interruption } from "./interruption.js";
import { coloursOption } from "./networks.js";
import { outcomeOfClasses } from "./outcome-classes.js";
import { outcomeOfReconstruction } from "./outcome-reconstruction.js";
import { refuseFileOptions, skipping } from "./picture-folders.js";
import { type Film, film } from "./snapshots.js";
import { told } from "./told.js";
import { traced, traceOption } from "./trace.js";
import { beginning } from "./train-report.js";
import { augmentations, port, positive, seed, share, threads, whole } from "./values.js";
import { waitingLine } from "./waiting-line.js";
import { Watched } from "./watch.js";

export function trainCommand(program: Command): void {
  program
    .command("train")
    .description("train a network; without options LeNet-5 on handwritten digits")
    .option("--model <name>", "the network", "lenet5")
    .option(
      "--data <name>",
      "a data set (see `receptive data list`), or folder:PATH; MNIST where it is on this machine, else digits",
    )
    .option(
      "--weights <file>",
      "begin with these weights of the model (a file, or hf:owner/name), its last layer made anew for the classes of the data",
    )
    .option(
      "--classes <file>",
      "what the outputs of --weights mean, one name a line (default: as many as the model has)",
    )
    .option(
      "--freeze <patterns>",
      "weights that stay as they are: paths such as stage1 or '*.bias', with commas between; '!dense1' is all but dense1",
    )
    .option("--epochs <n>", "how often each picture is shown", whole(1), 3)
    .option("--batch-size <pictures>", "pictures of a step", whole(1), 128)
    .option("--drop-last", "leave out a last batch that is smaller than the others")
    .addOption(
      new Option("--optimizer <name>", "how weights follow gradients")
        .choices(optimizers)
        .default("sgd", "sgd; adam for the autoencoder"),
    )
    .option(
      "--lr <rate>",
      "learning rate (default: 0.05 for sgd, 0.001 for adam; see `receptive find-lr`)",
      positive,
    )
    .option("--momentum <share>", "of sgd and rmsprop", share, 0.9)
    .option("--weight-decay <factor>", "of the weights in the gradient, or beside it with adamW", positive)
    .option("--clip-norm <length>", "shorten gradients that are longer, all parameters together", positive)
    .option("--label-smoothing <share>", "of each target that is spread over all classes", share)
    .addOption(
      new Option("--schedule <name>", "how the learning rate falls").choices(schedules).default("cosine"),
    )
    .option("--warm-up <steps>", "steps in which the learning rate rises to its full height", whole(0), 0)
    .option(
      "--augment [steps]",
      `show pictures changed a little: ${augmentationNames.join(", ")}, with commas between; alone handwriting for grey pictures, crop and flip for others`,
      augmentations,
    )
    .option(
      "--validation <share>",
      "measure each epoch on this share of the training pictures, set apart",
      share,
    )
    .option("--keep-best", "end with the weights of the best epoch, not of the last")
    .option("--patience <epochs>", "stop when the loss has not fallen for so many epochs", whole(1))
    .option("--seed <n>", "everything random follows from it", seed, 0)
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option(
      "--resume <path>",
      "go on with the training of this checkpoint; its settings hold where none are given",
    )
    .option("--output <dir>", "where checkpoint and sheet go (default: runs/<model>-<data>)")
    .option(
      "--checkpoint-every <steps>",
      "save after each so many steps (default: after each epoch)",
      whole(1),
    )
    .option("--limit <pictures>", "train and test on the first so many pictures only", whole(1))
    .option(
      "--skip-bad",
      "of a folder: look at every picture beforehand, and leave out those that cannot be read",
    )
    .addOption(coloursOption("srgb"))
    .option(
      "--cache-mb <megabytes>",
      "of a folder: memory for pictures that were read before, 0 for none (default: 512)",
      whole(0),
    )
    .option(
      "--cache <file>",
      "of a folder: a file of the pictures as the network takes them, whole ones with --augment crop; written where there is none",
    )
    .option("--snapshots", "also write an animation of its filters and maps while they form (learning.gif)")
    .option("--watch", "show it live in the studio, in the browser of this machine (see `receptive studio`)")
    .option("--port <number>", "of --watch; if left out 4880, or a free one where it is taken", port)
    .option("--no-open", "with --watch: only print the address")
    .addOption(traceOption())
    .option(
      "--json",
      "a JSON line on stdout for each event: start, step, epoch, done; with --watch first its address",
    )
    .addHelpText(
      "after",
      `
Examples:
  $ receptive train --model lenet5 --data mnist --epochs 12 --augment
  $ receptive train --model resnet18 --data folder:flowers --augment crop,flip,jitter
  $ receptive train --model resnet18 --weights hf:timm/resnet18.tv_in1k --freeze '!dense1' --data folder:flowers
  $ receptive train --resume runs/lenet5-mnist/checkpoint.safetensors --epochs 20

Ctrl-C stops after the step at hand, saves, and says how to go on (exit code 130).`,
    )
    .action(traced((options: Options, command: Command) => train(options, command)));
}

type Options = Partial<Settings> & {
  threads?: number;
  resume?: string;
  output?: string;
  checkpointEvery?: number;
  classes?: string;
  cacheMb?: number;
  cache?: string;
  snapshots?: boolean;
  watch?: boolean;
  port?: number;
  open?: boolean;
  json?: boolean;
};

async function train(options: Options, command: Command): Promise<void> {
  const { json = false, checkpointEvery } = options;
  const tell = (text: string) => void (json || process.stderr.write(`${text}\n`));
  if (options.data !== undefined) checkDataName(options.data);
  const resume = options.resume === undefined ? undefined : await load(options.resume);
  if (resume) trainingOf(resume);
  for (const name of ["port", "open"])
    if (!options.watch && command.getOptionValueSource(name) === "cli")
      throw new UsageError(
        `--${name === "open" ? "no-open" : name} is about the studio of --watch: give both, or neither`,
      );
  if (resume && options.weights !== undefined)
    throw new UsageError("--resume goes on with the weights of its checkpoint: leave out --weights");
  if (options.classes !== undefined && options.weights === undefined)
    throw new UsageError("--classes says what the outputs of --weights mean: give both, or neither");
  const { settings, remark } = await settle(options, resume, command);
  const isNamed = !resume || command.getOptionValueSource("model") === "cli";
  const make = isNamed
    ? registered(settings.model).make
    : () => fromDescription(resume.model as ModelDescription);
  const input = isNamed ? registered(settings.model).input : pictureInput(resume);
  if (settings.freeze !== undefined) checkFrozen(settings.freeze, make({ classes: 2 }), input);
  const output = options.output ?? (options.resume ? dirname(options.resume) : defaultOutput(settings));
  await checkWritable(output);
  await configure({ threads: options.threads });
  refuseFileOptions(settings.data, ["skipBad", "colours", "cacheMb", "cache"], command);
  if (remark) tell(remark);

  const checkpoint = join(output, checkpointFile);
  let latest = resume;
  const stop = interruption();
  let claim: { release: () => void } | undefined;
  let watched: Watched | undefined;
  try {
    const skip = skipping(settings, { json, signal: stop.signal });
    const data = await loadData(settings.data, {
      limit: settings.limit,
      ...told({ json }),
      signal: stop.signal,
      folder: {
        input,
        preprocessing: preprocessingOf(usualPreprocessing(input)),
        randomViews: cropsFiles(settings.augment),
        colours: settings.colours,
        cacheMegabytes: options.cacheMb,
        cacheFile: options.cache,
        signal: stop.signal,
        ...skip.options,
      },
    });
    const classes = data.train.classes.length;
    const { model: name, weights, seed } = settings;
    const model =
      weights === undefined || resume
        ? make({ classes })
        : await begunWith({
            weights,
            model: name,
            named: options.classes,
            classes,
            seed,
            told: told({ json }),
          });
    claim = await claimFolder(output);
    await removeLeftovers(output);
    const fitOptions = fitOptionsOf(settings, data.train);
    const shots = options.snapshots
      ? await film(
          model,
          data.test,
          settings.epochs *
            batchCount(data.train.length, { batchSize: settings.batchSize, dropLast: fitOptions.dropLast }),
        )
      : undefined;
    if (options.watch) {
      watched = await Watched.begin({
        port: options.port,
        losses: resume?.training?.history.losses,
        epochs: settings.epochs,
        batchSize: settings.batchSize,
        pictures: data.train.length,
      });
      if (json) console.log(JSON.stringify({ kind: "watch", address: watched.address }));
      tell(`Live in the studio: ${watched.address}`);
      if (options.open) await watched.open({ signal: stop.signal });
    }
    const events = fit(model, data.train, {
      ...fitOptions,
      snapshots: shots?.options,
      signal: stop.signal,
      resume,
      checkpoint: {
        every: checkpointEvery ?? "epoch",
        async save(state) {
          latest = { ...state, notes: { settings } };
          await save(checkpoint, latest);
        },
      },
    });
    /** The training of this moment, as a checkpoint has it. */
    const noted = async () => ({ ...(await events.checkpoint()), notes: { settings } });
    const done = await follow(events, {
      model,
      train: data.train,
      settings,
      json,
      tell,
      resume,
      shots,
      watched: watched && ((event) => watched!.report(event, noted)),
      skipped: skip.line(),
    });
    await watched?.end(done.reason === "aborted" ? "stopped" : "done", noted);
    if (done.reason === "aborted") {
      if (json) console.log(JSON.stringify({ ...done, checkpoint }));
      tell(`Stopped, and saved. To go on: npx receptive train --resume ${checkpoint}`);
      process.exitCode = stop.exitCode();
      return;
    }
    const line = waitingLine({ json });
    const sheet = join(output, sheetFile);
    const outcomeOf =
      objectiveOf(settings.model).target === "class" ? outcomeOfClasses : outcomeOfReconstruction;
    const outcome = await outcomeOf({
      ...{ done, model, data, settings, latest: latest!, paths: { checkpoint, sheet } },
      signal: stop.signal,
      onProgress: (progress) =>
        line.show(`testing: ${count(progress.done)} of ${count(progress.count)} pictures`),
    }).finally(() => line.clear());
    await writeFileAtomic(sheet, outcome.sheet);
    const animation = await shots?.write(output);
    if (animation) tell(`How it learned:                          ${animation}`);
    console.log(json ? JSON.stringify({ ...done, ...outcome.line, checkpoint, sheet }) : outcome.text);
  } catch (error) {
    const isSaved = latest !== resume;
    if (error === stop.signal.reason) {
      tell(
        isSaved ? `Stopped. The trained network is in ${checkpoint}` : "Stopped before anything was trained.",
      );
      process.exitCode = stop.exitCode();
    } else {
      if (error instanceof TrainingError && isSaved)
        error.message += `; ${checkpoint} holds the training up to step ${latest!.training!.totalSteps}`;
      throw error;
    }
  } finally {
    await watched?.end("failed").catch(() => {});
    claim?.release();
    stop.release();
  }
}

/** What holds: options that were given, then those of the checkpoint, then the defaults. */
async function settle(
  options: Options,
  resume: Checkpoint | undefined,
  command: Command,
): Promise<{ settings: Settings; remark?: string }> {
  const settings = {
    ...settingsAmong(options, () => true),
    ...(resume ? settingsOf(resume) : {}),
    ...settingsAmong(options, (name) => command.getOptionValueSource(name) === "cli"),
  } as Settings; // whatever has no default may be missing, and that is the data set only
  if (!resume && command.getOptionValueSource("optimizer") === "default")
    settings.optimizer = usualOptimizer(settings.model);
  refuseMomentum(settings.optimizer, command.getOptionValueSource("momentum") === "cli");
  if ((settings.keepBest || settings.patience) && !settings.validation) settings.validation = 0.1;
  if (settings.data !== undefined) return { settings };
  const { name, remark } = await defaultData();
  return { settings: { ...settings, data: name }, remark };
}

/** Shows what happens until training has ended. */
async function follow(
  events: AsyncIterable<FitEvent>,
  {
    model,
    train,
    settings,
    json,
    tell,
    resume,
    shots,
    watched,
    skipped,
  }: {
    model: Model;
    train: AnyDataset;
    settings: Settings;
    json: boolean;
    tell: (text: string) => void;
    resume?: Checkpoint;
    shots?: Film;
    watched?: (event: FitEvent) => Promise<void>;
    skipped: object;
  },
): Promise<DoneEvent> {
  const progress = trainingProgress(settings.epochs, { json });
  const say = (event: object) => void (json && console.log(JSON.stringify(event)));
  let hasBegun = false;
  try {
    for await (const event of events) {
      // Not before the first event: until then something may be found to be wrong.
      if (!hasBegun) {
        const { line, text } = beginning({ model, train, settings, resume });
        say({ ...line, ...skipped });
        tell(text);
        hasBegun = true;
      }
      progress.report(event);
      await watched?.(event);
      if (event.kind === "done") return event;
      if (event.kind === "step") {
        shots?.add(event);
      }
      // A person watches the animation; as JSON, filters and maps would be megabytes.
      say({ ...event, snapshot: undefined });
    }
  } finally {
    progress.stop();
  }
  throw new TrainingError("training ended without an end"); // the last event is "done"
}
