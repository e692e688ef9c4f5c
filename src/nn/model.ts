/** What users hold of a network: a function of tensors, or of trees of them, that keeps its parameters. */
import type { Device } from "../runtime/device.js";
import type { Shape } from "../tensor/shapes.js";
import type { Tensor, Variable } from "../tensor/tensor.js";
import type { Like, ShapeTree, Tree } from "../tensor/tree.js";
import type { Layer } from "./layer.js";
import type { Mode } from "./mode.js";
import type { ModelSummary } from "./summary-table.js";

/** How the parameters of a network are made: from a seed, or all as 0 where they are read from a file next. */
export interface BuildOptions {
  seed?: number;
  blank?: boolean;
  /** Is shown the shape of each parameter and buffer before any of them is made, and may throw. */
  expect?: (shapes: ReadonlyMap<string, Shape>) => void;
}

/** Plain data: it survives JSON. */
export interface LayerDescription {
  readonly type: string;
  readonly name: string;
  readonly options: object;
}

/** Options in the description of a sequential model. */
export interface SequentialOptions {
  readonly layers: readonly LayerDescription[];
}

/** A sequential model as plain data: it survives JSON. */
export interface ModelDescription extends LayerDescription {
  readonly type: "sequential";
  readonly options: SequentialOptions;
}

/** The shapes of one example: `Shape` for a tensor, a record of shapes for a record of tensors. */
export type ShapesOf<I extends Tree> = Like<I, Shape>;

interface NetworkOf<I extends Tree, O extends Tree, Shapes> extends Layer<I, O> {
  (x: I, mode?: Mode): O;
  readonly name: string;
  /** What is trained, by path, in the order of the layers. Empty before the network is built. */
  readonly parameters: ReadonlyMap<string, Variable>;
  /** What belongs to the network and is not trained: running statistics. */
  readonly buffers: ReadonlyMap<string, Variable>;
  /** The shapes of one example that the network was built for, or null. */
  readonly inputShape: Shapes | null;
  /**
   * Makes the parameters for examples of these shapes (H×W×C). The first call of the network does it where it was not
   * done, with seed 0. Built again, the network has new parameters; functions compiled before keep the old ones.
   * `blank` leaves them 0, where weights are loaded next: random numbers for a large network take seconds.
   */
  build(inputShape: Shapes, options?: BuildOptions): void;
  /**
   * Moves what the network has learned to another device, behind the runs that were asked for before; what is built later
   * begins there. A training that runs goes on where its optimizer's state lies: stop it, move the network, resume.
   *
   * @param device  from `openDevice`; if left out, the one that is used where nothing else is said
   */
  to(device?: Device): Promise<void>;
  /** From which `nn.fromDescription` makes the same network. */
  describe(): LayerDescription;
  /**
   * Layer by layer, for one example; the network need not be built if shapes are given. In training auxiliary heads are
   * there, too.
   */
  summary(inputShape?: Shapes, mode?: { training?: boolean }): ModelSummary<Shapes>;
}

/**
 * A network is called like a function, on a batch N×… or on a tree of batches, and gives one or a tree of them. It is
 * also a layer, and may stand in another network, which then has parameters of its own for it.
 *
 * The path of a parameter is the path of its layer, a dot and its name: `conv1.filters`, or within a network in a
 * network `block1/conv1.filters`.
 */
export interface Network<I extends Tree = Tensor, O extends Tree = Tensor>
  extends NetworkOf<I, O, ShapesOf<I>> {}

/** A network, whatever it takes and gives. */
export interface AnyNetwork extends NetworkOf<never, Tree, ShapeTree> {}

/** Layers one after the other, from one tensor to another. */
export interface Model extends Network {
  readonly type: "sequential";
  readonly options: SequentialOptions;
  readonly layers: readonly Layer[];
  /** What each of the layers is called. */
  readonly layerNames: readonly string[];
  describe(): ModelDescription;
}
