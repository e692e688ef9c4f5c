/**
 * What users hold. A tensor is a node of a graph: an operation on other tensors, recorded and not yet run. Asking
 * for its numbers compiles and runs the graph below it. There is nothing to dispose of: results are ordinary
 * arrays, and what a program needs in between is planned memory.
 */

import type { Attributes, ElementType, GraphNode, Operation } from "../compiler/operation.js";
import { programFor } from "../compiler/plan.js";
import { bytesFor, type Given, type Storage, type TypedArray, theEngine } from "../runtime/engine.js";
import { checkedType, type Nested, numbersOf } from "./numbers.js";
import { inspect, printed } from "./printing.js";
import { checkedShape, type Shape, ShapeError, sameShape, show, sizeOf } from "./shapes.js";

export type DType = ElementType;
export type { TypedArray };

/** A leaf: its numbers come from outside the graph. */
const source: Operation = { name: "source", lowering: { kind: "source" } };

/** So many tensors have been made. */
let made = 0;

export class Tensor implements GraphNode {
  operation: Operation;
  inputs: readonly Tensor[];
  readonly serial = made++;
  readonly attributes: Attributes;
  readonly shape: Shape;
  readonly type: DType;
  /** The numbers, once they are known. */
  protected known: TypedArray | null;
  #handedOut: WeakRef<TypedArray> | undefined;
  /** True once the numbers were computed: the graph below is gone, gradients take the tensor for a constant. */
  settled = false;

  constructor(
    operation: Operation,
    inputs: readonly Tensor[],
    attributes: Attributes,
    shape: Shape,
    type: DType,
    known: TypedArray | null = null,
  ) {
    this.operation = operation;
    this.inputs = inputs;
    this.attributes = attributes;
    this.shape = shape;
    this.type = type;
    this.known = known;
  }

  /** A tensor of these very numbers, in row-major order: for arrays that nobody changes any more, unchecked. */
  static from(values: TypedArray, shape: Shape, type: DType): Tensor {
    return new Tensor(source, [], {}, shape, type, values);
  }

  get dtype(): DType {
    return this.type;
  }

  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** The numbers in row-major order: Float32Array for f32, Int32Array for i32, Uint8Array for u8 and bool. */
  async data(): Promise<TypedArray> {
    const [values] = await compute([this]);
    return values;
  }

  /**
   * A copy of the numbers where they are known without running anything, else null. The same array while somebody holds
   * it, so that a loop may ask at each turn; what is written into it does not reach the tensor.
   */
  get values(): TypedArray | null {
    const { own } = this;
    if (!own) return null;
    let copy = this.#handedOut?.deref();
    if (!copy) {
      copy = own.slice();
      this.#handedOut = new WeakRef(copy);
    }
    return copy;
  }

  /** The same as they lie in the tensor, not to be changed. */
  get own(): TypedArray | null {
    return this.known;
  }

  /** The number of a tensor of one element. */
  async item(): Promise<number> {
    if (this.size !== 1)
      throw new ShapeError(`item: the tensor is ${show(this.shape)}, expected a single number`);
    return (await this.data())[0];
  }

  /** Keeps the numbers and lets go of the graph below. */
  settle(values: TypedArray): void {
    this.known = values;
    this.operation = source;
    this.inputs = [];
    this.settled = true;
  }

  /** Memory in the engine, for variables. */
  get storage(): Storage | null {
    return null;
  }

  toString(): string {
    const isArgument = this.operation === source;
    const state = isArgument ? "an argument of a compiled function" : "not computed yet";
    return printed("Tensor", this.type, this.shape, this.own, state);
  }

  [inspect](): string {
    return this.toString();
  }
}

/**
 * A tensor whose numbers change: a parameter of a model, the momentum of an optimizer. It stays in the engine's
 * memory; a compiled step writes it in place (`assign`), `set` writes it from outside.
 */
export class Variable extends Tensor {
  private readonly place: Storage;

