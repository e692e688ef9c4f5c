/**
 * What users hold. A tensor is a node of a graph: an operation on other tensors, recorded and not yet run. Asking
 * for its numbers compiles and runs the graph below it. There is nothing to dispose of: results are ordinary
 * arrays, and what a program needs in between is planned memory.
 */

import { linearise } from "../compiler/graph.js";
import type { Attributes, GraphNode, Operation } from "../compiler/operation.js";
import { programFor } from "../compiler/plan.js";
import type { Device, Given } from "../runtime/device.js";
import { theEngine } from "../runtime/devices.js";
import { DeviceError } from "../runtime/machine-choice.js";
import { Storage } from "../runtime/storage.js";
import type { DType, TypedArray } from "./dtype.js";
import { layerNow } from "./layer-now.js";
import { checkedType, type Nested, numbersOf, ownCopy } from "./numbers.js";
import { inspect, printed } from "./printing.js";
import { checkedShape, type Shape, ShapeError, sameShape, show, sizeOf } from "./shapes.js";

export type { DType, TypedArray };

/** A leaf: its numbers come from outside the graph. */
const source: Operation = { name: "source", lower: () => ({ kind: "source" }) };

/** So many tensors have been made. */
let made = 0;

/**
 * Numbers of one type in a shape: known ones, or what an operation makes of other tensors once they are asked for.
 */
export class Tensor implements GraphNode {
  operation: Operation;
  inputs: readonly Tensor[];
  readonly serial = made++;
  readonly attributes: Attributes;
  readonly shape: Shape;
  readonly type: DType;
  readonly layer = layerNow();
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
    if (!this.own) await settle([this]);
    return this.own!.slice();
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

  /** Where the numbers are stored, where that is not the tensor itself. */
  get storage(): Storage | null {
    return null;
  }

  toString(): string {
    const unread = this.settled ? "not read yet" : "an argument of a compiled function";
    const state = this.operation === source ? unread : "not computed yet";
    return printed("Tensor", this.type, this.shape, this.own, state);
  }

  /** In JSON the same text, not the graph. */
  toJSON(): string {
    return this.toString();
  }

  /** As Node and other consoles print it: type, shape and, where they are known, the numbers. */
  [inspect](): string {
    return this.toString();
  }
}

/**
 * A tensor whose numbers change: a parameter of a model, the momentum of an optimizer. They lie on the host until a run
 * needs them, and from then on in the memory of its device, where a compiled step writes them in place (`assign`); `set`
 * writes them from outside.
 */
export class Variable extends Tensor {
  #place: Storage;

  /**
   * @param values  that fill the shape, of the type's array, which nobody else changes
   * @param device  where it belongs; if left out, where it is first used
   * @param kin     variables of one kin lie side by side there, the last made first
   */
  constructor(
    values: TypedArray,
    shape: Shape,
    type: DType,
    device: Device | null = null,
    kin: symbol | null = null,
  ) {
    super(source, [], { resident: true }, shape, type);
    this.#check(values);
    this.#place = new Storage(type, sizeOf(shape), values, device, kin);
  }

  override get storage(): Storage {
    return this.#place;
  }

  /**
   * New numbers, from outside: what was asked to run before still sees the old ones, what comes later these.
   * @throws ShapeError where they are too few or too many
   * @throws TypeError where they are no numbers, or some that the variable's type does not have
   */
  set(values: Nested): void {
    const found = ownCopy(numbersOf("variable", values, this.type).values, values);
    this.#check(found);
    const { device } = this.#place;
    if (device) device.write(this.#place, found);
    else this.#place.host = found;
  }

  #check({ length }: TypedArray): void {
    if (length !== this.size)
      throw new ShapeError(`variable: ${length} values do not fill ${show(this.shape)} (${this.size})`);
  }

  /** A copy of the numbers as they are now: what was asked to run before has run, nothing that comes later has. */
  override data(): Promise<TypedArray> {
    return this.read();
  }

