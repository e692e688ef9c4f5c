import type { Model } from "../nn/index.js";
import { suggestion } from "../nn/spelling.js";
import { lenet5 } from "./lenet5.js";
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
};

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
