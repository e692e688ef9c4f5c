/** What is measured of a run: how well it reads, what it says of one picture step by step, what it loses without a filter. */
import { data, evaluate, type Model, nn } from "receptive";
import { pictureAt } from "./data-sets.js";
import type { Asks, Measured } from "./protocol.js";
import type { Run } from "./run.js";
import { turn } from "./turns.js";

/** Pictures on which the accuracy is measured while it trains. */
const quick = 500;
const batchSize = 256;

const firstOf = (test: data.Dataset): data.Dataset => data.part(test, 0, Math.min(quick, test.length));

/** The share of the first pictures that is read rightly. */
export async function quickAccuracy(
  model: Model,
  test: data.Dataset,
): Promise<{ accuracy: number; of: number }> {
  const some = firstOf(test);
  const { accuracy } = await evaluate(model, some, { batchSize });
  return { accuracy, of: some.length };
}

/** All pictures, and the mistakes in which it was surest, at a step of the history. */
export async function measuredAt(run: Run, at: number, test: data.Dataset): Promise<Measured> {
  const { step, accuracy, confusion, mistakes, count } = await run.seenAt(at, async ({ model, step }) => ({
    step,
    ...(await evaluate(model, test, { batchSize, mistakes: 20 })),
  }));
  const worst = mistakes.map((one) => ({ ...one, pixels: pictureAt(test, one.index) }));
  const right = confusion.reduce((sum, row, c) => sum + row[c], 0);
  return { run: run.id, step, accuracy, of: count, confusion, wrong: count - right, mistakes: worst };
}

/** What every step that was kept reads in a picture. */
export async function mindsOf(run: Run, picture: Uint8Array): Promise<Asks["minds"]["answer"]> {
  const steps = run.history.steps;
  const classes = run.network.classes.length;
  const readings = new Float32Array(steps.length * classes);
  let rested = performance.now();
  for (const [i, step] of steps.entries()) {
    const { reading } = await run.seenAt(step, ({ looking }) => looking.look(picture, { maps: 0 }));
    readings.set(reading, i * classes);
    if (performance.now() - rested > 8) {
      await turn();
      rested = performance.now();
    }
  }
  return { steps, readings };
}

/** The accuracy without each filter of the first convolution. */
export const withoutEach = (run: Run, at: number, test: data.Dataset): Promise<Asks["without"]["answer"]> =>
  run.seenAt(at, async ({ model, step }) => {
    const first = model.layers.findIndex(({ type }) => type === "conv2d");
    if (first < 0) throw new Error("This network has no convolution.");
    const name = model.layerNames[first];
    const units = model.parameters.get(`${name}.filters`)!.shape[3];
    const some = firstOf(test);
    const { accuracy } = await evaluate(model, some, { batchSize });
    const without: number[] = [];
    for (let unit = 0; unit < units; unit++) {
      const mask = Array.from({ length: units }, (_, i) => (i === unit ? 0 : 1));
      const masked = await evaluate(nn.masked(model, { [name]: mask }), some, { batchSize });
      without.push(masked.accuracy);
      await turn();
    }
    return { step, accuracy, without };
  });
