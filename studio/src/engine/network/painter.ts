/** The worker of one long picture. It tells of every step, and shows as many as the page draws. */
import {
  data,
  decodeCheckpoint,
  explain,
  type Model,
  modelOf,
  pixelsFor,
  predict,
  type Tensor,
  tensor,
} from "receptive";
import type { Frame, Given, Job, PaintAsked, Painted, Painter, Progress } from "./painting.js";

type Post = (message: Painted, options: { transfer: Transferable[] }) => void;

/** Frames that may be on their way to the page. */
const most = 2;
let credits = most;
let stopping = new AbortController();

export async function heard(asked: PaintAsked["paint"], post: Post): Promise<void> {
  if (asked.kind === "drawn") {
    credits = Math.min(most, credits + 1);
    return;
  }
  if (asked.kind === "stop") return stopping.abort();
  stopping = new AbortController();
  credits = most;
  const began = performance.now();
  const told = new Told(post);
  try {
    await paint(await networkOf(asked.painter), asked.job, told);
    told.progress();
    post({ painted: { kind: "done", seconds: (performance.now() - began) / 1000 } }, { transfer: [] });
  } catch (error) {
    post({ painted: { kind: "failed", message: (error as Error).message } }, { transfer: [] });
  }
}

const networkOf = async (painter: Painter): Promise<Model> => {
  const bytes = painter instanceof Blob ? await painter.arrayBuffer() : painter;
  return modelOf(decodeCheckpoint(new Uint8Array(bytes), "the network"));
};

class Told {
  readonly #post: Post;
  #progress: Progress[] = [];
  #sent = performance.now();

  constructor(post: Post) {
    this.#post = post;
  }

  /** Whether the page can draw another one. */
  get isAwaited(): boolean {
    return credits > 0;
  }

