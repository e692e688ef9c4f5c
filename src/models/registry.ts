import type { Model } from "../nn/index.js";
import { suggestion } from "../nn/spelling.js";
import { lenet5 } from "./lenet5.js";
import { resnet, resnetVariants } from "./resnet.js";
import { vgg, vggVariants } from "./vgg.js";
import { vggCifar } from "./vgg-cifar.js";

/** An architecture as the command line knows it. */
export interface Registered {
  readonly description: string;
  /** What it was designed for; channels and classes of other data are followed where the architecture allows. */
  readonly input: readonly [h: number, w: number, c: number];
  make(options?: { classes?: number }): Model;
}

/** Every model by name. */
export const registry: { readonly [name: string]: Registered } = {
  lenet5: { description: "LeNet-5 with ReLU and max pooling", input: [28, 28, 1], make: lenet5 },
  vgg_cifar: { description: "six 3×3 convolutions in VGG's manner", input: [32, 32, 3], make: vggCifar },
  ...family(vgg, vggVariants, { description: "VGG", input: [224, 224, 3] }),
  ...family(resnet, resnetVariants, { description: "ResNet", input: [224, 224, 3] }),
};

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

/** @throws UnknownModelError, which names the nearest model */
export function registered(name: string): Registered {
  const names = Object.keys(registry);
  if (!Object.hasOwn(registry, name))
    throw new UnknownModelError(
      `there is no model "${name}" (there are ${names.join(", ")})${suggestion(name, names)}`,
    );
  return registry[name];
}
