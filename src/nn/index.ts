export type {
  EluOptions,
  LeakyReluOptions,
  MaxoutOptions,
  PreluOptions,
  ScaledTanhOptions,
} from "./activations.js";
export type { AdaptiveAvgPool2dOptions } from "./adaptive-avg-pool2d.js";
export type { AuxiliaryOptions } from "./auxiliary.js";
export type { AvgPool2dOptions, AvgPool2dWindows } from "./avg-pool2d.js";
export type { BatchNormOptions } from "./batch-norm.js";
export type { BranchesOptions } from "./branches.js";
export type { Conv1dLayerOptions } from "./conv1d.js";
export type { Conv2dLayerOptions } from "./conv2d.js";
export type { Conv2dTransposeLayerOptions } from "./conv2d-transpose.js";
export { type CropToOptions, cropTo } from "./crop-to.js";
export type { DenseOptions } from "./dense.js";
export type { DenseBlockOptions } from "./dense-block.js";
export type { DepthwiseConv2dOptions } from "./depthwise-conv2d.js";
export {
  type AnyOwnLayers,
  DescriptionError,
  fromDescription,
  type LayerOptions,
  type OwnLayers,
} from "./description.js";
export type { DropoutOptions } from "./dropout.js";
export type { EmbeddingOptions } from "./embedding.js";
export type {
  Graph,
  GraphDescription,
  GraphOptions,
  GraphPlan,
} from "./graph.js";
export type { From, GraphNode, NamedNode } from "./graph-order.js";
export { type Fans, fansOf, type Initialiser, initialNumbers } from "./initialisers.js";
export type { AnyLayer, Inner, Layer, Named, Scope, Window } from "./layer.js";
export * from "./layers.js";
export { masked } from "./masked.js";
export type { MaxOverTimeOptions } from "./max-over-time.js";
export type { MaxPool2dOptions } from "./max-pool2d.js";
export { maxUnpool2d } from "./max-unpool2d.js";
export type { ConcatenateOptions, Merging } from "./merging.js";
export type { Mode } from "./mode.js";
export type {
  AnyNetwork,
  BuildOptions,
  LayerDescription,
  Model,
  ModelDescription,
  Network,
  SequentialOptions,
  ShapesOf,
} from "./model.js";
export { network } from "./network.js";
export type { GroupNormOptions, LayerNormOptions, NormalisationOptions } from "./normalisation.js";
export type { PadOptions } from "./pad.js";
export type { PartialConv2dOptions } from "./partial-conv2d.js";
export type { Paths } from "./paths.js";
export { pixelLayers } from "./pixel-layers.js";
export type { RbfOptions } from "./rbf.js";
export type { ReceptiveField } from "./receptive-field.js";
export { type RecurrentOptions, unrolled } from "./recurrent.js";
export { replaced } from "./replaced.js";
export type { RescaleOptions } from "./rescale.js";
export type { ResidualOptions } from "./residual.js";
export type { Subsampling2dOptions } from "./subsampling2d.js";
export type { LayerSummary, ModelSummary } from "./summary-table.js";
export type { UnflattenOptions } from "./unflatten.js";
export { upsampleTo } from "./upsample-to.js";
export type { Upsample2dOptions } from "./upsample2d.js";
