import { checkArgument } from "../door/argument.js";
import { callback, text } from "../door/rules.js";
import { suggestion } from "../door/spelling.js";
import { crossEntropy, type Loss, maximumAPosteriori, meanSquaredError } from "../losses/index.js";
import type { Model } from "../nn/index.js";
import type { Target } from "../training/target.js";
import { alexnet, alexnetTorchvision } from "./alexnet.js";
import { autoencoder } from "./autoencoder.js";
import { densenet, densenetVariants } from "./densenet.js";
import { googlenet, googlenetVariants } from "./googlenet.js";
import { lenet5 } from "./lenet5.js";
import { lenet5Of1998 } from "./lenet5-1998.js";
import { resnet, resnetVariants } from "./resnet.js";
import { resnetCifar, resnetCifarVariants } from "./resnet-cifar.js";
import { squeezenet, squeezenetVariants } from "./squeezenet.js";
import { vgg, vggVariants } from "./vgg.js";
import { vggCifar } from "./vgg-cifar.js";
import { zfnet } from "./zfnet.js";

/** An architecture as the command line knows it. */
export interface Registered {
  readonly description: string;
  /** What it was designed for; channels and classes of other data are followed where the architecture allows. */
  readonly input: readonly [h: number, w: number, c: number];
  /** The model, not built, with so many classes in its last layer. */
  make(options?: { classes?: number }): Model;
  /** What it is trained by, where that is not cross entropy. */
  readonly loss?: () => Loss;
  /** What its output is compared with, where that is not the class. */
  readonly target?: Target;
  /** What trains it well, where plain descent hardly gets on. */
  readonly optimizer?: "adam";
}

/** Every model by name. */
export const registry: { readonly [name: string]: Registered } = {
  lenet5: { description: "LeNet-5 with ReLU and max pooling", input: [28, 28, 1], make: lenet5 },
  lenet5_1998: {
    description: "LeNet-5 as published, with RBF output",
    input: [28, 28, 1],
    make: lenet5Of1998,
    loss: maximumAPosteriori,
  },
  alexnet: { description: "AlexNet in two groups, with LRN", input: [227, 227, 3], make: alexnet },
  alexnet_torchvision: {
    description: "AlexNet of a single tower",
    input: [224, 224, 3],
    make: alexnetTorchvision,
  },
  zfnet: { description: "ZFNet", input: [224, 224, 3], make: zfnet },
  ...family(vgg, vggVariants, { description: "VGG", input: [224, 224, 3] }),
  vgg_cifar: { description: "six 3×3 convolutions in VGG's manner", input: [32, 32, 3], make: vggCifar },
  ...family(googlenet, googlenetVariants, {
    description: "GoogLeNet with auxiliary heads in training",
    input: [224, 224, 3],
  }),
  ...family(resnet, resnetVariants, { description: "ResNet", input: [224, 224, 3] }),
  ...family(resnetCifar, resnetCifarVariants, { description: "ResNet for CIFAR", input: [32, 32, 3] }),
  ...family(densenet, densenetVariants, {
    description: "DenseNet",
    input: [224, 224, 3],
  }),
  ...family(squeezenet, squeezenetVariants, {
    description: "SqueezeNet",
    input: [224, 224, 3],
  }),
  autoencoder: {
    description: "convolutional autoencoder for digits",
    input: [28, 28, 1],
    make: () => autoencoder(),
    loss: meanSquaredError,
    target: "picture",
    optimizer: "adam",
  },
};

/** What a model is trained by: its entry's loss and target, and of all others a loss over classes. */
export function objectiveOf(
  name: string,
  ofClasses: () => Loss = crossEntropy,
): { loss: Loss; target: Target } {
  checkArgument("objectiveOf", "the loss", ofClasses, callback);
  const { loss = ofClasses, target = "class" }: Partial<Registered> = Object.hasOwn(registry, name)
    ? registry[name]
    : {};
  return { loss: loss(), target };
}

/** A line for each variant of an architecture. */
function family<Variant extends string>(
  make: (variant: Variant, options?: { classes?: number }) => Model,
  variants: readonly Variant[],
  shared: Omit<Registered, "make">,
): { [name: string]: Registered } {
  return Object.fromEntries(
    variants.map((variant) => [
      variant,
      { ...shared, make: (options?: { classes?: number }) => make(variant, options) },
    ]),
  );
}

/** No model has that name. */
export class UnknownModelError extends Error {
  override name = "UnknownModelError";
}

/**
 * The model of this name.
 *
 * @throws UnknownModelError, which names the nearest model, or all of them where none is near
 */
export function registered(name: string): Registered {
  checkArgument("models", "the name", name, text);
  const names = Object.keys(registry);
  if (!Object.hasOwn(registry, name))
    throw new UnknownModelError(
      `there is no model "${name}"${suggestion(name, names) || ` (there are ${names.join(", ")})`}`,
    );
  return registry[name];
}
