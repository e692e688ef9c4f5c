import { calledAs } from "../tensor/printing.js";
import type { Tree } from "../tensor/tree.js";
import type { Layer } from "./layer.js";

/** A layer that is printed as the call that makes it: its functions are nothing to read. */
export const printable = <I extends Tree, O extends Tree>(layer: Layer<I, O>): Layer<I, O> =>
  calledAs(layer, layer.type, { ...layer.options, name: layer.name });
