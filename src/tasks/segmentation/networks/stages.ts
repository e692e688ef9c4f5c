/** What of a network for classes sees pictures, in stages: what networks for pixels stand on. */
import { said } from "../../../door/said.js";
import { called } from "../../../nn/called.js";
import * as nn from "../../../nn/index.js";
import { rehearse } from "../../../nn/pass.js";
import type { Shape } from "../../../tensor/shapes.js";
import { placeholder, type Tensor, type Variable } from "../../../tensor/tensor.js";
import type { SegmentationNetwork } from "./nodes.js";

/** Layers after which a picture has one size. */
export interface Stage {
  readonly layers: readonly nn.Layer[];
  /** How many pixels of the picture lie between two of its own. */
  readonly stride: number;
  readonly channels: number;
}

/** Of these on nothing is a picture any more. */
const ends = /^(flatten|global(Avg|Max)Pool2d|adaptiveAvgPool2d|dense)$/;

/** Networks for ImageNet show it so much of a picture. */
const usualInput = [224, 224, 3];

/**
 * A network cut where it halves pictures, without the layers that make classes of them.
 *
 * @returns  `pixels`: how it scales pixels; `stages` from the finest to the coarsest, each with the layers from the one before
 * @throws TypeError where it is no list of layers, or halves nothing
 */
export function stagesOf(speaker: string, backbone: nn.Model): { pixels: nn.Layer; stages: Stage[] } {
  if (backbone?.type !== "sequential" || !Array.isArray(backbone.layers))
    throw new TypeError(
      `${speaker}: the backbone is ${said(backbone)}, expected a model that is a list of layers, such as those of \`models\``,
    );
  const input = (backbone.inputShape as Shape | null) ?? usualInput;
  const outputs = new Map<string, Shape>();
  const asked = rehearse(backbone, placeholder([1, ...input], "f32"), {
    training: false,
    ran: ({ path, y }) => void outputs.set(path, (y as Tensor).shape.slice(1)),
  });
  const all = backbone.layers.map((layer, i) => {
    const name = backbone.layerNames[i];
    return {
      layer: called(name, layer as nn.AnyLayer) as nn.Layer,
      output: outputs.get(name)!,
      learns: asked.some(({ path }) => path.startsWith(`${name}.`) || path.startsWith(`${name}/`)),
    };
  });
  const classes = all[all.length - 1]?.output.at(-1);
  const end = all.findIndex(({ layer }) => ends.test(layer.type));
  let seeing = all.slice(0, end < 0 ? all.length : end);
  // Where classes are made by a convolution that is averaged, it is none of what sees.
  const last = seeing.findLastIndex(({ learns }) => learns);
  if (
    last > 0 &&
    !all.slice(seeing.length).some(({ learns }) => learns) &&
    seeing[last].output.at(-1) === classes
  )
    seeing = seeing.slice(0, last);
  while (seeing.at(-1)?.layer.type === "dropout") seeing = seeing.slice(0, -1);
  seeing = seeing.filter(({ layer }) => layer.type !== "auxiliary");
  const [first] = seeing;
  const isScaled = first?.layer.type === "rescale";
  // In training pictures are changed, and are no bytes any more.
  const pixels = isScaled
    ? nn.rescale({ ...first.layer.options, bytesOnly: false })
    : nn.rescale({ scale: 1 });
  const stages: { layers: nn.Layer[]; stride: number; channels: number }[] = [];
  for (const { layer, output } of isScaled ? seeing.slice(1) : seeing) {
    const [height, , channels] = output;
    // Borders and convolutions without them change sizes by a few pixels and halve nothing.
    const stride = 2 ** Math.round(Math.log2(input[0] / height));
    const before = stages.at(-1);
    if (before?.stride === stride) {
      before.layers.push(layer);
      before.channels = channels;
    } else stages.push({ layers: [layer], stride, channels });
  }
  if (stages.length < 2)
    throw new TypeError(
      `${speaker}: the backbone ${backbone.name} halves no picture, expected a network with levels`,
    );
  return { pixels, stages };
}

/** Where what a backbone has learned belongs in a network that stands on it: `stage2/conv3.filters` for `conv3.filters`. */
export async function withBackbone(network: SegmentationNetwork, backbone: nn.Model): Promise<void> {
  for (const kind of ["parameters", "buffers"] as const) {
    const own = network[kind] as ReadonlyMap<string, Variable>;
    for (const [path, variable] of own) {
      const learned = backbone[kind].get(path.replace(/^stage\d+\//, ""));
      if (/^stage\d+\//.test(path) && learned) variable.set(await learned.read());
    }
  }
}
