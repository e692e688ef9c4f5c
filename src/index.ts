/** Receptive: build, train, look inside and ship convolutional neural networks. */
export { grad, gradients, valueAndGrad } from "./autodiff/gradients.js";
export * from "./ops/index.js";
export { full, ones, zeros } from "./ops/fill.js";
export { range } from "./ops/range.js";
export { configure, DeviceError } from "./runtime/engine.js";
export { OutOfMemoryError } from "./runtime/memory.js";
export { assign, compile, type Tree, type Values } from "./tensor/compile.js";
export { type Nested, tensor } from "./tensor/creation.js";
export * as random from "./tensor/random.js";
export { type Shape, ShapeError, show } from "./tensor/shapes.js";
export { compute, type DType, type Tensor, type TypedArray, type Variable, variable } from "./tensor/tensor.js";
