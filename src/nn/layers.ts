/** Every layer that a description may name; `description.ts` has a line for each. */
export {
  elu,
  gelu,
  leakyRelu,
  maxout,
  prelu,
  relu,
  scaledTanh,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  tanh,
} from "./activations.js";
export { adaptiveAvgPool2d } from "./adaptive-avg-pool2d.js";
export { auxiliary } from "./auxiliary.js";
export { avgPool2d } from "./avg-pool2d.js";
export { batchNorm } from "./batch-norm.js";
export { branches } from "./branches.js";
export { conv1d } from "./conv1d.js";
export { conv2d } from "./conv2d.js";
export { conv2dTranspose } from "./conv2d-transpose.js";
export { dense } from "./dense.js";
export { denseBlock } from "./dense-block.js";
export { depthwiseConv2d } from "./depthwise-conv2d.js";
export { dropout, spatialDropout } from "./dropout.js";
export { embedding } from "./embedding.js";
export { flatten } from "./flatten.js";
export { globalAvgPool2d, globalMaxPool2d } from "./global-pool2d.js";
export { graph } from "./graph.js";
export { localResponseNorm } from "./local-response-norm.js";
export { maxOverTime } from "./max-over-time.js";
export { maxPool2d } from "./max-pool2d.js";
export { add, average, concatenate, multiply } from "./merging.js";
export { groupNorm, instanceNorm, layerNorm } from "./normalisation.js";
export { pad } from "./pad.js";
export { partialConv2d } from "./partial-conv2d.js";
export { rbf } from "./rbf.js";
export { gru, lstm } from "./recurrent.js";
export { rescale } from "./rescale.js";
export { residual } from "./residual.js";
export { sequential } from "./sequential.js";
export { subsampling2d } from "./subsampling2d.js";
export { unflatten } from "./unflatten.js";
export { upsample2d } from "./upsample2d.js";