  step(progress: Progress): void {
    this.#progress.push(progress);
    if (performance.now() - this.#sent > 60) this.progress();
  }

  progress(): void {
    if (this.#progress.length === 0) return;
    this.#post({ painted: { kind: "progress", progress: this.#progress } }, { transfer: [] });
    this.#progress = [];
    this.#sent = performance.now();
  }

  frame(frame: Frame): void {
    credits--;
    this.progress();
    this.#post({ painted: { kind: "frame", frame } }, { transfer: [frame.pixels.buffer as ArrayBuffer] });
  }
}

const paint = (model: Model, job: Job, told: Told): Promise<void> =>
  ({
    maximise: () => maximise(model, job as Of<"maximise">, told),
    fool: () => fool(model, job as Of<"fool">, told),
    dream: () => dream(model, job as Of<"dream">, told),
    style: () => style(model, job as Of<"style">, told),
  })[job.kind]();

type Of<K extends Job["kind"]> = Extract<Job, { kind: K }>;

const numbers = async (x: Tensor): Promise<Float32Array> => Float32Array.from(await x.data());

/** Pixels of 0 to 255 as the network takes them. Bytes would be rounded, and be other pictures. */
const taken = (model: Model, pixels: Float32Array, shape: readonly number[]): Tensor =>
  pixelsFor(model, tensor(pixels.slice(), shape));

/** How likely each class is in each picture, N×classes. */
async function readingsOf(
  model: Model,
  pixels: Float32Array,
  shape: readonly number[],
): Promise<Float32Array> {
  const rows = await predict(model, taken(model, pixels, shape));
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

async function maximise(model: Model, job: Of<"maximise">, told: Told): Promise<void> {
  const [, , channels] = model.inputShape as number[];
  const origin = channels === 1 ? 0 : 127.5;
  for (const [row, held] of job.held.entries()) {
    const { l1 = held === "l1" ? explain.regularisations.l1.l1 : 0 } = typeof held === "string" ? {} : held;
    let before: Float32Array | undefined;
    const shown = async (
      { step, scores, pixels }: { step: number; scores: Float32Array; pixels: Tensor },
      isLast: boolean,
    ): Promise<void> => {
      const values = await numbers(pixels);
      const size = values.length / scores.length;
      const each = <T>(of: (picture: Float32Array) => T) =>
        Array.from(scores, (_, i) => of(values.subarray(i * size, (i + 1) * size)));
      const off = (v: number) => Math.abs(v - origin);
      told.frame({
        ...{ row, step, steps: job.steps, shape: pixels.shape, scores, isLast },
        ...(before ? { before } : {}),
        penalties: Float32Array.from(each((p) => l1 * p.reduce((sum, v) => sum + off(v) / 255, 0))),
        lit: Int32Array.from(each((p) => p.reduce((sum, v) => sum + Number(off(v) >= 64), 0))),
        ...(isLast || channels === 1 ? { readings: await readingsOf(model, values, pixels.shape) } : {}),
        pixels: values,
      });
    };
    const found = await explain.activationMaximisation(model, {
      target: job.target,
      regularisation: held as never,
      ...{ steps: job.steps, seed: job.seed, stop: stopping.signal },
      // Each look at pictures costs a pass: of photographs a quarter of the steps will do.
      frameEvery: channels === 1 ? 1 : 4,
      async onFrame(frame) {
        told.step({ row, step: frame.step, steps: job.steps, values: [frame.scores[0]] });
        if (told.isAwaited && frame.first === 0 && frame.step < job.steps) await shown(frame, false);
      },
    });
    ({ before } = found);
    await shown({ step: job.steps, scores: found.scores, pixels: found.images }, true);
    if (stopping.signal.aborted) break;
  }
}

async function fool(model: Model, job: Of<"fool">, told: Told): Promise<void> {
  const { classes, confidence, seed, how } = job;
  const first = job.from && (await picture(job.from, model));
  const start = first && (await numbers(first));
  const asBegun = first && { shape: first.shape.slice(1), data: start! };
  let last = 0;
  const shown = async ({ step, steps, scores, pixels }: explain.Frame, isLast: boolean): Promise<void> => {
    last = step;
    const values = await numbers(pixels);
    const readings = await readingsOf(model, values, pixels.shape);
    if (start) told.step({ row: 0, step, steps, values: [...readings] });
    else told.step({ row: 0, step, steps, values: [scores.reduce((a, b) => a + b, 0) / scores.length] });
    if (!isLast && !told.isAwaited) return;
    told.frame({
      ...{ row: 0, step, steps, shape: pixels.shape, scores, readings, isLast },
      ...(start ? { first: asBegun, change: changeOf(start, values) } : {}),
      pixels: values,
    });
  };
  const common = {
    ...{ classes, confidence, seed, stop: stopping.signal },
    onFrame: (frame: explain.Frame) => shown(frame, false),
  };
  if (first) {
    const pixels = tensor(start!.slice(), first.shape);
    await shown({ step: 0, steps: 1, scores: new Float32Array(classes.length), pixels }, false);
  }
  const found =
    how === "pixels" || how === "patterns"
      ? await explain.evolvedImages(model, {
          ...common,
          encoding: how === "pixels" ? "direct" : "indirect",
          generations: 1000,
        })
      : await explain.foolingImages(model, { ...common, ...(first ? { from: first, step: 0.002 } : {}) });
  await shown(
    {
      step: found.steps,
      steps: Math.max(found.steps, last),
      scores: found.confidences,
      pixels: found.images,
    },
    true,
  );
}

function changeOf(before: Float32Array, after: Float32Array): Frame["change"] {
  let [squares, most] = [0, 0];
  for (let i = 0; i < before.length; i++) {
    const by = Math.abs(after[i] - before[i]);
    squares += (by / 255) ** 2;
    most = Math.max(most, by);
  }
  return { norm: Math.sqrt(squares), most };
}

/** 1×H×W×C with the network's channels; a file is brought to an edge, a small picture enlarged to it. */
async function picture(given: Given, model: Model, edge?: number): Promise<Tensor> {
  const [, , channels] = model.inputShape as number[];
  let source: Blob | ImageBitmap = given as Blob;
  if (!(given instanceof Blob)) {
    const { shape, data: pixels } = given;
    const [height, width, has] = shape;
    if (edge === undefined && has === channels)
      return tensor(Float32Array.from(pixels), [1, height, width, has]);
    const image = new ImageData(width, height);
    for (let i = 0; i < height * width; i++)
      image.data.set(
        has === 1 ? [pixels[i], pixels[i], pixels[i], 255] : [...pixels.subarray(3 * i, 3 * i + 3), 255],
        4 * i,
      );
    source = await createImageBitmap(image);
  } else source = await createImageBitmap(given);
  const longest = Math.max(source.width, source.height);
  const scale = (edge ?? longest) / longest;
  const size = [source.height, source.width].map((extent) => Math.max(1, Math.round(extent * scale)));
  const found = await data.pictureFrom(source, {
    channels: channels as 1 | 3,
    size: size as [height: number, width: number],
  });
  source.close();
  return found;
}

async function dream(model: Model, job: Of<"dream">, told: Told): Promise<void> {
  const photograph = await picture(job.picture, model, job.edge);
  const first = { shape: photograph.shape.slice(1), data: await numbers(photograph) };
  const { octaves, iterations, seed, unit } = job;
  const layer = job.layer || explain.dreamLayer(model);
  const answer = async (pixels: Tensor) =>
    explain.featureMaps(model, taken(model, await numbers(pixels), pixels.shape), { layer });
  const before = await answer(photograph);
  const edge = Math.min(...photograph.shape.slice(1, 3));
  let steps = octaves * iterations;
  let last: Pick<explain.DreamFrame, "step" | "octave" | "scores"> = {
    step: 0,
    octave: 0,
    scores: new Float32Array(1),
  };
  const found = await explain.deepDream(model, photograph, {
    ...{ layer, octaves, iterations, seed, unit, stop: stopping.signal },
    jitter: Math.max(1, Math.round(edge / 14)),
    async onFrame(frame) {
      ({ steps } = frame);
      last = frame;
      told.step({ row: 0, step: frame.step, steps, values: [frame.scores[0]] });
      if (!told.isAwaited) return;
      const { step, scores, octave, pixels } = frame;
      told.frame({
        ...{ row: 0, step, steps, scores, octave, layer, shape: pixels.shape, isLast: false },
        ...(step === 1 ? { first } : {}),
        pixels: await numbers(pixels),
      });
    },
  });
  const after = await answer(found);
  told.frame({
    ...{ row: 0, steps, step: last.step, scores: last.scores, octave: last.octave },
    ...{ layer, shape: found.shape, isLast: true, first },
    answers: { shape: before.shape.slice(1), before: await numbers(before), after: await numbers(after) },
    pixels: await numbers(found),
  });
}

async function style(model: Model, job: Of<"style">, told: Told): Promise<void> {
  const [content, manner] = [
    await picture(job.content, model, job.edge),
    await picture(job.manner, model, job.edge),
  ];
  const first = { shape: content.shape.slice(1), data: await numbers(content) };
  const other = { shape: manner.shape.slice(1), data: await numbers(manner) };
  const { iterations, styleWeight, keepColours, seed } = job;
  let last: explain.StyleFrame | undefined;
  const shown = async (frame: explain.StyleFrame, isLast: boolean): Promise<void> => {
    const { step, steps, scores, pixels } = frame;
    told.frame({
      ...{ row: 0, step, steps, scores, shape: pixels.shape, isLast },
      parts: [frame.content, frame.manner, frame.variation],
      ...(step === 1 || isLast ? { first, other } : {}),
      pixels: await numbers(pixels),
    });
  };
  await explain.style(model, content, manner, {
    ...{ iterations, styleWeight, seed, stop: stopping.signal },
    keepColours: keepColours && (model.inputShape as number[])[2] === 3,
    async onFrame(frame) {
      last = frame;
      const { step, steps, scores } = frame;
      told.step({ row: 0, step, steps, values: [scores[0], frame.content, frame.manner] });
      if (told.isAwaited && step < steps) await shown(frame, false);
    },
  });
  if (last) await shown(last, true);
}
