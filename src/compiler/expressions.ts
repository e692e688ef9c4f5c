/** Values of nodes as expressions over the loops of one kernel: loads of what is stored, rules for what is not. */
import type { Expression, Store } from "../kernels/expression.js";
import { type Affine, dot, identity, NotAffine, reshapeIndex, SplitLoop } from "./affine.js";
import type { Node } from "./graph.js";
import { isInside } from "./lowering.js";
import { contiguous, type Strided } from "./operation.js";

/** Where a stored node lies: in the buffer of `owner`, itself or the assembled node of which it is a part. */
export interface Placement {
  readonly owner: Node;
  readonly at: Strided;
}

/** Thrown where a kernel cannot be written unless `node` is stored first. */
export class NeedsStorage {
  constructor(readonly node: Node) {}
}

/** What a builder must know of the plan: which nodes are stored, and where. */
export interface StoredNodes {
  isStored(node: Node): boolean;
  placement(node: Node): Placement;
  /** The stored node that a chain of views shows. */
  storedBase(node: Node): Node;
}

export const toStrided = (affine: Affine): Strided => ({
  offset: affine.constant,
  strides: affine.coefficients,
});

export function sameLayout(a: Strided, b: Strided, shape: readonly number[]): boolean {
  return a.offset === b.offset && shape.every((count, d) => count === 1 || a.strides[d] === b.strides[d]);
}

/**
 * Builds with one loop for each dimension; where an index asks for it, again with a loop split in two.
 * `origins` tells for each loop the dimension it came from.
 */
export function withSplits<T>(
  shape: readonly number[],
  build: (loops: number[], indices: Affine[], origins: number[]) => T,
): T {
  let loops = [...shape];
  let indices = identity(shape);
  let origins = shape.map((_, d) => d);
  for (;;) {
    try {
      return build(loops, indices, origins);
    } catch (error) {
      if (!(error instanceof SplitLoop)) throw error;
      const { loop, inner } = error;
      loops = loops.toSpliced(loop, 1, loops[loop] / inner, inner);
      origins = origins.toSpliced(loop, 1, origins[loop], origins[loop]);
      indices = indices.map(({ constant, coefficients }) => ({
        constant,
        coefficients: coefficients.toSpliced(loop, 1, coefficients[loop] * inner, coefficients[loop]),
      }));
    }
  }
}

/** Expressions of nodes over the loops of one kernel. */
export class ExpressionBuilder {
  /** Stored nodes whose buffers the kernel is given. */
  readonly buffers: Node[];
  readonly reads: Node[] = [];
  readonly #made = new Map<string, Expression>();
  readonly #results = new Map<Node, Affine[]>();
  readonly #extraValues = new Map<Node, { value: Expression; indices: Affine[] }>();

  constructor(
    private readonly stored: StoredNodes,
    private readonly loops: readonly number[],
    private readonly cores: ReadonlyMap<Node, number>,
    private readonly extras: readonly Node[] = [],
    operands: readonly Node[] = [],
  ) {
    this.buffers = operands.map((operand) => {
      const base = stored.storedBase(operand);
      this.reads.push(base);
      return stored.placement(base).owner;
    });
  }

  /** Where the core's result is met: the indices into it. */
  resultIndices(core: Node): Affine[] {
    const indices = this.#results.get(core);
    if (!indices) throw new TypeError("the core is not part of the kernel");
    return indices;
  }

  extraValue(node: Node): { value: Expression; indices: Affine[] } | undefined {
    return this.#extraValues.get(node);
  }

  store(node: Node, value: Expression, indices: readonly Affine[]): Store {
    return this.storeAt(node, this.stored.placement(node).at, value, indices);
  }

