import { picturesAt } from "../data/dataset.js";
import { optionsOf } from "../door/options.js";
import { required, rule, wholeNumber } from "../door/rules.js";
import type { Model } from "../nn/index.js";
import { network } from "../nn/network.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { copyOf, variablesOf } from "../training/weights.js";
import { type HeatMapMethod, type Method, mapsOption, seedOption } from "./method.js";
import { inputOf } from "./pictures.js";
import { aShare, stepwise } from "./rules.js";
import { parts, type Stepwise } from "./running.js";
import { strongest } from "./strongest.js";
import { throughView } from "./view.js";

/** A method whose answer for each picture is a map: N×H×W, or N×H×W×C. */
export type MapMethod = (model: Model, images: Tensor) => Promise<Tensor>;

/** Methods that {@link sanityCheck} tries, and on what. */
export interface SanityOptions extends Stepwise {
  /** Methods by name. */
  methods: { readonly [name: string]: MapMethod };
  seed?: number;
  /** Maps that are still so alike, when all weights are random, do not show what was learned. */
  alike?: number;
}

/** How much the maps of methods change while the weights become random, layer by layer. */
export interface Sanity {
  /** The layers in the order in which their weights became random, the last of the model first; each stays so. */
  readonly layers: readonly string[];
  /**
   * Of each method, after each of these layers: the rank correlation of its maps with those of the trained model, as
   * a mean over the pictures. 1: nothing has changed; 0: nothing is left.
   */
  readonly likeness: { readonly [method: string]: readonly number[] };
  /** Methods that do not depend on what was learned. */
  readonly unmoved: readonly string[];
}

/**
 * The sanity check of saliency maps: layer by layer, from the last to the first, weights are replaced by fresh
 * initial ones, in a copy of the model, and the maps are compared with those of the trained model by Spearman's
 * rank correlation of their absolute values. What a method shows of a random network, it has not learned from data.
 *
 * Adebayo, Gilmer, Muelly, Goodfellow, Hardt, Kim: Sanity Checks for Saliency Maps, arXiv:1810.03292, section 3.1.
 */
export const sanityCheck = throughView("sanityCheck", { before: 1 })(async function sanityCheck(
  model: Model,
  images: Tensor,
  options: SanityOptions,
): Promise<Sanity> {
  const {
    methods,
    seed = 0,
    alike = 0.8,
  } = optionsOf("sanityCheck", options, {
    ...stepwise,
    methods: required(byName),
    seed: wholeNumber,
    alike: aShare,
  });
  const copy = unlearned(model, seed);
  const [trained, random] = await Promise.all([copyOf(variablesOf(model)), copyOf(variablesOf(copy))]);
  const names = Object.keys(methods);
  const owners = [...trained.keys()].map((path) => path.slice(0, path.lastIndexOf(".")));
  const layers = [...new Set(owners)].reverse();
  const done = parts(options, names.length * (layers.length + 1));
  let made = 0;

  const maps = async (of: Model): Promise<Float32Array[][]> => {
    const found: Float32Array[][] = [];
    for (const name of names) {
      found.push(perPicture(await methods[name](of, images)));
      await done(++made);
    }
    return found;
  };
  const original = await maps(model);
  const likeness = names.map((): number[] => []);
  const isRandom = new Set<string>();
  for (const layer of layers) {
    if (options.stop?.aborted && isRandom.size > 0) break;
    isRandom.add(layer);
    for (const [path, variable] of variablesOf(copy)) {
      const source = isRandom.has(path.slice(0, path.lastIndexOf("."))) ? random : trained;
      variable.set(source.get(path)!.data);
    }
    const changed = await maps(copy);
    changed.forEach((pictures, m) => {
      const alikes = pictures.map((map, i) => rankCorrelation(map, original[m][i]));
      likeness[m].push(alikes.reduce((a, b) => a + b, 0) / alikes.length);
    });
  }
  const taken = [...isRandom];
  return {
    layers: taken,
    likeness: Object.fromEntries(names.map((name, m) => [name, likeness[m]])),
    unmoved: names.filter((_, m) => likeness[m][taken.length - 1] >= alike),
  };
});

/** The same network, of one input as a method sees it, with first numbers in place of what was learned. */
function unlearned(model: Model, seed: number): Model {
  const input = inputOf("sanityCheck", model);
  // A network is a layer, too: it then has parameters of its own, by the same paths.
  const copy = network<Tensor, Tensor>(model);
  copy.build([...input], { seed });
  const { layers, layerNames } = model;
  return Object.assign(copy, { layers, layerNames }) as unknown as Model;
}

const byName = rule(
  "methods by name, such as { saliency }",
  (value) =>
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((method) => typeof method === "function"),
);

/** The absolute values of each picture's map, over channels the greatest. */
function perPicture(maps: Tensor): Float32Array[] {
  const flat = maps.rank === 4 ? strongest(maps) : maps;
  const size = flat.size / flat.shape[0];
  const values = flat.own as Float32Array;
  return Array.from({ length: flat.shape[0] }, (_, i) =>
    values.slice(i * size, (i + 1) * size).map((v) => Math.abs(v)),
  );
}

/** Spearman's: the correlation of ranks, equal values sharing the mean of theirs. 0 where one map is even. */
export function rankCorrelation(a: Float32Array, b: Float32Array): number {
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (a.length - 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    xy += (x[i] - middle) * (y[i] - middle);
    xx += (x[i] - middle) ** 2;
    yy += (y[i] - middle) ** 2;
  }
  return xx === 0 || yy === 0 ? 0 : xy / Math.sqrt(xx * yy);
}

function ranks(values: Float32Array): Float64Array {
  const order = Array.from(values, (_, i) => i).sort((i, j) => values[i] - values[j]);
  const found = new Float64Array(values.length);
  for (let begin = 0; begin < order.length; ) {
    let end = begin + 1;
    while (end < order.length && values[order[end]] === values[order[begin]]) end++;
    for (let k = begin; k < end; k++) found[order[k]] = (begin + end - 1) / 2;
    begin = end;
  }
  return found;
}

/** @param maps  the methods that are checked */
export const sanityMethod = (maps: readonly HeatMapMethod[]): Method<Sanity> => ({
  name: "sanity-check",
  title: "Sanity check",
  description: "which methods depend on what was learned: maps while weights become random",
  question: "Which methods show what the network has learned, and which would show the same of a random one?",
  cannotSay: "It does not say that a method that changes is right: only that one that does not is none.",
  about: "data",
  networks: "with maps before the answer",
  answer: { kind: "table" },
  options: [mapsOption, seedOption],
  isStepwise: true,
  async run(network, { data }, { layer, ...options }) {
    const n = Math.min(8, data!.length);
    const places = Int32Array.from({ length: n }, (_, i) => i);
    const images = tensor(await picturesAt(data!, places), [n, ...data!.shape]);
    const target = Array.from(data!.labels.subarray(0, n));
    const methods = Object.fromEntries(
      maps.map((method): [string, MapMethod] => [
        method.name,
        (model, x) =>
          method.run(model, { images: x }, { target, ...(method.looksAtMaps && layer ? { layer } : {}) }),
      ]),
    );
    return sanityCheck(network, images, { methods, ...options });
  },
});
