/** Files of a network: checkpoints and projects, opened and saved; the page of "use it"; the network that comes along. */
import { decodeCheckpoint, encodeCheckpoint, modelOf, setModelWeights } from "receptive";
import type { Parts } from "./data-sets.js";
import { History, withoutLosses } from "./history.js";
import { OwnPictures } from "./own-pictures.js";
import type { Rules } from "./protocol.js";
import { settingsIn } from "./recipe.js";
import { Run } from "./run.js";
import type { Trainer } from "./trainer.js";

export const rules = (trainer: Trainer): Rules => ({
  open: async ({ bytes, name, run }) => {
    await trainer.pause();
    if (run !== undefined) trainer.next = run;
    return trainer.open(await openedRun(trainer, new Uint8Array(bytes), name));
  },
  follow: async ({ run: id, bytes, name }) => {
    const run = trainer.run;
    if (run?.id !== id) return undefined;
    const checkpoint = decodeCheckpoint(new Uint8Array(bytes), name);
    setModelWeights(run.model, checkpoint);
    run.step = checkpoint.training?.totalSteps ?? run.step;
    run.history.keep({ step: run.step, checkpoint: withoutLosses(checkpoint) });
    await trainer.see(run, true);
    return { step: run.step, kept: run.history.steps };
  },
  shipped: async ({ bytes }) => {
    await trainer.pause();
    const { shippedRun } = await import("./inside.js");
    return trainer.open(
      await shippedRun(trainer.next, new Uint8Array(bytes), await trainer.data.at("digits")),
    );
  },
  checkpoint: async () => {
    await trainer.pause();
    const run = trainer.known();
    return encodeCheckpoint(run.checkpointAt(trainer.stepOf(run))).buffer;
  },
  save: async ({ page, hasHistory }) => {
    await trainer.pause();
    const run = trainer.known();
    const saved = run.checkpointAt(trainer.stepOf(run));
    const { savedProject } = await import("./project.js");
    const own = await trainer.data.own();
    const earlier = hasHistory ? run.earlierThan(saved) : new Map();
    return savedProject(page, encodeCheckpoint(saved), earlier, own.classes.length > 0 ? own : undefined);
  },
  load: async ({ bytes, name }) => {
    await trainer.pause();
    const { openedProject } = await import("./project.js");
    const { page, model, history, own } = await openedProject(new Uint8Array(bytes), name);
    // All of it is read before anything takes the place of what is here.
    const pictures = own && new OwnPictures();
    if (own) pictures?.become(own);
    const opened = await openedRun(trainer, model, `${name}: model.safetensors`, pictures);
    for (const [path, bytes] of history)
      opened.remember(withoutLosses(decodeCheckpoint(bytes, `${name}: ${path}`)), `${name}: ${path}`);
    if (pictures) trainer.data.become(pictures);
    const run = await trainer.open(opened);
    return { page, run, own: pictures?.info() };
  },
  use: async ({ files }) => {
    await trainer.pause();
    const run = trainer.known();
    // Without the training: whoever uses it does not go on with it.
    const { training: _, notes: __, ...checkpoint } = run.checkpointAt(trainer.stepOf(run));
    const { packed } = await import("./archive.js");
    return packed({ ...files, "model.safetensors": encodeCheckpoint(checkpoint) });
  },
});

async function openedRun(trainer: Trainer, bytes: Uint8Array, name: string, own?: OwnPictures): Promise<Run> {
  const checkpoint = decodeCheckpoint(bytes, name);
  const model = modelOf(checkpoint);
  const { training, data: trainedOn, input } = checkpoint;
  if (!Array.isArray(input) || input.length !== 3)
    throw new Error(`${name}: the network takes no pictures, and this room shows networks of pictures.`);
  if (!model.inputShape) model.build(input as number[], { blank: true });
  const { settings, still } = settingsIn(checkpoint);
  let parts: Parts | undefined;
  let missing = still;
  if (trainedOn.name === "digits" || trainedOn.name === "mine")
    try {
      parts = await (trainedOn.name === "mine" && own ? own.parts() : trainer.data.at(trainedOn.name));
      if (training && training.images !== parts.train.length)
        missing ??= `It was trained on ${training.images} pictures of ${trainedOn.name}, here are ${parts.train.length}.`;
    } catch (error) {
      missing ??= (error as Error).message;
    }
  const step = training?.totalSteps ?? 0;
  const points = (checkpoint.notes?.accuracies ?? []) as readonly (readonly [number, number, number])[];
  return new Run({
    id: trainer.next,
    settings,
    model,
    classes: trainedOn.classes,
    dataName: trainedOn.name,
    parts,
    still: missing,
    history: new History([
      {
        step,
        checkpoint: withoutLosses(checkpoint),
      },
    ]),
    step,
    losses: [...(training?.history.losses ?? [])],
    accuracies: Array.isArray(points) ? points.map(([step, accuracy, of]) => ({ step, accuracy, of })) : [],
  });
}
