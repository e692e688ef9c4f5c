/**
 * What a kernel computes at each point of its index space: a graph of loads and element-wise rules. The
 * generators walk a nest of loops over the space; this file places every load and rule at the outermost loop
 * at which it can stand, so that what does not change inside is not computed there.
 */
import type { KernelBuilder } from "./builder.js";
import { bytesOf, type Floats, type Format, type Int, type Ints, type Lanes, type Mask } from "./language.js";

export type ElementType = "f32" | "i32" | "u8" | "bool";

/** An affine view: the element at (i₀, i₁, …) lies at `offset` + Σ i_d · strides[d], in elements. */
export interface Strided {
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Element-wise: one value from the values of the arguments at the same point. */
export type Rule = (k: KernelBuilder, inputs: readonly Lanes[]) => Lanes;

export type Expression =
  | { kind: "load"; buffer: number; type: ElementType; at: Strided }
  /** The value is the position itself, as i32: `offset` + Σ i_d · strides[d]. */
  | { kind: "position"; at: Strided }
  /** Rules of one name do the same. `told`: it is this number, and no part of the code. */
  | {
      kind: "apply";
      name: string;
      rule: Rule;
      told?: number;
      inputs: readonly Expression[];
      type: ElementType;
    }
  /** What the generator computed at this point: the accumulated contraction, or the n-th reduction. */
  | { kind: "result"; index: number };

export interface Store {
  readonly value: Expression;
  readonly buffer: number;
  readonly type: ElementType;
  readonly at: Strided;
}

export const formatOf: Record<ElementType, Format> = { f32: "f32", i32: "i32", u8: "u8", bool: "u8" };

/** All expressions below these, arguments before those who use them. */
export function collect(roots: readonly Expression[]): Expression[] {
  const seen = new Set<Expression>();
  const visit = (e: Expression): void => {
    if (seen.has(e)) return;
    if (e.kind === "apply") for (const input of e.inputs) visit(input);
    seen.add(e);
  };
  for (const root of roots) visit(root);
  return [...seen];
}

/** i32 where the value is known to be one before it is evaluated: loads and casts say so. */
export function resultType(e: Expression): "f32" | "i32" {
  if (e.kind === "load") return e.type === "f32" ? "f32" : "i32";
  if (e.kind === "position") return "i32";
  if (e.kind === "apply") return e.type === "f32" ? "f32" : "i32";
  return "f32";
}

/** Address of a strided operand inside `depth` loops. */
interface Pointer {
  readonly at: Strided;
  readonly scale: number;
  readonly levels: Int[];
}

/**
 * Evaluates expressions inside a nest of loops. The nest enters loop after loop with `enter`; at the innermost
 * place `vectors` evaluates whole vectors along the dimension `vectorDimension`.
 */
export class Evaluator {
  readonly #pointers = new Map<Expression | Store, Pointer>();
  readonly #levels = new Map<Expression, number>();
  readonly #invariants = new Map<Expression, Lanes>();
  readonly #order: Expression[];
  #depth = 0;

  /**
   * @param dimensions       the loops, outermost first, as indices into the strides of the expressions
   * @param vectorDimension  the dimension along which lanes lie; always the last to be entered
   */
  constructor(
    private readonly k: KernelBuilder,
    roots: readonly Expression[],
    stores: readonly Store[],
    private readonly dimensions: readonly number[],
    private readonly vectorDimension: number | null,
  ) {
    this.#order = collect(roots);
    for (const e of this.#order) {
      if (e.kind === "load" || e.kind === "position") {
        const scale = e.kind === "load" ? bytesOf[formatOf[e.type]] : 1;
        const start = e.kind === "load" ? k.argument(e.buffer) : k.int(0);
        this.#pointers.set(e, { at: e.at, scale, levels: [k.plus(start, e.at.offset * scale)] });
      }
      this.#levels.set(e, this.#levelOf(e));
    }
    for (const store of stores) {
      const scale = bytesOf[formatOf[store.type]];
      const start = k.plus(k.argument(store.buffer), store.at.offset * scale);
      this.#pointers.set(store, { at: store.at, scale, levels: [start] });
    }
    this.#computeInvariants();
  }

