import { type GradientRules, pullBack } from "../autodiff/gradients.js";
import { optionsOf } from "../door/options.js";
import {
  fromOneOn,
  notNegative,
  oneOf,
  positive,
  required,
  wholeNumber,
  wholeOfAtLeast,
} from "../door/rules.js";
import { said } from "../door/said.js";
import type { Model } from "../nn/index.js";
import { clip } from "../ops/activations.js";
import { add, minimum, mul, sub } from "../ops/arithmetic.js";
import { greater } from "../ops/comparisons.js";
import { abs, square } from "../ops/elementary.js";
import { reshape } from "../ops/reshape.js";
import { scalar } from "../ops/scalar.js";
import { slice } from "../ops/slice.js";
import { sum } from "../ops/sum.js";
import { where } from "../ops/where.js";
import { adam } from "../optim/adam.js";
import { learner as learnerOf, type StepTensors, stepTensors } from "../optim/learner.js";
import { beginningsOfMaximisation, shiftsOfMaximisation } from "../random/streams.js";
import { RandomStream } from "../random/threefry.js";
import { assign, compile } from "../tensor/compile.js";
import { numbersOf } from "../tensor/compute.js";
import { settle, Tensor, Variable } from "../tensor/tensor.js";
import { ExplainError } from "./explain-error.js";
import { checkSize } from "./field.js";
import { faintSpectrum, pictureOf, spectrumShape } from "./frequency.js";
import { amount, choice, classOption, layerOption, type Method, seedOption, unitOption } from "./method.js";
import { fromShares, inputOf } from "./pictures.js";
import { aShare, aSize, aTarget, showing } from "./rules.js";
import { type Frame, parts, type Showing } from "./running.js";
import { gaussian, moved, separable } from "./separable.js";
import { aimAt, isUnit, type Target } from "./target.js";
import { throughView } from "./view.js";
import { placeOf } from "./walk.js";

/** How a picture is held back from becoming noise. */
export interface Regularisation {
  /** λ of −λ·Σ|p − origin|: few pixels differ from an empty picture. */
  l1?: number;
  /** λ of −λ·Σ(p − origin)². */
  l2?: number;
  /** λ of −λ·Σ|p − its neighbours below and to the right|. */
  totalVariation?: number;
  /** A Gaussian of `deviation` pixels after every so many steps. */
  blur?: { deviation: number; every: number };
  /** Before each step the picture is shifted by up to so many pixels. */
  jitter?: number;
  /** Before each step it is scaled by a factor from 1 − scale to 1 + scale. */
  scale?: number;
  /** Ascent in pixels, or in waves and principal colours. */
  coordinates?: "pixels" | "waves";
}

/**
 * Settings that are known by a name. Pixels are shares of their range, so that settings hold for every model.
 *
 * plain:    nothing held back
 * l1:       the slides': few lit pixels
 * simonyan: L2 (Simonyan, Vedaldi, Zisserman, arXiv:1312.6034, section 2)
 * yosinski: decay and blur after every fourth step (Yosinski et al., arXiv:1506.06579, section 3, third setting)
 * olah:     waves and principal colours, moved before each step (Olah, Mordvintsev, Schubert, Distill 2017)
 */
export const regularisations = {
  plain: {},
  l1: { l1: 0.03 },
  simonyan: { l2: 0.05 },
  yosinski: { l2: 0.001, blur: { deviation: 1, every: 4 } },
  olah: { coordinates: "waves", jitter: 8, scale: 0.1 },
} as const satisfies { [name: string]: Regularisation };

/** What {@link activationMaximisation} maximises, how it is held to look natural, and for how many steps. */
export interface ActivationMaximisationOptions extends Showing<Frame & { readonly first: number }> {
  /** Classes, or units of a layer; a picture for each. */
  target: Target;
  /** One of the settings by name, or one's own; "olah" if left out. */
  regularisation?: keyof typeof regularisations | Regularisation;
  steps?: number;
  /** Learning rate of Adam. */
  lr?: number;
  /** Height and width of the pictures, where the layer allows others than the model's. */
  size?: readonly [number, number];
  /** What an empty picture consists of, as a share of the range: 0 (black) on one channel, else 0.5. */
  origin?: number;
  seed?: number;
  /** Pictures that are made at once: a frame has those, the first of which is number `first` of all. */
  batchSize?: number;
}

/** Pictures that units answer to most strongly, and how strongly. */
export interface Maximised {
  /** N×H×W×C, pixels of 0 to 255; after `stop` fewer, those that were begun. */
  readonly images: Tensor;
  /** The score of each picture: Σᵢⱼ aᵢⱼᵏ of a filter, aʲ of a neuron, yⁱ of a class. */
  readonly scores: Float32Array;
  /** Scores of the pictures that the ascent began with. */
  readonly before: Float32Array;
}

/**
 * Activation maximisation: the picture that a unit answers to most.
 *
 *     x* = argmax over x of score(x) − penalties(x),   pixels within the range of the data
 *
 * by Adam from a faint noise. While a unit is silent, the rectifier before it lets pass what would open it: it
 * could not find its way otherwise (Olah et al. 2017).
 *
 * @throws ExplainError where there is no such class, layer or unit, or the pictures are too small for the layer
 * Erhan, Bengio, Courville, Vincent: Visualizing Higher-Layer Features of a Deep Network, 2009; Simonyan et al. 2014.
 */
