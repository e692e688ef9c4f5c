/** Which layer takes what another one makes, and which of them are shown. */
import type { Tensor } from "receptive";
import type { Wire } from "./unit-answers.js";

/** They make no number of their own: what they took is shown, and what comes after them takes it from there. */
const silent = new Set(["flatten", "dropout", "identity", "rescale", "normalise", "unflatten"]);

type AnyInput = Tensor | { readonly [name: string]: AnyInput } | readonly AnyInput[];

const tensorsOf = (input: AnyInput): Tensor[] =>
  "shape" in input && "dtype" in input
    ? [input as Tensor]
    : Object.values(input as { [name: string]: AnyInput }).flatMap(tensorsOf);

/** Made anew for each tracing of a network. */
export class Wiring {
  readonly wires: Wire[] = [];
  readonly #made = new Map<Tensor, string>();

  constructor(picture: Tensor) {
    this.#made.set(picture, "");
  }

  /** @returns whether the layer makes something that is not known yet */
  add(path: string, output: Tensor, layer: { type: string; options?: object }, input: unknown): boolean {
    if (path === "" || this.#made.has(output)) return false;
    const from = tensorsOf(input as AnyInput).map((one) => this.#made.get(one) ?? "");
    this.#made.set(output, path);
    this.wires.push({
      path,
      type: layer.type,
      options: JSON.parse(JSON.stringify(layer.options ?? {})),
      shape: output.shape.slice(1),
      from,
      isShown: !silent.has(layer.type),
    });
    return true;
  }
}
