/** Models from plain data: what `model.describe()` says, rebuilt. */

import { suggestion } from "../door/spelling.js";
import type { GeluOptions } from "../ops/gelu.js";
import type { LocalResponseNormOptions } from "../ops/local-response-norm.js";
import type { Tree } from "../tensor/tree.js";
import type {
  EluOptions,
  LeakyReluOptions,
  MaxoutOptions,
  PreluOptions,
  ScaledTanhOptions,
} from "./activations.js";
import type { AdaptiveAvgPool2dOptions } from "./adaptive-avg-pool2d.js";
import type { AuxiliaryOptions } from "./auxiliary.js";
import type { AvgPool2dOptions } from "./avg-pool2d.js";
import type { BatchNormOptions } from "./batch-norm.js";
import type { BranchesOptions } from "./branches.js";
import { called } from "./called.js";
import type { Conv1dLayerOptions } from "./conv1d.js";
import type { Conv2dLayerOptions } from "./conv2d.js";
import type { Conv2dTransposeLayerOptions } from "./conv2d-transpose.js";
import type { DenseOptions } from "./dense.js";
import type { DenseBlockOptions } from "./dense-block.js";
import type { DepthwiseConv2dOptions } from "./depthwise-conv2d.js";
import type { DropoutOptions } from "./dropout.js";
import type { EmbeddingOptions } from "./embedding.js";
import type { GraphOptions } from "./graph.js";
import type { NamedNode } from "./graph-order.js";
import type { AnyLayer, Layer } from "./layer.js";
import * as layers from "./layers.js";
import type { MaxOverTimeOptions } from "./max-over-time.js";
import type { MaxPool2dOptions } from "./max-pool2d.js";
import type { ConcatenateOptions } from "./merging.js";
import type { LayerDescription, Model, ModelDescription, Network, SequentialOptions } from "./model.js";
import { network } from "./network.js";
import type { GroupNormOptions, LayerNormOptions, NormalisationOptions } from "./normalisation.js";
import type { PadOptions } from "./pad.js";
import type { PartialConv2dOptions } from "./partial-conv2d.js";
import type { RbfOptions } from "./rbf.js";
import type { RecurrentOptions } from "./recurrent.js";
import type { RescaleOptions } from "./rescale.js";
import type { ResidualOptions } from "./residual.js";
import type { Subsampling2dOptions } from "./subsampling2d.js";
import type { UnflattenOptions } from "./unflatten.js";
import type { Upsample2dOptions } from "./upsample2d.js";

/** A description that no model can be made from. */
export class DescriptionError extends Error {
  override name = "DescriptionError";
}

/** Layers of yours by type: how one is made from its options. */
export interface OwnLayers {
  readonly [type: string]: { make(options: object): Layer }["make"];
}

/** The same, of layers from any tree of tensors to any other. */
export interface AnyOwnLayers {
  readonly [type: string]: { make(options: object): AnyLayer }["make"];
}

/** From a layer's options and its name. */
type Maker = (options: never, name: string, own: AnyOwnLayers) => AnyLayer;