export const activationMaximisation = throughView("activationMaximisation")(
  async (model: Model, options: ActivationMaximisationOptions): Promise<Maximised> => {
    const speaker = "activationMaximisation";
    optionsOf(speaker, options, {
      ...showing,
      target: required(aTarget),
      regularisation: 1,
      steps: wholeOfAtLeast(0),
      lr: positive,
      size: aSize,
      origin: aShare,
      seed: wholeNumber,
      batchSize: fromOneOn,
    });
    const { target, steps = 256, lr = 0.05, seed = 0, batchSize = 16, frameEvery = 1 } = options;
    const [h, w, channels] = inputOf(speaker, model);
    const [height, width] = options.size ?? [h, w];
    const size = [height, width, channels];
    const held = regularisationOf(options.regularisation ?? "olah", Math.min(height, width));
    if (isUnit(target)) checkSize(speaker, model, placeOf(model, target.layer, speaker), { height, width });
    const { origin = channels === 1 ? 0 : 0.5 } = options;
    const wanted = isUnit(target) ? target.unit : target;
    const count = typeof wanted === "number" ? 1 : wanted.length;
    const aim = await aimAt(
      speaker,
      model,
      Tensor.from(new Float32Array(0), [count, ...size], "f32"),
      target,
    );

    const done = parts(options, steps * Math.ceil(count / batchSize));
    const images = new Float32Array(count * height * width * channels);
    const [scores, before] = [new Float32Array(count), new Float32Array(count)];
    const random = new RandomStream(seed, shiftsOfMaximisation);
    let made = 0;
    for (let first = 0; first < count; first += batchSize) {
      const n = Math.min(batchSize, count - first);
      const units = Tensor.from(aim.units.own!.slice(first, first + n), [n], "i32");
      const canvas = canvasFor(n, size, held, { origin, seed, first });
      const look = compile((chosen: Tensor) => {
        const p = canvas.picture();
        return { pixels: mul(p, 255), score: aim.score(fromShares(model, p), chosen) };
      });
      before.set(await numbersOf((await look(units)).score), first);

      const learner = learnerOf(adam({ lr }), new Map([["picture", canvas.variable]]));
      const climb = compile(
        (chosen: Tensor, rows: Tensor, columns: Tensor, at: StepTensors, shut: Tensor) => {
          const p = canvas.picture();
          const moves = held.jitter || held.scale;
          const each = aim.score(fromShares(model, moves ? separable(p, rows, columns) : p), chosen);
          const cost = sub(penalties(p, held, origin), sum(each));
          const slopes = pullBack(cost, scalar(1), [canvas.variable], opening(shut));
          learner.update(slopes, at);
          return each;
        },
      );
      let reached: ArrayLike<number> = before.subarray(first, first + n);
      for (let step = 1; step <= steps; step++) {
        const scale = 1 + random.uniform(-1, 1) * (held.scale ?? 0);
        const shift = () => Math.round(random.uniform(-1, 1) * (held.jitter ?? 0));
        const silent = Float32Array.from(reached, (score) => (score === 0 && step <= openingSteps ? 1 : 0));
        reached = await numbersOf(
          climb(
            units,
            moved(height, { shift: shift(), scale }),
            moved(width, { shift: shift(), scale }),
            stepTensors(lr, step),
            Tensor.from(silent, [n], "f32"),
          ),
        );
        await canvas.afterStep(step);
        if (options.onFrame && step % frameEvery === 0) {
          const { pixels, score } = await look(units);
          await settle([pixels]);
          const seen = { pixels, scores: (await score.data()) as Float32Array };
          await options.onFrame({ step, steps, first, ...seen });
        }
        await done((first / batchSize) * steps + step);
        if (options.stop?.aborted) break;
      }
      const found = await numbersOf(look(units));
      images.set(found.pixels, first * height * width * channels);
      scores.set(found.score, first);
      made = first + n;
      if (options.stop?.aborted) break;
    }
    return {
      images: Tensor.from(images.slice(0, made * height * width * channels), [made, ...size], "f32"),
      scores: scores.slice(0, made),
      before: before.slice(0, made),
    };
  },
);

/**
 * Where the last rectifier before the unit is shut, what would open it passes, in those pictures for which `shut` is
 * 1. Those further down keep their gradient: if all of them let pass, pictures only get dark.
 */
function opening(shut: Tensor): GradientRules {
  let isLast = true;
  return {
    relu(dy, { output }) {
      // The cost falls where the unit rises: what opens it arrives as a negative slope.
      const silent = reshape(shut, [shut.size, ...dy.shape.slice(1).map(() => 1)]);
      const otherwise = isLast ? mul(minimum(dy, 0), silent) : 0;
      isLast = false;
      return [where(greater(output, 0), dy, otherwise)];
    },
  };
}
/** A unit that is silent after so many steps stays so. */
const openingSteps = 64;

