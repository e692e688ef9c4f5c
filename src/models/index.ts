export { digitCodes } from "./digit-codes.js";
export { lenet5 } from "./lenet5.js";
export { type Registered, registered, registry, UnknownModelError } from "./registry.js";
export { vggCifar } from "./vgg-cifar.js";