/** Every layer is here, or this does not compile. */
const makers = {
  add: (_, name) => layers.add({ name }),
  adaptiveAvgPool2d: ({ size }: AdaptiveAvgPool2dOptions, name) => layers.adaptiveAvgPool2d(size, { name }),
  auxiliary: ({ layers: inner, weight }: AuxiliaryOptions, name, own) =>
    layers.auxiliary(layersFrom(inner, own), { weight, name }),
  average: (_, name) => layers.average({ name }),
  avgPool2d: ({ size, ...options }: AvgPool2dOptions, name) => layers.avgPool2d(size, { ...options, name }),
  batchNorm: (options: BatchNormOptions, name) => layers.batchNorm({ ...options, name }),
  branches: ({ layers: inner }: BranchesOptions, name, own) =>
    layers.branches(layersFrom(inner, own), { name }),
  concatenate: (options: ConcatenateOptions, name) => layers.concatenate({ ...options, name }),
  conv1d: (options: Conv1dLayerOptions, name) => layers.conv1d({ ...options, name }),
  conv2d: (options: Conv2dLayerOptions, name) => layers.conv2d({ ...options, name }),
  conv2dTranspose: (options: Conv2dTransposeLayerOptions, name) =>
    layers.conv2dTranspose({ ...options, name }),
  dense: ({ units, ...options }: DenseOptions, name) => layers.dense(units, { ...options, name }),
  denseBlock: ({ layers: inner }: DenseBlockOptions, name, own) =>
    layers.denseBlock(layersFrom(inner, own), { name }),
  depthwiseConv2d: (options: DepthwiseConv2dOptions, name) => layers.depthwiseConv2d({ ...options, name }),
  dropout: ({ rate }: DropoutOptions, name) => layers.dropout(rate, { name }),
  elu: (options: EluOptions, name) => layers.elu({ ...options, name }),
  embedding: (options: EmbeddingOptions, name) => layers.embedding({ ...options, name }),
  flatten: (_, name) => layers.flatten({ name }),
  gelu: (options: GeluOptions, name) => layers.gelu({ ...options, name }),
  globalAvgPool2d: (_, name) => layers.globalAvgPool2d({ name }),
  globalMaxPool2d: (_, name) => layers.globalMaxPool2d({ name }),
  graph: (options: GraphOptions, name, own) => graphFrom(name, options, own),
  groupNorm: ({ groups, ...options }: GroupNormOptions, name) =>
    layers.groupNorm(groups, { ...options, name }),
  gru: (options: RecurrentOptions, name) => layers.gru({ ...options, name }),
  instanceNorm: (options: NormalisationOptions, name) => layers.instanceNorm({ ...options, name }),
  layerNorm: (options: LayerNormOptions, name) => layers.layerNorm({ ...options, name }),
  leakyRelu: (options: LeakyReluOptions, name) => layers.leakyRelu({ ...options, name }),
  localResponseNorm: (options: LocalResponseNormOptions, name) =>
    layers.localResponseNorm({ ...options, name }),
  lstm: (options: RecurrentOptions, name) => layers.lstm({ ...options, name }),
  maxout: ({ pieces }: MaxoutOptions, name) => layers.maxout(pieces, { name }),
  maxOverTime: (options: MaxOverTimeOptions, name) => layers.maxOverTime({ ...options, name }),
  maxPool2d: ({ size, ...options }: MaxPool2dOptions, name) => layers.maxPool2d(size, { ...options, name }),
  multiply: (_, name) => layers.multiply({ name }),
  pad: (options: PadOptions, name) => layers.pad({ ...options, name }),
  partialConv2d: (options: PartialConv2dOptions, name) => layers.partialConv2d({ ...options, name }),
  prelu: (options: PreluOptions, name) => layers.prelu({ ...options, name }),
  rbf: (options: RbfOptions, name) => layers.rbf({ ...options, name }),
  relu: (_, name) => layers.relu({ name }),
  rescale: (options: RescaleOptions, name) => layers.rescale({ ...options, name }),
  residual: ({ layers: inner, shortcut, activation }: ResidualOptions, name, own) =>
    layers.residual(layersFrom(inner, own), {
      shortcut: shortcut && layersFrom(shortcut, own),
      activation: activation && (layerFrom(activation, own) as Layer),
      name,
    }),
  scaledTanh: (options: ScaledTanhOptions, name) => layers.scaledTanh({ ...options, name }),
  selu: (_, name) => layers.selu({ name }),
  sequential: (options: SequentialOptions, name, own) =>
    fromDescription({ type: "sequential", name, options }, own),
  sigmoid: (_, name) => layers.sigmoid({ name }),
  silu: (_, name) => layers.silu({ name }),
  softmax: (_, name) => layers.softmax({ name }),
  softplus: (_, name) => layers.softplus({ name }),
  spatialDropout: ({ rate }: DropoutOptions, name) => layers.spatialDropout(rate, { name }),
  subsampling2d: ({ size, ...options }: Subsampling2dOptions, name) =>
    layers.subsampling2d(size, { ...options, name }),
  tanh: (_, name) => layers.tanh({ name }),
  unflatten: ({ shape }: UnflattenOptions, name) => layers.unflatten(shape, { name }),
  upsample2d: (options: Upsample2dOptions, name) => layers.upsample2d({ ...options, name }),
} satisfies { readonly [Type in keyof typeof layers]: Maker };

