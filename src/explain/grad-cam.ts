import { pullBack } from "../autodiff/gradients.js";
import { optionsOf } from "../door/options.js";
import { flag, text } from "../door/rules.js";
import { resample } from "../images/resample.js";
import type { Model } from "../nn/index.js";
import { relu } from "../ops/activations.js";
import { mul } from "../ops/arithmetic.js";
import { scalar } from "../ops/scalar.js";
import { mean } from "../ops/statistics.js";
import { sum } from "../ops/sum.js";
import { compile } from "../tensor/compile.js";
import { numbersOf } from "../tensor/compute.js";
import { Tensor } from "../tensor/tensor.js";
import { ExplainError } from "./explain-error.js";
import { guidedBackpropagation } from "./guided-backpropagation.js";
import { heatMap } from "./method.js";
import { picturesFor } from "./pictures.js";
import { aimed } from "./rules.js";
import { parts } from "./running.js";
import type { Aimed } from "./saliency.js";
import { aimAt, isUnit } from "./target.js";
import { lastMaps, leadsTo } from "./usual-layers.js";
import { ofAny } from "./view.js";
import { layersWithMaps, mapsOf } from "./walk.js";

/** Layer and target of {@link gradCam}. */
export interface GradCamOptions extends Aimed {
  /** The layer whose maps are weighed; the last maps before they are pooled (`lastMaps`) if left out. */
  layer?: string;
  /** Whether what speaks against the class is left out, as in the paper. */
  relu?: boolean;
  /** Whether the map is enlarged to the picture's size, by linear interpolation. */
  enlarge?: boolean;
}

/**
 * Grad-CAM: a layer's maps, weighed by how much each moves the score.
 *
 *     α[k] = mean over i,j of ∂ score / ∂ A[i,j,k],   L = ReLU(Σ over k of α[k] · A[k])
 *
 * @param images  N×H×W×C
 * @returns       N×H×W, or N×h×w of the layer if it is not enlarged; in units of the score
 * @throws ExplainError where there is no such class, unit or layer, or the layer has no height and width
 * Selvaraju, Cogswell, Das, Vedantam, Parikh, Batra: Grad-CAM, arXiv:1610.02391, equations 1 and 2; the score before
 * softmax.
 */
export const gradCam = ofAny("gradCam")(async function gradCam(
  model: Model,
  images: Tensor,
  options: GradCamOptions = {},
): Promise<Tensor> {
  optionsOf("gradCam", options, { ...aimed, layer: text, relu: flag, enlarge: flag });
  const { relu: rectified = true, enlarge = true } = options;
  const done = parts(options, 1);
  const x = await picturesFor("gradCam", model, images);
  const { target } = options;
  const { score, units } = await aimAt("gradCam", model, x, target);
  const layer = options.layer ?? lastMaps(model, { speaker: "gradCam", target });
  mapsOf(model, layer, "gradCam");
  const end = target !== undefined && isUnit(target) ? target.layer : undefined;
  if (!leadsTo(model, layer, end, "gradCam"))
    throw new ExplainError(
      `gradCam: ${layer} of ${model.name} has no part in ${end === undefined ? "its answer" : `${end}, whose unit is the target`}; layers that have are ${layersWithMaps(
        model,
      )
        .filter((name) => leadsTo(model, name, end, "gradCam"))
        .join(", ")}`,
    );
  const run = compile((pictures: Tensor, chosen: Tensor) => {
    let maps: Tensor | undefined;
    const scores = score(pictures, chosen, {
      capture(path, output) {
        if (path === layer) maps = output;
      },
    });
    const [slopes] = pullBack(sum(scores), scalar(1), [maps!]);
    const weighed = sum(mul(maps!, mean(slopes, { axis: [1, 2], keepDims: true })), { axis: 3 });
    return rectified ? relu(weighed) : weighed;
  });
  const map = await run(x, units);
  const values = (await numbersOf(map)) as Float32Array;
  await done(1);
  if (!enlarge) return map;
  const [n, h, w] = map.shape;
  const [, height, width] = x.shape;
  const enlarged = new Float32Array(n * height * width);
  for (let i = 0; i < n; i++)
    enlarged.set(
      resample(
        values.subarray(i * h * w, (i + 1) * h * w),
        { height: h, width: w, channels: 1 },
        { height, width },
      ),
      i * height * width,
    );
  return Tensor.from(enlarged, [n, height, width], "f32");
});

/**
 * Guided Grad-CAM: guided backpropagation, where Grad-CAM points to.
 *
 * @returns  N×H×W×C
 * Selvaraju et al., section 3.3.
 */
export const guidedGradCam = ofAny("guidedGradCam")(async function guidedGradCam(
  model: Model,
  images: Tensor,
  options: Omit<GradCamOptions, "relu" | "enlarge"> = {},
): Promise<Tensor> {
  optionsOf("guidedGradCam", options, { ...aimed, layer: text });
  const { onProgress: _, ...quiet } = options;
  const done = parts(options, 2);
  const where = await gradCam(model, images, quiet);
  await done(1);
  const { layer: __, ...rest } = quiet;
  const what = await guidedBackpropagation(model, images, rest);
  await done(2);
  const channels = what.shape[3];
  const values = what.own!.map((value, i) => value * where.own![Math.floor(i / channels)]);
  return Tensor.from(Float32Array.from(values), what.shape, "f32");
});

export const gradCamMethod = heatMap({
  name: "grad-cam",
  title: "Grad-CAM",
  description: "where the maps of a layer speak for the class",
  question: "Where in the picture does the network see the class?",
  cannotSay:
    "It does not say which pixels: its grain is that of the layer's maps, and what speaks against is left out.",
  sign: "none",
  unit: "score",
  networks: "with maps before the answer",
  looksAtMaps: true,
  run: gradCam,
});

export const guidedGradCamMethod = heatMap({
  name: "guided-grad-cam",
  title: "Guided Grad-CAM",
  description: "guided backpropagation where Grad-CAM points",
  question: "Which details are there, where the network sees the class?",
  cannotSay: "It does not say how much a detail counts: the product of the two has no meaning as a number.",
  sign: "both",
  unit: "product of the two",
  networks: "with maps before the answer",
  looksAtMaps: true,
  run: guidedGradCam,
});
