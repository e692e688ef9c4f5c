/** The textbook: every operation in a few plain lines of float64 that follow its equation, slow and obvious. */
export { adaptiveAvgPool2d } from "./adaptive-avg-pool2d.js";
export { avgPool2d } from "./avg-pool2d.js";
export {
  cast,
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  notEqual,
  where,
} from "./comparisons.js";
export { conv2d } from "./conv2d.js";
export { conv1d, conv2dTranspose } from "./convolutions.js";
export { cumsum } from "./cumsum.js";
export { extend } from "./extend.js";
export { gather } from "./gather.js";
export { erf, gelu } from "./gelu.js";
export { localResponseNorm } from "./local-response-norm.js";
export { matmul } from "./matmul.js";
export { maxPool2d, maxPool2dSwitches } from "./max-pool2d.js";
export { maxUnpool2d } from "./max-unpool2d.js";
export { oneHot } from "./one-hot.js";
export {
  abs,
  add,
  clip,
  div,
  elu,
  exp,
  leakyRelu,
  log,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  prelu,
  relu,
  scaledTanh,
  selu,
  sigmoid,
  sign,
  silu,
  softplus,
  sqrt,
  square,
  stopGradient,
  sub,
  tanh,
} from "./pointwise.js";
export { gruCell, lstmCell } from "./recurrent.js";
export { argmax, max, maxout, mean, min, normalise, sum, variance } from "./reductions.js";
export { roiAlign, roiPool } from "./roi.js";
export { broadcastTo, concat, flip, pad, reshape, slice, transpose } from "./shape-operations.js";
export { logSoftmax, softmax } from "./softmax.js";
export { upsample2d } from "./upsample2d.js";