  /** The same. */
  async read(): Promise<TypedArray> {
    const { device, host } = this.#place;
    return device ? device.read(this.#place) : host!.slice();
  }

  /**
   * Moves the numbers to another device, behind the runs that were asked for before. Functions that were compiled
   * with the variable are compiled again for that device when they are called next.
   *
   * @param device  null: the one that is used where nothing else is said
   */
  async to(device: Device | null): Promise<void> {
    const before = this.#place;
    if (!before.device) {
      before.device = device;
      return;
    }
    const home = device ?? theEngine();
    if (before.device === home) return;
    const values = await before.device.read(before);
    this.#place = new Storage(this.type, this.size, values, home, before.kin);
    // Greater than it ever was there: what was prepared from other numbers is no longer.
    this.#place.version = before.version + 1;
  }

  /** A variable keeps its place. */
  override settle(): void {}

  override toString(): string {
    const { device, host } = this.#place;
    const now = device ? device.peek(this.#place) : host;
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
  return new Variable(ownCopy(found.values, values), to, found.type);
}

/** A variable of zeros for each tensor, of its shape and type, that lie side by side. */
export function variablesLike(tensors: ReadonlyMap<string, Tensor>): Map<string, Variable> {
  const kin = Symbol();
  const zeros = ({ size, shape, type }: Tensor): Variable =>
    new Variable(new Float32Array(size), shape, type, null, kin);
  return new Map([...tensors].map(([path, like]) => [path, zeros(like)]));
}

/**
 * What a run has computed: numbers that lie on its device until somebody reads them or another run takes them. From then
 * on they are known, as those of any tensor.
 */
export class Result extends Tensor {
  readonly #place: Storage;
  override settled = true;

  /** @param place  an output of the run, which has come to its end */
  constructor(place: Storage, shape: Shape) {
    super(source, [], {}, shape, place.type);
    this.#place = place;
  }

  override get own(): TypedArray | null {
    return this.#place.host;
  }

  override get storage(): Storage | null {
    return this.#place.host ? null : this.#place;
  }

  /** Brings the numbers here. */
  async read(): Promise<void> {
    if (!this.#place.host) await this.#place.device!.take(this.#place);
  }
}

/** Computes what is not known yet, and brings here what is, for those who look at it where it lies. */
export async function settle(tensors: readonly Tensor[]): Promise<void> {
  for (const t of tensors) if (t instanceof Result) await t.read();
  const open = tensors.filter((t) => !t.own && !(t instanceof Variable));
  if (open.length === 0) return;
  const results = await runGraph(open);
  open.forEach((t, i) => {
    t.settle(results[i]);
  });
}

async function runGraph(tensors: readonly Tensor[]): Promise<TypedArray[]> {
  const graph = linearise(tensors);
  const leaves = graph.sources as readonly Tensor[];
  checkNumbers("data", leaves);
  const device = deviceOf("data", leaves, []);
  const { outputs, done } = device.run(programFor(device.target, graph), leaves.map(given), tensors);
  await done;
  return Promise.all(outputs.map((output) => output.host ?? device.take(output)));
}

/** What a run takes of a leaf. */
export const given = (leaf: Tensor): Given => ({
  serial: leaf.serial,
  values: leaf.own,
  storage: leaf.storage,
});

/**
 * The device on which the stored leaves lie, which those that lie nowhere yet belong to from now on.
 *
 * @param leaves, others  two lists, as a call has them
 * @param wanted          the device that was asked for
 * @throws DeviceError where they lie on several
 */
export function deviceOf(
  speaker: string,
  leaves: readonly Tensor[],
  others: readonly Tensor[],
  wanted: Device | null = null,
): Device {
  let device = wanted;
  let first: Tensor | null = null;
  let isNew = false;
  const look = (leaf: Tensor): void => {
    const { storage } = leaf;
    if (!storage || (device && storage.device === device)) return;
    const there = storage.device;
    if (!there) {
      isNew = true;
      return;
    }
    if (device)
      throw new DeviceError(
        `${speaker}: ${placed(leaf)}, but ${first ? placed(first) : `the device asked for is ${device.name}`}: ${leaf instanceof Result ? "await its data first" : "move one with to(device)"}`,
      );
    device = there;
    first = leaf;
  };
  leaves.forEach(look);
  others.forEach(look);
  const found: Device = device ?? theEngine();
  if (isNew) for (const { storage } of [...leaves, ...others]) if (storage) storage.device ??= found;
  return found;
}

const placed = (leaf: Tensor): string =>
  `${leaf instanceof Variable ? "a variable" : "a result"} (${leaf.type} ${show(leaf.shape)}) lies on ${leaf.storage!.device!.name}`;

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
