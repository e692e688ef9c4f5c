/** The next step of a run, taken apart before it is made: one weight's gradient as the sum that it is, and its update. */
import { data, type Model, type PreviewedStep, previewStep } from "receptive";
import type { Parts } from "./data-sets.js";
import { pictureAt } from "./data-sets.js";
import type { Kept } from "./history.js";
import { augmentation, loss, optimizerOf, scheduleOf } from "./recipe.js";
import type { Run, Shown } from "./run.js";
import type { MicroscopeAnswer, StepTerm, StepTerms, WeightGroup } from "./step-answers.js";
import type { Wire } from "./unit-answers.js";

/** Terms that are written out. */
const written = 10;
/** Weights that are shown together: of a filter as many rows and columns at most, of a line as many in all. */
const [mostEdge, mostOfLine, across] = [11, 25, 5];

/** A step, as it would be made from a kept place of a run. */
interface Taken {
  readonly key: string;
  readonly kept: Kept;
  readonly batch: data.Dataset;
  /** Where the batch's pictures stand in the data set. */
  readonly places: Int32Array;
  readonly rate: number;
  readonly layer: string;
  readonly step: PreviewedStep;
  readonly wires: readonly Wire[];
}

/** The last one: its weights are asked about one after the other. */
let known: Taken | undefined;

export const groupsOf = (model: Model): WeightGroup[] =>
  [...model.parameters].map(([path, { shape }]) => ({ path, shape: [...shape] }));

const layerOf = (path: string): string => path.slice(0, path.lastIndexOf("."));

async function taken(run: Run, { model, looking }: Shown, kept: Kept, layer: string): Promise<Taken> {
  const { settings } = run;
  const key = JSON.stringify([run.id, kept.step, settings, layer]);
  if (known?.key === key && known.kept === kept) return known;
  const { train } = run.parts as Parts;
  const { training } = kept.checkpoint;
  const made = training?.step ?? 0;
  const isNewEpoch = made >= run.stepsOfEpoch;
  const epoch = (training?.epoch ?? 0) + (isNewEpoch ? 1 : 0);
  const coming = data.batches(train, {
    batchSize: settings.batch,
    shuffle: { seed: settings.seed, epoch },
    first: isNewEpoch ? 0 : made,
    ...(settings.augment ? { augment: augmentation() } : {}),
  });
  const { value: next } = await coming.next();
  await coming.return();
  if (!next) throw new Error("There are no pictures for another step.");
  const { images, labels, indices, size } = next;
  // As it is shown: turned and shifted, where pictures are.
  const batch = {
    ...train,
    length: size,
    images: images.slice(),
    labels: Uint8Array.from(labels),
  } as data.Dataset;
  const rate = scheduleOf(
    () => settings,
    () => run.stepsOfEpoch,
  )(kept.step);
  const step = await previewStep(model, batch, {
    places: Array.from({ length: size }, (_, i) => i),
    loss: loss(),
    optimizer: optimizerOf(settings),
    lr: rate,
    seed: settings.seed,
    layers: [layer],
    ...(training ? { training } : {}),
  });
  const { wires } = await looking.everything(pictureAt(train, 0));
  known = { key, kept, batch, places: indices.slice(), rate, layer, step, wires };
  return known;
}

/**
 * @param shown  the run's network as it is after the kept step
 * @param asked  the weight, by its parameter's path and its place there
 */