  /** Enters the next loop, at index `i` of its dimension, for as long as `body` records. */
  enter(i: Int, body: () => void): void {
    const dimension = this.dimensions[this.#depth];
    for (const pointer of this.#pointers.values()) {
      const stride = pointer.at.strides[dimension] * pointer.scale;
      pointer.levels.push(this.k.offset(pointer.levels[this.#depth], i, stride));
    }
    this.#depth++;
    this.#computeInvariants();
    body();
    for (const e of this.#order) if (this.#levels.get(e) === this.#depth) this.#invariants.delete(e);
    for (const pointer of this.#pointers.values()) pointer.levels.pop();
    this.#depth--;
  }

  /**
   * Values of `roots` at a vector of points: from `index` (a run-time position along the vector dimension, or
   * none) plus the constant `shift`, `lanes` of them meaningful.
   */
  values(
    roots: readonly Expression[],
    index: Int | null,
    shift: number,
    lanes: number,
    results: readonly Lanes[] = [],
  ): Lanes[] {
    const here = new Map<Expression, Lanes>();
    const value = (e: Expression): Lanes => {
      const known = this.#invariants.get(e) ?? here.get(e);
      if (known) return known;
      const made = this.#evaluate(e, index, shift, lanes, value, results);
      here.set(e, made);
      return made;
    };
    return roots.map(value);
  }

  store(store: Store, value: Lanes, index: Int | null, shift: number, lanes: number): void {
    const { pointer, stride, scale } = this.#locate(store, index, shift);
    const format = formatOf[store.type];
    this.k.store(format, pointer, storable(this.k, value, store.type), {
      displacement: stride >= 0 ? shift * stride * scale : 0,
      stride: stride === 1 ? 0 : stride * scale,
      lanes,
    });
  }

  /** What a store has written before, at the same place. */
  reload(store: Store, index: Int | null, shift: number): Floats {
    const { pointer, stride, scale } = this.#locate(store, index, shift);
    return this.k.load("f32", pointer, { displacement: shift * stride * scale }) as Floats;
  }

  #levelOf(e: Expression): number {
    if (e.kind === "apply") return Math.max(0, ...e.inputs.map((input) => this.#levels.get(input)!));
    if (e.kind === "result") return Number.POSITIVE_INFINITY;
    if (this.vectorDimension !== null && e.at.strides[this.vectorDimension] !== 0)
      return Number.POSITIVE_INFINITY;
    let level = 0;
    this.dimensions.forEach((dimension, depth) => {
      if (e.at.strides[dimension] !== 0) level = depth + 1;
    });
    return level;
  }

  #computeInvariants(): void {
    for (const e of this.#order) {
      if (this.#levels.get(e) !== this.#depth) continue;
      const value = this.#evaluate(e, null, 0, this.k.lanes, (input) => this.#invariants.get(input)!, []);
      this.#invariants.set(e, value);
    }
  }

  #evaluate(
    e: Expression,
    index: Int | null,
    shift: number,
    lanes: number,
    value: (input: Expression) => Lanes,
    results: readonly Lanes[],
  ): Lanes {
    const { k } = this;
    switch (e.kind) {
      case "apply":
        return e.rule(k, e.inputs.map(value));
      case "result":
        return results[e.index];
      case "position": {
        const { pointer, stride } = this.#locate(e, index, shift);
        const base = k.splat(stride >= 0 ? k.plus(pointer, shift * stride) : pointer);
        if (stride === 0) return base;
        const steps = stride === 1 ? k.laneNumbers : k.mul(k.laneNumbers, k.i32(stride));
        return k.add(base, steps);
      }
      case "load": {
        const { pointer, stride, scale } = this.#locate(e, index, shift);
        const loaded = k.load(formatOf[e.type], pointer, {
          displacement: stride >= 0 ? shift * stride * scale : 0,
          access: stride === 0 ? "splat" : stride === 1 ? "vector" : "lanes",
          stride: stride * scale,
          lanes,
        });
        return e.type === "bool" ? k.compare("ne", loaded as Ints, k.i32(0)) : loaded;
      }
    }
  }

  /** Where a vector starts. A negative stride cannot be a displacement: there the shift goes into the pointer. */
  #locate(
    of: Expression | Store,
    index: Int | null,
    shift: number,
  ): { pointer: Int; stride: number; scale: number } {
    const { at, scale, levels } = this.#pointers.get(of)!;
    const stride = this.vectorDimension === null ? 0 : at.strides[this.vectorDimension];
    let pointer = levels[this.#depth];
    if (index) pointer = this.k.offset(pointer, index, stride * scale);
    if (stride < 0) pointer = this.k.plus(pointer, shift * stride * scale);
    return { pointer, stride, scale };
  }
}

/** A lane as it is stored: masks become 0 and 1. */
function storable(k: KernelBuilder, value: Lanes, type: ElementType): Floats | Ints {
  if (value.type === "mask") return k.select(value as Mask, k.i32(1), k.i32(0));
  if (type === "f32" && value.type === "i32") return k.toFloat(value as Ints);
  return value as Floats | Ints;
}
