export { digitCodes } from "./digit-codes.js";
export { lenet5 } from "./lenet5.js";
export { type Registered, registered, registry, UnknownModelError } from "./registry.js";
export { type ResnetVariant, resnet } from "./resnet.js";
export { type VggVariant, vgg } from "./vgg.js";
export { vggCifar } from "./vgg-cifar.js";