export async function stepUnderMicroscope(
  run: Run,
  shown: Shown,
  kept: Kept,
  asked: { readonly path: string; readonly place: readonly number[] },
): Promise<MicroscopeAnswer> {
  const groups = groupsOf(shown.model);
  const group = groups.find(({ path }) => path === asked.path) ?? groups[0];
  const { shape } = group;
  // Where nothing is said, the middle of a filter, the first of the others.
  const place = shape.map((length, axis) => {
    const usual = shape.length === 4 && axis < 2 ? (length - 1) >> 1 : 0;
    return Math.min(Math.max(asked.place[axis] ?? usual, 0), length - 1);
  });
  const index = place.reduce((at, k, axis) => at * shape[axis] + k, 0);
  const layer = layerOf(group.path);
  const found = await taken(run, shown, kept, layer);
  const { step, rate } = found;
  const [weights, slopes, after] = [step.parameters, step.gradients, step.updated].map(
    (map) => map.get(group.path)!.values as Float32Array,
  );
  const memory = [...step.state.keys()].filter((name) => name.slice(name.indexOf("/") + 1) === group.path);
  const shownWeights = neighbours(shape, index);
  const { name, options } = optimizerOf(run.settings).describe();
  return {
    run: run.id,
    step: kept.step,
    pictures: found.batch.length,
    loss: step.loss,
    rate,
    optimizer: { name, options: options as Readonly<Record<string, number>> },
    groups,
    layer: { path: layer, type: found.wires.find((one) => one.path === layer)?.type ?? "" },
    weight: {
      path: group.path,
      place,
      before: weights[index],
      gradient: slopes[index],
      after: after[index],
      memory: memory.map((name) => ({
        name: name.slice(0, name.indexOf("/")),
        before: (step.state.get(name)!.values as Float32Array)[index],
        after: (step.updatedState.get(name)!.values as Float32Array)[index],
      })),
    },
    around: {
      ...shownWeights,
      weights: Float32Array.from(shownWeights.indices, (at) => weights[at]),
      gradients: Float32Array.from(shownWeights.indices, (at) => slopes[at]),
      changes: Float32Array.from(shownWeights.indices, (at) => after[at] - weights[at]),
    },
    terms: termsOf(found, group, index),
  };
}

/** The weights that are drawn with this one: of a filter its plane, or the part of it about the weight; of a line a stretch. */
function neighbours(
  shape: readonly number[],
  index: number,
): { rows: number; columns: number; indices: Int32Array } {
  if (shape.length === 4) {
    const [height, width, channels, filters] = shape;
    const [rows, columns] = [Math.min(height, mostEdge), Math.min(width, mostEdge)];
    const rest = index % (channels * filters);
    const at = Math.floor(index / (channels * filters));
    const begin = (place: number, shown: number, all: number) =>
      Math.min(Math.max(place - (shown >> 1), 0), all - shown);
    const top = begin(Math.floor(at / width), rows, height);
    const left = begin(at % width, columns, width);
    const indices = Int32Array.from(
      { length: rows * columns },
      (_, k) => ((top + Math.floor(k / columns)) * width + left + (k % columns)) * channels * filters + rest,
    );
    return { rows, columns, indices };
  }
  // Of a dense layer the weights of one unit, in the order of its inputs.
  const units = shape.length === 2 ? shape[1] : 1;
  const inputs = shape[0];
  const [unit, input] = [index % units, Math.floor(index / units)];
  const first = Math.floor(input / mostOfLine) * mostOfLine;
  const count = Math.min(mostOfLine, inputs - first);
  const columns = Math.min(across, count);
  const rows = Math.ceil(count / columns);
  // A last row that is not full begins earlier.
  const begin = Math.max(0, Math.min(first, inputs - rows * columns));
  const shown = Math.min(rows * columns, inputs);
  return {
    rows: Math.ceil(shown / columns),
    columns,
    indices: Int32Array.from({ length: shown }, (_, k) => (begin + k) * units + unit),
  };
}

/** What a term is a product of: where the output's gradient stands, and where what it meets. */
interface Meeting {
  readonly picture: number;
  readonly row: number;
  readonly column: number;
  readonly slope: number;
  readonly input: number;
  /** Of the input; outside it is a border of zeros. */
  readonly at: readonly [row: number, column: number];
}