type OptionsOf<M> = M extends (options: infer Options, ...more: never) => AnyLayer
  ? [Options] extends [never]
    ? Record<never, never>
    : Options
  : never;

/** What describes a layer of each type, as plain data. */
export type LayerOptions = { [Type in keyof typeof makers]: OptionsOf<(typeof makers)[Type]> };

/**
 * The network that was described, not built. Layers of your own are made by `own`:
 * nn.fromDescription(description, { swish: () => swish }).
 *
 * @throws DescriptionError where a layer is of no known type, or cannot be made with its options
 */
export function fromDescription(description: ModelDescription, own?: OwnLayers): Model;
export function fromDescription<I extends Tree = Tree, O extends Tree = Tree>(
  description: LayerDescription,
  own?: AnyOwnLayers,
): Network<I, O>;
export function fromDescription(description: LayerDescription, own: AnyOwnLayers = {}): unknown {
  checkDescription(description, "the model");
  const { type, name, options } = description;
  const { layers: listed, nodes } = options as Partial<SequentialOptions & GraphOptions>;
  if ("masks" in options)
    throw new DescriptionError(`fromDescription: ${name} was masked, which a description does not keep`);
  try {
    if (type === "sequential" && Array.isArray(listed))
      return layers.sequential(name, ...layersFrom(listed, own));
    if (type === "graph" && Array.isArray(nodes)) return graphFrom(name, options as GraphOptions, own);
    if (Object.hasOwn(own, type)) return network(called(name, own[type](options)));
    const expected = type === "graph" ? "graph with nodes" : "sequential with layers";
    throw new DescriptionError(
      `fromDescription: ${name} is of type ${type} with ${Object.keys(options).join(", ") || "no options"}, expected ${expected}`,
    );
  } catch (error) {
    // What a layer says of its options; they come from files.
    if (error instanceof DescriptionError || !(error instanceof Error)) throw error;
    throw new DescriptionError(`fromDescription: ${error.message}`, { cause: error });
  }
}

function graphFrom(name: string, { inputs, nodes, outputs }: GraphOptions, own: AnyOwnLayers) {
  const made = nodes.map(
    (node): NamedNode => ({
      ...node,
      layer: typeof node.layer === "string" ? node.layer : layerFrom(node.layer, own),
    }),
  );
  return layers.graph(name, { inputs, nodes: made, outputs });
}

/** In a list each has one input and one output; of others the network that has them says so when it is built. */
function layersFrom(descriptions: readonly LayerDescription[], own: AnyOwnLayers): Layer[] {
  if (!Array.isArray(descriptions))
    throw new DescriptionError(
      `fromDescription: layers are ${JSON.stringify(descriptions) ?? "missing"}, expected a list`,
    );
  return descriptions.map((layer) => layerFrom(layer, own) as Layer);
}

function layerFrom(description: LayerDescription, own: AnyOwnLayers): AnyLayer {
  checkDescription(description, "a layer");
  const { type, name, options } = description;
  if (Object.hasOwn(own, type)) return called(name, own[type](options));
  if (isKnown(type)) return makers[type](options as never, name, own);
  throw new DescriptionError(
    `fromDescription: there is no layer of type "${type}" (${name}); one of your own is made by fromDescription(description, { ${type}: (options) => … })${suggestion(type, Object.keys(makers))}`,
  );
}

const isKnown = (type: string): type is keyof typeof makers => Object.hasOwn(makers, type);

/** Descriptions come from files: what they hold is not certain. */
function checkDescription(description: unknown, what: string): void {
  const d = description as Partial<LayerDescription> | null | undefined;
  if (
    typeof d?.type !== "string" ||
    typeof d.name !== "string" ||
    typeof d.options !== "object" ||
    d.options === null
  )
    throw new DescriptionError(
      `fromDescription: ${what} is ${JSON.stringify(description) ?? "missing"}, expected { type, name, options }`,
    );
}
