import { gradients } from "../../autodiff/gradients.js";
import { epochOrder } from "../../data/batches.js";
import { type AnyDataset, picturesAt } from "../../data/dataset.js";
import { optionsOf } from "../../door/options.js";
import { callback, fromOneOn } from "../../door/rules.js";
import type { Model } from "../../nn/index.js";
import { add, div, mul, sub } from "../../ops/arithmetic.js";
import { cast } from "../../ops/cast.js";
import { square } from "../../ops/elementary.js";
import { mean } from "../../ops/statistics.js";
import { stopGradient } from "../../ops/stop-gradient.js";
import { adam } from "../../optim/adam.js";
import { learner as learnerOf, type StepTensors, stepTensors } from "../../optim/learner.js";
import { compile } from "../../tensor/compile.js";
import { tensor } from "../../tensor/creation.js";
import type { Tensor } from "../../tensor/tensor.js";
import { totalVariation } from "../../explain/activation-maximisation.js";
import { ExplainError } from "../../explain/explain-error.js";
import { fromShares } from "../../explain/pictures.js";
import { painting } from "../../explain/rules.js";
import { parts, type Stepwise } from "../../explain/running.js";
import { canvasesOf, checkedLayers, gram, stylesOf } from "../../explain/style.js";
import { styleNetwork } from "./model.js";
import type { StyleLayers } from "../../explain/usual-layers.js";
import { outputsAt } from "../../explain/walk.js";

/** Weights, steps and layers with which {@link trainStyle} trains. */
export interface StyleTrainingOptions extends Stepwise, Partial<StyleLayers> {
  /** The weight of each style picture; all the same if left out. */
  blend?: readonly number[];
  contentWeight?: number;
  styleWeight?: number;
  variationWeight?: number;
  /** Steps of Adam. */
  steps?: number;
  batchSize?: number;
  lr?: number;
  /** Filters of the network's first convolution. */
  width?: number;
  seed?: number;
  /** Is told the loss of each step, counted from 1. */
  onStep?: (step: { step: number; loss: number; network: Model }) => void | Promise<void>;
}

/**
 * Trains a network that paints any photograph in the manner of a picture in one go. Its losses are those of `style`,
 * seen through the same model, over photographs of which nothing but their pixels is known.
 *
 * @param model   through which pictures are looked at
 * @param styles  one picture or several, 1×H×W×3, pixels of 0 to 255
 * @param photos  of one size, height and width multiples of 4; their classes do not count
 * @throws ExplainError where there is no such layer, it has no height and width, or the photographs do not fit
 * Johnson, Alahi, Fei-Fei: Perceptual Losses for Real-Time Style Transfer and Super-Resolution, arXiv:1603.08155.
 */
export async function trainStyle(
  model: Model,
  styles: Tensor | readonly Tensor[],
  photos: AnyDataset,
  options: StyleTrainingOptions = {},
): Promise<Model> {
  optionsOf("trainStyle", options, {
    ...painting,
    steps: fromOneOn,
    batchSize: fromOneOn,
    width: fromOneOn,
    onStep: callback,
  });
  const { contentWeight = 1, styleWeight = 10, variationWeight = 0.1, steps = 2000 } = options;
  const { batchSize = 4, lr = 0.001, width, seed = 0 } = options;
  const [h, w, c] = photos.shape;
  if (c !== 3 || h % 4 !== 0 || w % 4 !== 0)
    throw new ExplainError(
      `trainStyle: the photographs are ${h}×${w}×${c}, expected three channels, and edges that are multiples of 4`,
    );
  if (photos.length === 0) throw new ExplainError(`trainStyle: ${photos.name} has no photographs`);
  const painted = await canvasesOf(model, styles);
  const photo = { height: h, width: w, channels: c, values: new Float32Array(0) };
  const layers = checkedLayers(model, options, [photo, ...painted]);
  const grams = await stylesOf(model, painted, layers.style, { blend: options.blend });
  const network = styleNetwork({ width });
  network.build([h, w, c], { seed });

  const loss = (pixels: Tensor): Tensor => {
    const p = network(cast(pixels, "f32"), { training: true });
    const wanted = outputsAt(model, fromShares(model, mul(cast(pixels, "f32"), 1 / 255)), layers.content);
    const found = outputsAt(model, fromShares(model, p), [...layers.content, ...layers.style]);
    const off = (y: Tensor, target: Tensor) =>
      div(mean(square(sub(y, target))), add(mean(square(target)), 1e-12));
    const contents = layers.content.map((layer) => off(found.get(layer)!, stopGradient(wanted.get(layer)!)));
    const manners = layers.style.map((layer, i) => off(gram(found.get(layer)!), grams[i]));
    const share = (terms: Tensor[], weight: number) => mul(terms.reduce(add), weight / terms.length);
    const variation = mul(totalVariation(p), variationWeight / p.size);
    return add(add(share(contents, contentWeight), share(manners, styleWeight)), variation);
  };
  const { parameters } = network;
  const learner = learnerOf(adam({ lr }), parameters);
  const learn = compile((pixels: Tensor, at: StepTensors) => {
    const value = loss(pixels);
    learner.update(gradients(value, [...parameters.values()]), at);
    return value;
  });

  const done = parts(options, steps);
  let order = epochOrder(photos.length, { seed, epoch: 0 });
  for (let step = 1, at = 0, epoch = 0; step <= steps; step++) {
    const indices = Int32Array.from({ length: batchSize }, () => {
      if (at === order.length) {
        order = epochOrder(photos.length, { seed, epoch: ++epoch });
        at = 0;
      }
      return order[at++];
    });
    const bytes = await picturesAt(photos, indices);
    const [value] = await learn(tensor(bytes, [batchSize, h, w, c]), stepTensors(lr, step));
    if (!Number.isFinite(value))
      throw new ExplainError(`trainStyle: the loss is ${value} at step ${step}; try a smaller lr than ${lr}`);
    await options.onStep?.({ step, loss: value, network });
    await done(step);
    if (options.stop?.aborted) break;
  }
  return network;
}