/** Settings by name were found on pictures of 224 pixels: small ones are moved by a fourteenth of their edge at most. */
function regularisationOf(
  given: keyof typeof regularisations | Regularisation,
  edge: number,
): Regularisation {
  const speaker = "activationMaximisation: regularisation";
  if (typeof given !== "string") {
    const held = optionsOf(speaker, given, {
      l1: notNegative,
      l2: notNegative,
      totalVariation: notNegative,
      blur: 1,
      jitter: notNegative,
      scale: notNegative,
      coordinates: oneOf("pixels", "waves"),
    });
    if (held.blur !== undefined)
      optionsOf(`${speaker}: blur`, held.blur, { deviation: required(positive), every: required(fromOneOn) });
    return held;
  }
  if (!Object.hasOwn(regularisations, given))
    throw new ExplainError(
      `${speaker} is ${said(given)}, expected ${Object.keys(regularisations).join(", ")}, or settings`,
    );
  const named: Regularisation = regularisations[given];
  return named.jitter === undefined
    ? named
    : { ...named, jitter: Math.min(named.jitter, Math.max(1, Math.round(edge / 14))) };
}

interface Canvas {
  readonly variable: Variable;
  /** N×H×W×C, as shares of the range, within a compiled function. */
  picture(): Tensor;
  /** Holds the pixels in their range, and blurs. */
  afterStep(step: number): Promise<void>;
}

function canvasFor(
  n: number,
  size: readonly number[],
  { coordinates = "pixels", blur }: Regularisation,
  { origin, seed, first }: { origin: number; seed: number; first: number },
): Canvas {
  if (coordinates === "waves") {
    const variable = new Variable(faintSpectrum(n, size, { seed, first }), spectrumShape(n, size), "f32");
    return { variable, picture: () => pictureOf(variable, size), async afterStep() {} };
  }
  const [height, width, channels] = size;
  const pixels = height * width * channels;
  const values = new Float32Array(n * pixels);
  for (let i = 0; i < n; i++) {
    const random = new RandomStream(seed, beginningsOfMaximisation, first + i);
    for (let p = 0; p < pixels; p++)
      values[i * pixels + p] = Math.min(Math.max(origin + random.uniform(-0.1, 0.1), 0), 1);
  }
  const variable = new Variable(values, [n, ...size], "f32");
  const hold = compile(() => {
    assign(variable, clip(variable, 0, 1));
    return [];
  });
  const soften = compile(() => {
    const { deviation } = blur!;
    assign(
      variable,
      clip(separable(variable, gaussian(height, deviation), gaussian(width, deviation)), 0, 1),
    );
    return [];
  });
  return {
    variable,
    picture: () => variable,
    async afterStep(step) {
      await (blur && step % blur.every === 0 ? soften() : hold());
    },
  };
}

/** One number, in units of the score. */
function penalties(
  p: Tensor,
  { l1 = 0, l2 = 0, totalVariation: tv = 0 }: Regularisation,
  origin: number,
): Tensor {
  const off = sub(p, origin);
  const terms = [
    ...(l1 > 0 ? [mul(sum(abs(off)), l1)] : []),
    ...(l2 > 0 ? [mul(sum(square(off)), l2)] : []),
    ...(tv > 0 ? [mul(totalVariation(p), tv)] : []),
  ];
  return terms.reduce(add, scalar(0));
}

/** Σ|p[i,j] − p[i+1,j]| + |p[i,j] − p[i,j+1]|, the anisotropic total variation (Rudin, Osher, Fatemi 1992). */
export function totalVariation(p: Tensor): Tensor {
  const [n, h, w, c] = p.shape;
  const down = sub(slice(p, [0, 1, 0, 0], [n, h, w, c]), slice(p, [0, 0, 0, 0], [n, h - 1, w, c]));
  const right = sub(slice(p, [0, 0, 1, 0], [n, h, w, c]), slice(p, [0, 0, 0, 0], [n, h, w - 1, c]));
  return add(sum(abs(down)), sum(abs(right)));
}

export const activationMaximisationMethod: Method<Maximised> = {
  name: "activation-maximisation",
  title: "Activation maximisation",
  description: "the picture that each unit of a layer, or each class, answers to most",
  question: "Which picture does a unit, or a class, answer to most?",
  cannotSay:
    "It does not show what the network expects to see: how pictures are held back from noise decides how they look.",
  about: "network",
  networks: "that take pictures",
  answer: { kind: "pictures" },
  options: [
    { ...layerOption, help: "the layer whose units pictures are made of" },
    unitOption,
    { ...classOption, usual: "all", help: "classes to make pictures of, counted from 0" },
    choice("regularisation", {
      choices: Object.keys(regularisations),
      usual: "olah",
      help: "what holds pictures back from noise",
    }),
    amount("steps", { usual: 256, help: "steps of Adam", least: 0 }),
    seedOption,
  ],
  isStepwise: true,
  run(network, _, { layer, unit, target, ...options }) {
    const aimed = layer === undefined ? target : { layer, unit };
    return activationMaximisation(network, { target: aimed as Target, ...options });
  },
};