/** Every product of which a weight's gradient is the sum; nothing of layers whose sums are others. */
function meetings(
  { layer, step, wires }: Taken,
  { path, shape }: WeightGroup,
  index: number,
): { all: Meeting[]; isPicture: boolean } | undefined {
  const { input, gradient } = step.layers.get(layer)!;
  const [x, slopes] = [input.values as ArrayLike<number>, gradient.values as ArrayLike<number>];
  const wire = wires.find((one) => one.path === layer);
  if (!wire) return undefined;
  const { type } = wire;
  const name = path.slice(path.lastIndexOf(".") + 1);
  const all: Meeting[] = [];
  if (type === "conv2d") {
    const [pictures, height, width, channels] = input.shape;
    const [, rows, columns, filters] = gradient.shape;
    const { stride, dilation, top, left } = windowsOf(wire, [height, width], [rows, columns]);
    const filter = index % filters;
    const isFilter = name === "filters";
    const planes = isFilter ? shape[2] : 1;
    const at = isFilter ? Math.floor(index / (filters * planes)) : 0;
    const [a, b] = isFilter ? [Math.floor(at / shape[1]), at % shape[1]] : [0, 0];
    // Filters of groups see some of the channels.
    const group = Math.floor(filter / (filters / (Number(wire.options.groups) || 1)));
    const channel = isFilter ? group * planes + (Math.floor(index / filters) % planes) : 0;
    for (let n = 0; n < pictures; n++)
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) {
          const [y, z] = [i * stride[0] + a * dilation[0] - top, j * stride[1] + b * dilation[1] - left];
          const isInside = y >= 0 && z >= 0 && y < height && z < width;
          all.push({
            picture: n,
            row: i,
            column: j,
            slope: slopes[((n * rows + i) * columns + j) * filters + filter],
            input: isFilter ? (isInside ? x[((n * height + y) * width + z) * channels + channel] : 0) : 1,
            at: [y, z],
          });
        }
    return { all, isPicture: isFilter && channels === 1 && isFirst(wire, wires) };
  }
  if (type === "dense" && input.shape.length === 2) {
    const [pictures, inputs] = input.shape;
    const units = gradient.shape[1];
    const unit = index % units;
    const from = name === "weights" ? Math.floor(index / units) : 0;
    for (let n = 0; n < pictures; n++)
      all.push({
        picture: n,
        row: 0,
        column: 0,
        slope: slopes[n * units + unit],
        input: name === "weights" ? x[n * inputs + from] : 1,
        at: [0, from],
      });
    return { all, isPicture: false };
  }
  return undefined;
}

/** It takes the picture's own pixels, as shares of the range. */
const isFirst = ({ from }: Wire, wires: readonly Wire[]): boolean =>
  from.every((path) => path === "" || wires.find((one) => one.path === path)?.type === "rescale");

const pair = (given: unknown, usual: number): readonly [number, number] =>
  Array.isArray(given)
    ? [Number(given[0]), Number(given[1])]
    : [Number(given ?? usual), Number(given ?? usual)];

/** Where the windows of a convolution stand: the zeros before the first row and column follow from the sizes. */
function windowsOf({ options }: Wire, input: readonly number[], output: readonly number[]) {
  const { padding = 0 } = options;
  const [stride, dilation, kernel] = [
    pair(options.stride, 1),
    pair(options.dilation, 1),
    pair(options.kernel, 1),
  ];
  const before = (axis: 0 | 1): number => {
    if (padding === "valid") return 0;
    if (padding === "same") {
      const reach = (kernel[axis] - 1) * dilation[axis] + 1;
      const missing = Math.max((output[axis] - 1) * stride[axis] + reach - input[axis], 0);
      return Math.floor(missing / 2);
    }
    const given = Array.isArray(padding) ? padding[axis] : padding;
    return Number(Array.isArray(given) ? given[0] : given);
  };
  return { stride, dilation, top: before(0), left: before(1) };
}

function termsOf(taken: Taken, group: WeightGroup, index: number): StepTerms | undefined {
  const found = meetings(taken, group, index);
  if (!found) return undefined;
  const { all, isPicture } = found;
  const { batch, places } = taken;
  const perPicture = new Float64Array(batch.length);
  let [sum, zeros] = [0, 0];
  /** The largest so far, the smallest of them first. */
  const best: { size: number; one: Meeting }[] = [];
  for (const one of all) {
    const product = one.slope * one.input;
    sum += product;
    perPicture[one.picture] += product;
    if (product === 0) zeros++;
    const size = Math.abs(product);
    if (best.length === written && size <= best[0].size) continue;
    if (best.length === written) best.shift();
    const at = best.findIndex((other) => other.size > size);
    best.splice(at < 0 ? best.length : at, 0, { size, one });
  }
  const largest = best.reverse().map(
    ({ one }): StepTerm => ({
      ...one,
      product: one.slope * one.input,
      index: places[one.picture],
      truth: Number(batch.labels[one.picture]),
      pixels: Uint8Array.from(pictureAt(batch, one.picture)),
    }),
  );
  const restOf = all.length - largest.length;
  return {
    count: all.length,
    places: all.length / batch.length,
    largest,
    rest: { count: restOf, sum: sum - largest.reduce((part, { product }) => part + product, 0) },
    zeros,
    sum,
    perPicture: Float32Array.from(perPicture),
    isPicture,
  };
}
