import { type GradientRules, pullBack } from "../autodiff/gradients.js";
import { optionsOf } from "../door/options.js";
import { text } from "../door/rules.js";
import type { Model } from "../nn/index.js";
import { relu } from "../ops/activations.js";
import { mul } from "../ops/arithmetic.js";
import { argmax, max } from "../ops/extremes.js";
import { oneHot } from "../ops/one-hot.js";
import { reshape } from "../ops/reshape.js";
import { identity } from "../ops/stop-gradient.js";
import { sum } from "../ops/sum.js";
import { compile } from "../tensor/compile.js";
import { numbersOf } from "../tensor/compute.js";
import { settle, type Tensor } from "../tensor/tensor.js";
import { type Box, boxSeen } from "./field.js";
import { type Method, mapsOption, unitOption } from "./method.js";
import { picturesFor } from "./pictures.js";
import { aUnit, running } from "./rules.js";
import { parts, type Running } from "./running.js";
import { strongestUnits } from "./strongest-units.js";
import { checkedUnits } from "./target.js";
import { lastMaps } from "./usual-layers.js";
import { ofAny } from "./view.js";
import { outputAt, placeOf } from "./walk.js";

/** A rectifier on the way back: what is positive, wherever it was open on the way there. */
export const deconvolved: GradientRules = { relu: (dy) => [relu(dy)] };

/** Layer and units of {@link deconvnet}. */
export interface DeconvnetOptions extends Running {
  /** The last maps before they are pooled (`lastMaps`) if left out. */
  layer?: string;
  /** One for all pictures, or one for each; the unit with the greatest activation in each if left out. */
  unit?: number | readonly number[];
}

/** What {@link deconvnet} answers of N pictures. */
export interface Projection {
  readonly layer: string;
  /** The unit of each picture. */
  readonly units: readonly number[];
  /** N×H×W×C: what in the picture made the unit active, in units of the activation per unit of pixel value. */
  readonly pixels: Tensor;
  readonly hits: readonly {
    /** The unit's greatest activation in the picture. */
    readonly activation: number;
    /** Row and column of the map where it is; 0, 0 for a neuron. */
    readonly at: readonly [number, number];
    /** The part of the picture that the unit sees there. */
    readonly box: Box;
  }[];
}

/**
 * The deconvolutional network: a unit's greatest activation, all others of its layer set to zero, projected back to
 * the pixels, layer by layer: through the switches of max pooling, through rectifiers, which pass what is positive,
 * and through the transposed filters. Residual sums pass it to all their branches.
 *
 * @param images  N×H×W×C
 * @throws ExplainError where there is no such layer or unit
 * Zeiler, Fergus: Visualizing and Understanding Convolutional Networks, ECCV 2014, section 2.1.
 */
export const deconvnet = ofAny("deconvnet", { ofLayers: true })(async function deconvnet(
  model: Model,
  images: Tensor,
  options: DeconvnetOptions = {},
): Promise<Projection> {
  optionsOf("deconvnet", options, { ...running, layer: text, unit: aUnit });
  const done = parts(options, 1);
  const x = await picturesFor("deconvnet", model, images);
  const [n, height, width] = x.shape;
  const layer = options.layer ?? lastMaps(model, { speaker: "deconvnet" });
  const unit =
    options.unit ??
    (await strongestUnits(model, x, { layer, count: 1, speaker: "deconvnet" })).map(([k = 0]) => k);
  const units = checkedUnits("deconvnet", model, { layer, unit }, n);
  const { field, output } = placeOf(model, layer, "deconvnet");
  const run = compile((pictures: Tensor, chosen: Tensor) => {
    const place = identity(pictures);
    const a = outputAt(model, place, layer);
    const channels = a.shape[a.rank - 1];
    const places = a.size / n / channels;
    const stack = reshape(a, [n, places, channels]);
    const mine = sum(mul(stack, reshape(oneHot(chosen, channels), [n, 1, channels])), { axis: 2 });
    const at = argmax(mine, { axis: 1 });
    const only = mul(
      reshape(oneHot(at, places), [n, places, 1]),
      reshape(oneHot(chosen, channels), [n, 1, channels]),
    );
    const signal = reshape(mul(stack, only), a.shape);
    return { at, activation: max(mine, { axis: 1 }), pixels: pullBack(a, signal, [place], deconvolved)[0] };
  });
  const { pixels, ...found } = await run(x, units);
  await settle([pixels]);
  const { at: places, activation } = await numbersOf(found);
  const columns = output.length === 3 ? output[1] : 1;
  await done(1);
  return {
    layer,
    units: Array.from(units.own!),
    pixels,
    hits: Array.from({ length: n }, (_, i) => {
      const at = [Math.floor(places[i] / columns), places[i] % columns] as const;
      return { activation: activation[i], at, box: boxSeen(field, at, { height, width }) };
    }),
  };
});

export const deconvnetMethod: Method<Projection> = {
  name: "deconvnet",
  title: "Deconvnet",
  description: "units of a layer projected back to the pixels that drove them",
  question: "What in this picture drove the unit where it answers most?",
  cannotSay: "It does not say what else would drive the unit: it shows this picture's own edges and colours.",
  about: "pictures",
  networks: "with maps before the answer",
  answer: { kind: "pictures" },
  options: [mapsOption, unitOption],
  run: (network, { images }, options) => deconvnet(network, images!, options),
};
