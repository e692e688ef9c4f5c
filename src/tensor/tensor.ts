/**
 * What users hold. A tensor is a node of a graph: an operation on other tensors, recorded and not yet run. Asking
 * for its numbers compiles and runs the graph below it. There is nothing to dispose of: results are ordinary
 * arrays, and what a program needs in between is planned memory.
 */

import type { Attributes, ElementType, GraphNode, Operation } from "../compiler/operation.js";
import { programFor } from "../compiler/plan.js";
import { bytesFor, type Storage, type TypedArray, theEngine } from "../runtime/engine.js";
import { type Shape, ShapeError, sameShape, show, sizeOf } from "./shapes.js";

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

  /** A tensor of given numbers, in row-major order. */
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

  /** The number of a tensor of one element. */
  async item(): Promise<number> {
    if (this.size !== 1)
      throw new ShapeError(`item: the tensor is ${show(this.shape)}, expected a single number`);
    return (await this.data())[0];
  }

  /** What is known without running anything. */
  get values(): TypedArray | null {
    return this.known;
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
    return `Tensor(${this.type} ${show(this.shape)})`;
  }
}

/**
 * A tensor whose numbers change: a parameter of a model, the momentum of an optimizer. It stays in the engine's
 * memory; a compiled step writes it in place (`assign`), `set` writes it from outside.
 */
export class Variable extends Tensor {
  private readonly place: Storage;

  constructor(values: TypedArray, shape: Shape, type: DType) {
    super(source, [], { resident: true }, shape, type);
    if (values.length !== sizeOf(shape))
      throw new ShapeError(`variable: ${values.length} values do not fill ${show(shape)} (${sizeOf(shape)})`);
    this.place = theEngine().allocate(bytesFor(type, values.length), this);
    this.set(values);
  }

  override get storage(): Storage {
    return this.place;
  }

  /** New numbers, from outside. */
  set(values: ArrayLike<number>): void {
    if (values.length !== this.size)
      throw new ShapeError(
        `variable: ${values.length} values do not fill ${show(this.shape)} (${this.size})`,
      );
    theEngine().write(this.place, arrayFor(this.type, values));
  }

  /** A copy of the numbers as they are now. */
  override async data(): Promise<TypedArray> {
    return this.read();
  }

  /** The same, at once: between runs nothing else writes them. */
  read(): TypedArray {
    return theEngine().read(this.place, this.type, this.size);
  }

  /** A variable keeps its place. */
  override settle(): void {}

  override toString(): string {
    return `Variable(${this.type} ${show(this.shape)})`;
  }
}

function arrayFor(type: DType, values: ArrayLike<number>): TypedArray {
  if (type === "f32") return values instanceof Float32Array ? values : Float32Array.from(values);
  if (type === "i32") return values instanceof Int32Array ? values : Int32Array.from(values);
  return values instanceof Uint8Array ? values : Uint8Array.from(values);
}

export const variable = (
  values: TypedArray,
  shape: Shape = [values.length],
  type: DType = typeOf(values),
): Variable => new Variable(values, shape, type);

const typeOf = (values: TypedArray): DType =>
  values instanceof Float32Array ? "f32" : values instanceof Int32Array ? "i32" : "u8";

/** The numbers of several tensors, from one program: what they share is computed once. */
export async function compute(tensors: readonly Tensor[]): Promise<TypedArray[]> {
  const open = tensors.filter((t) => !t.values && !(t instanceof Variable));
  if (open.length > 0) {
    const results = await runGraph(open);
    open.forEach((t, i) => {
      t.settle(results[i]);
    });
  }
  return tensors.map((t) => (t instanceof Variable ? t.read() : t.values!));
}

async function runGraph(tensors: readonly Tensor[]): Promise<TypedArray[]> {
  const engine = theEngine();
  const { program, sources } = programFor(engine.target, tensors);
  const leaves = sources as readonly Tensor[];
  return engine.run(
    program,
    leaves.map((leaf) => leaf.values),
    leaves.map((leaf) => leaf.storage),
  );
}

/** A stand-in for an argument of a compiled function. */
export const placeholder = (shape: Shape, type: DType): Tensor => new Tensor(source, [], {}, shape, type);

export { sameShape };
