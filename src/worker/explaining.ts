/** The methods that explain pictures, as a page asks for them by name. */
import { suggestion } from "../door/spelling.js";
import {
  answers,
  deconvnet,
  featureMaps,
  gradCam,
  gradientTimesInput,
  guidedBackpropagation,
  guidedGradCam,
  integratedGradients,
  occlusion,
  saliency,
  smoothGrad,
} from "../explain/index.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Numbers } from "./protocol.js";

export const methods = {
  answers,
  deconvnet,
  featureMaps,
  gradCam,
  gradientTimesInput,
  guidedBackpropagation,
  guidedGradCam,
  integratedGradients,
  occlusion,
  saliency,
  smoothGrad,
};

/** The methods of `explain` that a worker runs for a page. */
export type Method = keyof typeof methods;

/** What the method takes beside model and pictures. */
export type MethodOptions<M extends Method> = NonNullable<Parameters<(typeof methods)[M]>[2]>;

/** What the method answers, tensors as their numbers. */
export type MethodAnswer<M extends Method> = InNumbers<Awaited<ReturnType<(typeof methods)[M]>>>;

type InNumbers<T> = T extends Tensor
  ? Numbers
  : T extends ArrayBufferView | readonly number[] | number | string | undefined
    ? T
    : { [K in keyof T]: InNumbers<T[K]> };

/** @throws TypeError where no method has that name */
export function methodCalled<M extends Method>(name: M): (typeof methods)[M] {
  const names = Object.keys(methods);
  if (!Object.hasOwn(methods, name))
    throw new TypeError(
      `explain: there is no method "${name}"${suggestion(name, names) || `; there is ${names.join(", ")}`}`,
    );
  return methods[name];
}
