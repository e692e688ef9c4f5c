import { checkArgument } from "../door/argument.js";
import { optionsOf } from "../door/options.js";
import { list, oneOf, required, rule } from "../door/rules.js";
import { fromDescription, type Model } from "../nn/index.js";
import { show } from "../tensor/shapes.js";
import { copyOf, variablesOf, type Weights } from "../training/weights.js";
import { setVariables, WeightsError } from "../training/weights-checks.js";

/** How weights that were trained elsewhere want their pixels: in this order, each (pixel − mean) / deviation. */
export interface PixelScaling {
  readonly order: "rgb" | "bgr";
  /** Of pixels of 0 to 255, a number for each channel in that order. */
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

/**
 * The same model for pixels as they are, RGB bytes of 0 to 255, whatever its weights were trained on: the scaling it
 * begins with is exchanged, and where the weights expect blue first, the filters of the first convolution are turned
 * round, which gives the same numbers.
 *
 * @param model  built, with its weights
 * @throws WeightsError if the model does not begin by rescaling pixels of three channels
 */
export async function withPixelScaling(model: Model, given: PixelScaling): Promise<Model> {
  checkArgument("withPixelScaling", "the model", model, layersInARow);
  const { order, mean, deviation } = optionsOf("withPixelScaling", given, {
    order: required(oneOf("rgb", "bgr")),
    mean: required(list("numbers")),
    deviation: required(list("numbers")),
  });
  const [first, ...rest] = model.options.layers;
  const channels = model.inputShape?.at(-1);
  if (first?.type !== "rescale" || channels !== 3)
    throw new WeightsError(
      `${model.name} begins with ${first?.type ?? "no layer"} on ${model.inputShape ? show(model.inputShape) : "no pictures"}, expected a rescaling of pixels in three channels`,
    );
  const toRgb = (v: readonly number[]) => (order === "rgb" ? [...v] : [...v].reverse());
  const scaling = { ...first.options, scale: 1, offset: 0, mean: toRgb(mean), deviation: toRgb(deviation) };
  const adapted = fromDescription({
    type: "sequential",
    name: model.name,
    options: { layers: [{ ...first, options: scaling }, ...rest] },
  });
  adapted.build(model.inputShape!, { blank: true });
  const weights = await copyOf(variablesOf(model));
  if (order === "bgr") turnChannels(model.name, weights);
  setVariables(variablesOf(adapted), weights, { owner: model.name });
  return adapted;
}

/** Turns the input channels of the first convolution's filters round, in place. */
function turnChannels(owner: string, weights: Weights): void {
  const filters = [...weights].find(([path]) => path.endsWith(".filters"))?.[1];
  const [kh, kw, channels, count] = filters?.shape ?? [];
  if (!filters || channels !== 3)
    throw new WeightsError(`${owner} has no convolution of three channels whose order could be changed`);
  const { data } = filters;
  for (let at = 0; at < kh * kw; at++)
    for (let f = 0; f < count; f++) {
      const [red, blue] = [at * 3 * count + f, (at * 3 + 2) * count + f];
      [data[red], data[blue]] = [data[blue], data[red]];
    }
}

const layersInARow = rule("layers one after the other, such as resnet(18)", (value) =>
  Array.isArray((value as Model | null)?.options?.layers),
);