  /** @param values  that fill the shape, of the type's array */
  constructor(values: TypedArray, shape: Shape, type: DType) {
    super(source, [], { resident: true }, shape, type);
    this.place = theEngine().allocate(bytesFor(type, sizeOf(shape)));
    this.write(values);
  }

  override get storage(): Storage {
    return this.place;
  }

  /**
   * New numbers, from outside: what was asked to run before still sees the old ones, what comes later these.
   * @throws ShapeError where they are too few or too many
   * @throws TypeError where they are no numbers, or some that the variable's type does not have
   */
  set(values: Nested): void {
    this.write(numbersOf("variable", values, this.type).values);
  }

  private write(values: TypedArray): void {
    if (values.length !== this.size)
      throw new ShapeError(
        `variable: ${values.length} values do not fill ${show(this.shape)} (${this.size})`,
      );
    void theEngine().write(this.place, values.slice());
  }

  /** A copy of the numbers as they are now: what was asked to run before has run, nothing that comes later has. */
  override data(): Promise<TypedArray> {
    return this.read();
  }

  /** The same. */
  read(): Promise<TypedArray> {
    return theEngine().read(this.place, this.type, this.size);
  }

  /** A variable keeps its place. */
  override settle(): void {}

  override toString(): string {
    const now = theEngine().peek(this.place, this.type, this.size);
    return printed("Variable", this.type, this.shape, now, "in use by a run");
  }
}

/**
 * A variable that begins with the given numbers, which are taken as `tensor` takes them.
 *
 * @param shape  that of the lists, or one axis, if left out
 * @param type   that of the numbers if left out
 */
export function variable(values: Nested, shape?: Shape, type?: DType): Variable {
  const kind = type === undefined ? undefined : checkedType("variable", type);
  const found = numbersOf("variable", values, kind);
  const to = shape === undefined ? found.shape : checkedShape("variable", shape);
  if (sizeOf(to) !== found.values.length)
    throw new ShapeError(`variable: ${found.values.length} values do not fill ${show(to)} (${sizeOf(to)})`);
  return new Variable(found.values, to, found.type);
}

/** The numbers of several tensors, from one program: what they share is computed once. The arrays are the caller's. */
export async function compute(tensors: readonly Tensor[]): Promise<TypedArray[]> {
  await settle(tensors);
  return Promise.all(tensors.map((t) => (t instanceof Variable ? t.read() : t.own!.slice())));
}

/** Computes what is not known yet, for those who look at it where it lies. */
export async function settle(tensors: readonly Tensor[]): Promise<void> {
  const open = tensors.filter((t) => !t.own && !(t instanceof Variable));
  if (open.length === 0) return;
  const results = await runGraph(open);
  open.forEach((t, i) => {
    t.settle(results[i]);
  });
}

async function runGraph(tensors: readonly Tensor[]): Promise<TypedArray[]> {
  const engine = theEngine();
  const { program, sources } = programFor(engine.target, tensors);
  const leaves = sources as readonly Tensor[];
  checkNumbers("data", leaves);
  return engine.run(program, leaves.map(given));
}

/** What a run takes of a leaf. */
export const given = (leaf: Tensor): Given => ({
  serial: leaf.serial,
  values: leaf.own,
  storage: leaf.storage,
});

/** @throws TypeError where one is the stand-in of a function's argument: only within that function has it a meaning */
export function checkNumbers(speaker: string, leaves: readonly Tensor[]): void {
  const open = leaves.find((leaf) => !leaf.own && !leaf.storage);
  if (open)
    throw new TypeError(
      `${speaker}: an argument (${open.type} ${show(open.shape)}) of a compiled function is used outside of it, where it has no numbers: return what depends on it`,
    );
}

/** A stand-in for an argument of a compiled function. */
export const placeholder = (shape: Shape, type: DType): Tensor => new Tensor(source, [], {}, shape, type);

export { sameShape };
