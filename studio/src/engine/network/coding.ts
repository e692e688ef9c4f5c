/** An autoencoder learns to make pictures again from a few numbers, and can then be asked for codes and pictures. */
import {
  compile,
  data,
  evaluateReconstruction,
  explain,
  fit,
  losses,
  type Model,
  models,
  nn,
  optim,
  principalComponents,
  projected,
  projectionError,
  reconstructed,
  setWeights,
  type Tensor,
  tensor,
  weightsOf,
} from "receptive";
import type { Answering, Tell } from "./errand.js";
import type { Coded, Job } from "./errands.js";
import { datasetOf } from "./picture-sets.js";

const batchSize = 128;
const rate = 0.01;
/** Test pictures whose codes are drawn, and those that are shown beside what is made of them. */
const [drawn, shown] = [1000, 10];
/** In ms: how often the page is told. */
const pace = 700;

export async function coded(job: Extract<Job, { kind: "coding" }>, tell: Tell): Promise<Answering> {
  const train = datasetOf(job.pictures.train, "train");
  const test = datasetOf(job.pictures.test, "test");
  if (train.shape.join() !== "28,28,1")
    throw new Error(`The autoencoder takes pictures of 28×28×1, these are ${train.shape.join("×")}.`);
  const model = models.autoencoder({ code: job.code });
  model.build(train.shape, { seed: job.seed });
  const steps = job.epochs * Math.ceil(train.length / batchSize);
  const training = fit(model, train, {
    loss: job.loss === "l1" ? losses.l1() : losses.meanSquaredError(),
    target: "picture",
    optimizer: optim.adam({ lr: rate }),
    ...{ epochs: job.epochs, batchSize, seed: job.seed },
  });
  const some = data.part(test, 0, Math.min(drawn, test.length));
  const made: number[] = [];
  let before: Float32Array | undefined;
  const stand = async (end?: Coded["end"]): Promise<void> => {
    const codes = await codesOf(model, some);
    const axes = await axesOf(codes, job.code, before);
    before = axes.directions;
    const first = tensor(some.images.slice(0, shown * 784), [shown, ...some.shape]);
    tell({
      kind: "coded",
      coded: {
        ...{ step: made.length, steps, losses: Float32Array.from(made), codes, ...axes },
        places: placesOf(codes, job.code, axes),
        labels: Uint8Array.from(some.labels.slice(0, some.length)),
        made: await reconstructed(model, first),
        ...(end ? { end } : {}),
      },
    });
  };
  let told = 0;
  for await (const event of training) {
    if (event.kind !== "step") continue;
    made.push(event.loss);
    if (performance.now() - told < pace) continue;
    await stand();
    told = performance.now();
  }
  const components = await principalComponents(train, job.code);
  const pictures = Array.from({ length: shown }, (_, i) =>
    projected(components, some.images.slice(i * 784, (i + 1) * 784) as Uint8Array),
  );
  await stand({
    error: (await evaluateReconstruction(model, test)).loss,
    ofComponents: await projectionError(components, test),
    fromComponents: Uint8ClampedArray.from(
      pictures.flatMap((picture) => Array.from(picture, (v) => 255 * v)),
    ),
    params: model.summary(train.shape).params,
    of: test.length,
  });
  const decoder = await decoderOf(model, job.code);
  const make = compile((code: Tensor) => decoder(code));
  return {
    async encode({ pixels }) {
      const one = { ...test, length: 1, images: pixels, labels: new Uint8Array(1) };
      const image = tensor(pixels, [1, ...test.shape]);
      const [code] = await rows(model, image);
      const { loss: error } = await evaluateReconstruction(model, one);
      return { code, made: await reconstructed(model, image), error };
    },
    async decode({ code }) {
      const values = await (await make(tensor(code, [1, job.code]))).data();
      return { made: Uint8ClampedArray.from(values, (v) => 255 * v) };
    },
  };
}

/** What the layer `code` makes, a row for each picture. */
async function rows(model: Model, images: Tensor): Promise<Float32Array[]> {
  const { output } = (await explain.layerOutputs(model, images, { layers: "code" })).get("code")!;
  const values = Float32Array.from(await output.data());
  const width = values.length / images.shape[0];
  return Array.from({ length: images.shape[0] }, (_, i) => values.slice(i * width, (i + 1) * width));
}

async function codesOf(model: Model, { images, length, shape }: data.Dataset): Promise<Float32Array> {
  const all = await rows(model, tensor(images.slice(0, length * 784), [length, ...shape]));
  const codes = new Float32Array(length * all[0].length);
  for (const [i, row] of all.entries()) codes.set(row, i * row.length);
  return codes;
}

type Axes = Pick<Coded, "mean" | "directions">;

/** Where codes are drawn: two numbers as they are, more of them along their first two principal components. */
async function axesOf(codes: Float32Array, code: number, before?: Float32Array): Promise<Axes> {
  if (code === 2) return { mean: new Float32Array(2), directions: Float32Array.of(1, 0, 0, 1) };
  const found = await principalComponents(tensor(codes.slice(), [codes.length / code, code]), 2);
  const directions = Float32Array.from(found.directions.flatMap((one) => [...one]));
  // A direction is as good the other way round: it stays as it was.
  for (const k of [0, 1]) {
    const one = directions.subarray(k * code, (k + 1) * code);
    const along = before ? one.reduce((sum, v, i) => sum + v * before[k * code + i], 0) : 1;
    if (along < 0) for (let i = 0; i < code; i++) one[i] = -one[i];
  }
  return { mean: Float32Array.from(found.mean), directions };
}

function placesOf(codes: Float32Array, code: number, { mean, directions }: Axes): Float32Array {
  const places = new Float32Array((2 * codes.length) / code);
  for (let n = 0; n < codes.length / code; n++)
    for (const k of [0, 1])
      for (let i = 0; i < code; i++)
        places[2 * n + k] += (codes[n * code + i] - mean[i]) * directions[k * code + i];
  return places;
}

/** The layers behind the code, with their weights. */
async function decoderOf(model: Model, code: number): Promise<Model> {
  const { layers } = model.describe().options as { layers: readonly { name: string }[] };
  const behind = layers.slice(layers.findIndex(({ name }) => name === "code") + 1);
  const decoder = nn.fromDescription({
    ...{ type: "sequential", name: "decoder", options: { layers: behind } },
  } as never) as Model;
  decoder.build([code], { blank: true });
  const weights = await weightsOf(model);
  setWeights(decoder, new Map([...weights].filter(([path]) => decoder.parameters.has(path))));
  return decoder;
}
