export { clip, elu, leakyRelu, prelu, relu, scaledTanh, selu, silu } from "./activations.js";
export { adaptiveAvgPool2d } from "./adaptive-avg-pool2d.js";
export { add, div, maximum, minimum, mul, neg, sub } from "./arithmetic.js";
export { avgPool2d } from "./avg-pool2d.js";
export { broadcastTo } from "./broadcast-to.js";
export { cast } from "./cast.js";
export {
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  notEqual,
} from "./comparisons.js";
export { concat } from "./concat.js";
export { type Conv1dOptions, conv1d, type LinePadding } from "./conv1d.js";
export { type Conv2dOptions, conv2d } from "./conv2d.js";
export { type Conv2dTransposeOptions, conv2dTranspose } from "./conv2d-transpose.js";
export { type CtcLossOptions, ctcLoss } from "./ctc-loss.js";
export { type CumsumOptions, cumsum } from "./cumsum.js";
export { abs, exp, log, pow, sigmoid, sign, softplus, sqrt, square, tanh } from "./elementary.js";
export { erf } from "./erf.js";
export { type Extension, extend, extensions } from "./extend.js";
export { argmax, max, min } from "./extremes.js";
export { gather } from "./gather.js";
export { type GeluOptions, gelu } from "./gelu.js";
export { type GruWeights, gruCell } from "./gru-cell.js";
export { type LocalResponseNormOptions, localResponseNorm } from "./local-response-norm.js";
export { type CellWeights, type LstmState, lstmCell } from "./lstm-cell.js";
export { matmul } from "./matmul.js";
export { maxPool2d, maxPool2dSwitches, type PoolOptions } from "./max-pool2d.js";
export { maxUnpool2d } from "./max-unpool2d.js";
export { maxout } from "./maxout.js";
export {
  type NonMaxSuppressionOptions,
  nonMaxSuppression,
  type Unsuppressed,
} from "./non-max-suppression.js";
export { normalise } from "./normalise.js";
export { oneHot } from "./one-hot.js";
export { pad } from "./pad.js";
export { reshape } from "./reshape.js";
export { type RoiAlignOptions, roiAlign } from "./roi-align.js";
export { roiPool } from "./roi-pool.js";
export type { TensorLike } from "./scalar.js";
export { flip, slice } from "./slice.js";
export { logSoftmax, softmax } from "./softmax.js";
export { mean, variance } from "./statistics.js";
export { stopGradient } from "./stop-gradient.js";
export { type ReductionOptions, sum } from "./sum.js";
export { transpose } from "./transpose.js";
export { type UpsampleOptions, upsample2d } from "./upsample2d.js";
export { where } from "./where.js";
export type { Pair, WindowPadding } from "./windows.js";
