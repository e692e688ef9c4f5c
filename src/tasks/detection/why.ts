/** Why a box: where the maps of a network speak for what it has told. */
import { pullBack } from "../../autodiff/gradients.js";
import { DataError } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { fromOneOn, text } from "../../door/rules.js";
import type { FileSource } from "../../formats/given-source.js";
import type { Picture } from "../../images/picture.js";
import { resample } from "../../images/resample.js";
import { relu } from "../../ops/activations.js";
import { mul } from "../../ops/arithmetic.js";
import { gather } from "../../ops/gather.js";
import { reshape } from "../../ops/reshape.js";
import { scalar } from "../../ops/scalar.js";
import { mean } from "../../ops/statistics.js";
import { sum } from "../../ops/sum.js";
import { compile } from "../../tensor/compile.js";
import { numbersOf } from "../../tensor/compute.js";
import { Tensor } from "../../tensor/tensor.js";
import { unsuppressed } from "./decoding.js";
import { type DetectionOptions, type Detector, someDetector, tellingOf, tellingRules } from "./detector.js";
import { type Detection, type Looked, looked, lyingIn } from "./looked.js";
import { candidatesOf, isFasterRcnn, isRegionNetwork } from "./told-boxes.js";

/** Which boxes {@link whyBoxes} asks about. */
export interface WhyBoxesOptions extends DetectionOptions {
  /** About so many boxes at most, the surest; 6 if left out. */
  most?: number;
  /** The layer whose maps are weighed, by its path; if left out the last one that all boxes are told from. */
  layer?: string;
}

/** A box, and where the network saw what it is. */
export interface ExplainedBox extends Detection {
  /** Of each pixel of the picture, line by line, at least 0: in the unit of the class's score before sigmoid or softmax. */
  readonly map: Float32Array;
}

/**
 * Grad-CAM for each box that is told: the maps of a layer, weighed by how much each moves the score of the box's class at the
 * place, or in the region, that told it.
 *
 *     const [first] = await detection.whyBoxes(detector, "street.jpg");
 *
 * @param given  as of `predict`, one picture
 * @throws DataError where there is no such layer, or it has no maps
 * Selvaraju, Cogswell, Das, Vedantam, Parikh, Batra: Grad-CAM, arXiv:1610.02391, equations 1 and 2.
 */
export async function whyBoxes(
  detector: Detector,
  given: Picture | FileSource,
  options: WhyBoxesOptions = {},
): Promise<ExplainedBox[]> {
  checkArgument("whyBoxes", "detector", detector, someDetector);
  const { layer = usualLayer(detector), ...how } = optionsOf("whyBoxes", options, {
    ...tellingRules,
    most: fromOneOn,
    layer: text,
  });
  const telling = tellingOf({ most: 6, ...how });
  const { picture, images, boxes } = await looked(detector, given);
  const { find, weigh } = programsOf(detector, { layer, telling });
  const { indices, ...found } = (await numbersOf(find(images))) as {
    readonly [name: string]: ArrayLike<number>;
  };
  const explained: ExplainedBox[] = [];
  for (const one of boxes(found)) {
    const which = Tensor.from(Int32Array.of(indices[one.place]), [1], "i32");
    const map = await weigh(images, which);
    const [, height, width] = map.shape;
    explained.push({
      ...one.detection,
      map: ofPicture((await map.data()) as Float32Array, { height, width }, { picture, sees: detector.sees }),
    });
  }
  return explained;
}

/** What all boxes are told from. */
const usualLayer = ({ network }: Detector): string =>
  isRegionNetwork(network) ? "backbone" : isFasterRcnn(network) ? "pyramid/stage4" : "joined4";

/** What lies over the picture, without what lies around it in the network's eyes, as large as the picture. */
function ofPicture(
  values: Float32Array,
  { height, width }: { height: number; width: number },
  { picture, sees }: Pick<Looked, "picture"> & Pick<Detector, "sees">,
): Float32Array {
  const place = lyingIn(picture, sees);
  const whole = sees.fit === "scale" ? [picture.height, picture.width] : sees.size;
  const [y, x] = [height / whole[0], width / whole[1]];
  const region = {
    top: place.top * y,
    left: place.left * x,
    height: place.height * y,
    width: place.width * x,
  };
  return resample(values, { height, width, channels: 1 }, picture, region);
}

type Programs = ReturnType<typeof compiled>;

/** Of each detector those that were asked for. */
const programs = new WeakMap<Detector, Map<string, Programs>>();

interface Asked {
  readonly layer: string;
  readonly telling: ReturnType<typeof tellingOf>;
}

function programsOf(detector: Detector, asked: Asked): Programs {
  const own = programs.get(detector) ?? new Map<string, Programs>();
  programs.set(detector, own);
  const key = JSON.stringify(asked);
  const known = own.get(key) ?? compiled(detector, asked);
  own.set(key, known);
  return known;
}

function compiled(detector: Detector, { layer, telling }: Asked) {
  const find = compile((images: Tensor) => unsuppressed(candidatesOf(detector, images), telling));
  const weigh = compile((images: Tensor, which: Tensor) => {
    let maps: Tensor | undefined;
    const { answers } = candidatesOf(detector, images, {
      capture(path, output) {
        if (path === layer) maps = output;
      },
    });
    if (maps?.rank !== 4)
      throw new DataError(`whyBoxes: ${detector.network.name} has no layer ${layer} with maps`);
    const score = sum(gather(reshape(answers, [answers.size]), which));
    const [slopes] = pullBack(score, scalar(1), [maps]);
    return relu(sum(mul(maps, mean(slopes, { axis: [1, 2], keepDims: true })), { axis: 3 }));
  });
  return { find, weigh };
}
