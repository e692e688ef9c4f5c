import { optionsOf } from "../door/options.js";
import { fromOneOn, oneOf } from "../door/rules.js";
import type { Model } from "../nn/index.js";
import { softmax } from "../ops/softmax.js";
import * as streams from "../random/streams.js";
import { RandomStream } from "../random/threefry.js";
import { compile } from "../tensor/compile.js";
import { numbersOf } from "../tensor/compute.js";
import { Tensor } from "../tensor/tensor.js";
import { type Cppn, mutated, painted, simpleCppn } from "./cppn.js";
import { classesOf, type Fooling, type FoolingOptions, fooling } from "./fooling-images.js";
import { amount, classesOption, type Method, seedOption } from "./method.js";
import { fromShares, inputOf } from "./pictures.js";
import { parts } from "./running.js";
import { throughView } from "./view.js";
import { scoresOf } from "./walk.js";

/** How {@link evolvedImages} breeds its pictures. */
export interface EvolutionOptions extends FoolingOptions {
  /** What is inherited: every pixel by itself, or a small network that paints the picture (CPPN). */
  encoding?: "direct" | "indirect";
  /** At most. */
  generations?: number;
  /** Children of a generation. */
  children?: number;
}

/** How pictures are inherited. */
interface Encoding<Genome> {
  first(random: RandomStream): Genome;
  child(parent: Genome, generation: number, random: RandomStream): Genome;
  /** H·W·C shares of the range. */
  picture(genome: Genome, size: readonly [number, number, number]): Float32Array;
}

/**
 * Pictures that a model is sure of and no person would read, by evolution: of each class the archive keeps the
 * picture that the model is surest of; a child of any of them takes the place of every elite that it surpasses
 * (MAP-Elites). No gradient is used.
 *
 * @throws ExplainError where there is no such class
 * Nguyen, Yosinski, Clune: Deep Neural Networks Are Easily Fooled, arXiv:1412.1897, section 2.3; Mouret, Clune:
 * Illuminating Search Spaces by Mapping Elites, arXiv:1504.04909; Stanley: Compositional Pattern Producing Networks, 2007.
 */
export const evolvedImages = throughView("evolvedImages")(async function evolvedImages(
  model: Model,
  options: EvolutionOptions = {},
): Promise<Fooling> {
  optionsOf("evolvedImages", options, {
    ...fooling,
    encoding: oneOf("direct", "indirect"),
    generations: fromOneOn,
    children: fromOneOn,
  });
  const { encoding = "direct" } = options;
  const size = inputOf("evolvedImages", model);
  return encoding === "direct"
    ? evolve(model, options, pixelByPixel(size[0] * size[1] * size[2]))
    : evolve(model, options, byNetwork(size[2]));
});

async function evolve<Genome>(
  model: Model,
  options: EvolutionOptions,
  { first, child, picture }: Encoding<Genome>,
): Promise<Fooling> {
  const { confidence = 0.99, generations = 1000, children = 200, seed = 0, frameEvery = 1 } = options;
  const size = inputOf("evolvedImages", model);
  const classes = await classesOf("evolvedImages", model, options.classes);
  const judge = compile((p: Tensor) => softmax(scoresOf(model, fromShares(model, p))));
  const pixels = size[0] * size[1] * size[2];
  const elites: { genome: Genome; sureness: number; pixels: Float32Array }[] = [];
  const surenesses = () => Float32Array.from(elites, (elite) => elite.sureness);
  const archive = (): Tensor => {
    const images = new Float32Array(classes.length * pixels);
    elites.forEach((elite, at) => {
      images.set(
        elite.pixels.map((v) => v * 255),
        at * pixels,
      );
    });
    return Tensor.from(images, [classes.length, ...size], "f32");
  };
  const done = parts(options, generations);
  let generation = 0;
  for (; generation < generations; generation++) {
    const random = new RandomStream(seed, streams.generations, generation);
    const brood = Array.from({ length: children }, () =>
      generation === 0
        ? first(random)
        : child(elites[random.integer(elites.length)].genome, generation, random),
    );
    const pictures = brood.map((genome) => picture(genome, size));
    const values = new Float32Array(children * pixels);
    pictures.forEach((p, i) => {
      values.set(p, i * pixels);
    });
    const sureness = await numbersOf(judge(Tensor.from(values, [children, ...size], "f32")));
    const count = sureness.length / children;
    for (let i = 0; i < children; i++)
      classes.forEach((k, at) => {
        const q = sureness[i * count + k];
        if (!elites[at] || q > elites[at].sureness)
          elites[at] = { genome: brood[i], sureness: q, pixels: pictures[i] };
      });
    if ((generation + 1) % frameEvery === 0)
      await options.onFrame?.({
        step: generation + 1,
        steps: generations,
        scores: surenesses(),
        pixels: archive(),
      });
    await done(generation + 1);
    if (options.stop?.aborted || elites.every((elite) => elite.sureness >= confidence)) break;
  }
  await done(generations);
  return {
    classes,
    images: archive(),
    confidences: surenesses(),
    steps: Math.min(generation + 1, generations),
  };
}

/**
 * Pixels are drawn evenly; a child changes each with a probability of a tenth, halved every 1000 generations, by
 * polynomial mutation (Deb 2001, with an exponent of 15).
 */
const pixelByPixel = (pixels: number): Encoding<Float32Array> => ({
  first: (random) => Float32Array.from({ length: pixels }, () => random.uniform()),
  child(parent, generation, random) {
    const rate = 0.1 * 0.5 ** Math.floor(generation / 1000);
    return parent.map((value) => {
      if (random.uniform() >= rate) return value;
      const u = random.uniform();
      const by = u < 0.5 ? (2 * u) ** (1 / 16) - 1 : 1 - (2 * (1 - u)) ** (1 / 16);
      return Math.min(Math.max(value + by, 0), 1);
    });
  },
  picture: (genome) => genome,
});

const byNetwork = (channels: number): Encoding<Cppn> => ({
  first: (random) => mutated(simpleCppn(channels, random), random),
  child: (parent, _, random) => mutated(parent, random),
  picture: painted,
});

export const evolutionMethod: Method<{ pixels: Fooling; patterns: Fooling }> = {
  name: "evolution",
  title: "Evolved images",
  description: "pictures that the network is sure of, by evolution of pixels and of patterns",
  question: "Which pictures make the network sure of a class, where nothing but its answers is known?",
  cannotSay: "It does not say that no other picture would be found: evolution ends where it is stopped.",
  about: "network",
  networks: "that tell classes",
  answer: { kind: "pictures" },
  options: [
    classesOption,
    amount("steps", { name: "generations", usual: 1000, help: "generations at most" }),
    seedOption,
  ],
  isStepwise: true,
  run: async (network, _, options) => ({
    pixels: await evolvedImages(network, { ...options, encoding: "direct" }),
    patterns: await evolvedImages(network, { ...options, encoding: "indirect" }),
  }),
};