  storeAt(node: Node, at: Strided, value: Expression, indices: readonly Affine[]): Store {
    const place = toStrided(dot(indices, at.strides, at.offset, this.loops.length));
    return { value, buffer: this.#buffer(this.stored.placement(node).owner), type: node.type, at: place };
  }

  /** The value of a node: loaded where it is stored, computed here where it is not. */
  build(node: Node, indices: readonly Affine[]): Expression {
    if (this.cores.has(node)) {
      this.#results.set(node, [...indices]);
      return this.#once(node, indices, () => ({ kind: "result", index: this.cores.get(node)! }));
    }
    if (this.extras.includes(node)) {
      const value = this.#once(node, indices, () => this.#define(node, indices));
      this.#extraValues.set(node, { value, indices: [...indices] });
      return value;
    }
    if (this.stored.isStored(node)) return this.#once(node, indices, () => this.#load(node, indices));
    return this.definition(node, indices);
  }

  /** What a node is computed from, stored or not. */
  definition(node: Node, indices: readonly Affine[]): Expression {
    return this.#once(node, indices, () => this.#define(node, indices));
  }

  #define(node: Node, indices: readonly Affine[]): Expression {
    const { lowering } = node;
    if (!isInside(lowering)) throw new NeedsStorage(node);
    switch (lowering.kind) {
      case "map":
        return {
          kind: "apply",
          name: node.name,
          rule: lowering.rule,
          told: lowering.told,
          inputs: node.inputs.map((input) => this.build(input, indices)),
          type: node.type,
        };
      case "range":
        return {
          kind: "position",
          at: toStrided(dot(indices, contiguous(node.shape).strides, 0, this.loops.length)),
        };
      case "view":
        return this.build(node.inputs[0], lowering.index(indices));
      case "reshape": {
        const linear = this.#linear(node, indices);
        return linear ?? this.build(node.inputs[0], this.#reshaped(node, indices));
      }
    }
  }

  #reshaped(node: Node, indices: readonly Affine[]): Affine[] {
    try {
      return reshapeIndex(indices, node.shape, node.inputs[0].shape, this.loops);
    } catch (error) {
      if (error instanceof NotAffine) throw new NeedsStorage(node.inputs[0]);
      throw error;
    }
  }

  /** A reshape of something stored without gaps needs no more than the position. */
  #linear(node: Node, indices: readonly Affine[]): Expression | null {
    let base = node;
    while (base.lowering.kind === "reshape" && (base === node || !this.stored.isStored(base)))
      base = base.inputs[0];
    if (!this.stored.isStored(base) || this.cores.has(base) || this.extras.includes(base)) return null;
    const { at } = this.stored.placement(base);
    if (!sameLayout({ ...at, offset: 0 }, contiguous(base.shape), base.shape)) return null;
    return this.#loadAt(base, dot(indices, contiguous(node.shape).strides, at.offset, this.loops.length));
  }

  #load(node: Node, indices: readonly Affine[]): Expression {
    const { at } = this.stored.placement(node);
    return this.#loadAt(node, dot(indices, at.strides, at.offset, this.loops.length));
  }

  #loadAt(node: Node, place: Affine): Expression {
    if (!this.reads.includes(node)) this.reads.push(node);
    return {
      kind: "load",
      buffer: this.#buffer(this.stored.placement(node).owner),
      type: node.type,
      at: toStrided(place),
    };
  }

  /** The layout of a view of something stored, over this builder's loops. */
  address(node: Node, indices: readonly Affine[]): { at: Strided } {
    const e = this.build(node, indices);
    if (e.kind !== "load") throw new NotAffine();
    return { at: e.at };
  }

  /** Nodes of which every load is at this place. */
  readOnlyAt(place: Strided): Node[] {
    return this.reads.filter((node) => {
      const buffer = this.buffers.indexOf(this.stored.placement(node).owner);
      return [...this.#made.values()].every(
        (e) =>
          e.kind !== "load" ||
          e.buffer !== buffer ||
          (e.at.offset === place.offset && String(e.at.strides) === String(place.strides)),
      );
    });
  }

  #buffer(owner: Node): number {
    const known = this.buffers.indexOf(owner);
    if (known >= 0) return known;
    this.buffers.push(owner);
    return this.buffers.length - 1;
  }

  #once(node: Node, indices: readonly Affine[], make: () => Expression): Expression {
    const key = `${node.id} ${indices.map((i) => `${i.constant}:${i.coefficients}`).join(" ")}`;
    const known = this.#made.get(key);
    if (known) return known;
    const made = make();
    this.#made.set(key, made);
    return made;
  }
}
