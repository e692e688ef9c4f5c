/** Writes the kernels: every stored node becomes an index space with expressions, and that a kernel. */

import { placeAll } from "../kernels/collapse.js";
import { type Axis, type Contraction, product } from "../kernels/contraction/shape.js";
import { collect, formatOf, type Store } from "../kernels/expression.js";
import type { Reduction } from "../kernels/reduce.js";
import { type Affine, dot, identity, NotAffine, SplitLoop } from "./affine.js";
import { isEmpty } from "./empty.js";
import {
  ExpressionBuilder,
  NeedsStorage,
  type Placement,
  type StoredNodes,
  sameLayout,
  toStrided,
  withSplits,
} from "./expressions.js";
import { type Fusion, isView } from "./fusion.js";
import type { Node } from "./graph.js";
import type { Asked, Launch } from "./launch.js";
import { latticeLaunch, pickingLaunches, suppressionLaunch } from "./lower-whole.js";
import { along, type ContractionAxis, type Lowering, layoutOf, strideOf } from "./lowering.js";
import { contiguous, type Strided, sizeOf } from "./operation.js";
import type { Target } from "./target.js";

export class Lowerer implements StoredNodes {
  readonly #placements = new Map<Node, Placement>();

  constructor(
    private readonly target: Target,
    private readonly fusion: Fusion,
    aliases: ReadonlyMap<Node, Placement>,
  ) {
    for (const node of fusion.stored)
      this.#placements.set(node, aliases.get(node) ?? { owner: node, at: contiguous(node.shape) });
  }

  placement(node: Node): Placement {
    return this.#placements.get(node)!;
  }

  /** The launches that compute a stored node. */
  lower(node: Node): Launch[] {
    const core = this.fusion.cores.get(node) ?? node;
    const { lowering } = core;
    switch (lowering.kind) {
      case "contract":
        return [this.#contraction(node, core, lowering)];
      case "reduce":
        return [this.#reduction(node, core, lowering)];
      case "squares":
        return [this.#squares(node, core, lowering)];
      case "assemble":
        return this.#assembly(node, lowering);
      case "gather":
      case "scatterAdd":
      case "putSlices":
        return pickingLaunches(this, node, lowering);
      case "scan":
        return [this.#scan(node, lowering)];
      case "lattice":
        return [latticeLaunch(this, node, lowering)];
      case "suppress":
        return [suppressionLaunch(this, node, lowering)];
      case "map":
      case "view":
      case "reshape":
      case "range":
        return [this.#map(node)];
      case "source":
      case "nothing":
        return [];
    }
  }

  /** The layout of an operand that is read as it lies; it must be a view of something stored. */
  #operand(node: Node): Strided {
    try {
      const { at } = new ExpressionBuilder(this, node.shape, new Map()).address(node, identity(node.shape));
      return at;
    } catch (error) {
      if (error instanceof NotAffine || error instanceof SplitLoop) throw new NeedsStorage(node);
      throw error;
    }
  }

  /** The stored node that a chain of views shows. */
  storedBase(node: Node): Node {
    let base = node;
    while (!this.isStored(base) && isView(base)) base = base.inputs[0];
    return base;
  }

  /** Stored nodes that are computed right at their places in the buffer of this one. */
  partsOf(node: Node): Node[] {
    if (node.lowering.kind !== "assemble") return [];
    const { owner } = this.placement(node);
    return node.inputs.filter((input) => this.#placements.get(input)?.owner === owner);
  }

  /** Stored nodes that the launches of other nodes write. */
  writtenByOthers(): Set<Node> {
    return new Set([...this.fusion.extras.values(), ...this.fusion.companions.values()].flat());
  }

  isStored(node: Node): boolean {
    return this.fusion.stored.has(node);
  }

  /** Copies a stored node into another of the same shape, as it is when the run ends. */
  copy(from: Node, to: Node): Launch {
    return withSplits(from.shape, (loops, indices) => {
      const builder = new ExpressionBuilder(this, loops, new Map());
      const store = builder.store(to, builder.build(from, indices), indices);
      const asked: Asked = {
        name: `copy ${from.shape.join("×")}`,
        task: {
          kind: "map",
          space: loops,
          stores: [store],
        },
      };
      return this.#launch(asked, builder, [to], sizeOf(loops), [store], []);
    });
  }

  #map(node: Node): Launch {
    const extras = this.fusion.extras.get(node) ?? [];
    return withSplits(node.shape, (loops, indices) => {
      const builder = new ExpressionBuilder(this, loops, new Map(), extras);
      const value = builder.definition(node, indices);
      const stores: Store[] = [builder.store(node, value, indices)];
      for (const extra of extras) {
        const made = builder.extraValue(extra);
        if (!made || String(made.indices) !== String(indices)) throw new NeedsStorage(extra);
        stores.push(builder.store(extra, made.value, indices));
      }
      const asked: Asked = { name: this.nameOf(node, null), task: { kind: "map", space: loops, stores } };
      this.#mustFit(asked, node);
      const replaceable = builder.readOnlyAt(stores[0].at);
      return this.#launch(asked, builder, [node, ...extras], sizeOf(loops), stores, replaceable);
    });
  }

  #reduction(node: Node, core: Node, { axes }: Lowering<"reduce">): Launch {
    const input = core.inputs[0];
    const sizes = axes.map((a) => input.shape[a]);
    const companions = this.fusion.companions.get(node) ?? [];
    return withSplits([...node.shape, ...sizes], (loops, all, origins) => {
      const indices = all.slice(0, node.shape.length);
      const inner = all.slice(node.shape.length);
      const keptLoops = origins.filter((dimension) => dimension < node.shape.length).length;
      const builder = new ExpressionBuilder(this, loops, new Map([[core, 0]]));
      const outside =
        node === core ? ({ kind: "result", index: 0 } as const) : builder.definition(node, indices);
      const kept = node === core ? indices : builder.resultIndices(core);
      const inputIndices: Affine[] = [];
      let next = 0;
      input.shape.forEach((_, d) => {
        const axis = axes.indexOf(d);
        inputIndices.push(axis < 0 ? kept[next++] : inner[axis]);
      });
      const place = toStrided(dot(inner, contiguous(sizes).strides, 0, loops.length));
      const reductions = [core, ...companions].map(({ lowering, inputs: [reduced] }): Reduction => {
        const { combine } = lowering as Lowering<"reduce">;
        return {
          combine,
          value: builder.build(reduced, inputIndices),
          position: combine === "argmax" ? { kind: "position", at: place } : undefined,
        };
      });
      const stores = [builder.store(node, outside, indices)];
      companions.forEach((companion, i) => {
        stores.push(builder.store(companion, { kind: "result", index: i + 1 }, indices));
      });
      const names = [this.nameOf(node, core), ...companions.map((n) => this.nameOf(n, n))];
      const asked: Asked = {
        name: names.join(" and "),
        task: {
          kind: "reduce",
          kept: loops.slice(0, keptLoops),
          reduced: loops.slice(keptLoops),
          reductions,
          stores,
        },
      };
      this.#mustFit(asked, node);
      const replaceable = builder.readOnlyAt(stores[0].at);
      return this.#launch(asked, builder, [node, ...companions], sizeOf(loops), stores, replaceable);
    });
  }

  #contraction(node: Node, core: Node, lowering: Lowering<"contract">): Launch {
    const [a, b] = core.inputs;
    const [layoutA, layoutB] = [this.#operand(a), this.#operand(b)];
    const { columns } = lowering;
    // Lanes lie along the columns of B: where they are not neighbours, B is copied so that they are.
    if (strideOf(layoutB, columns.b) !== 1 && columns.count > 1) throw new NeedsStorage(b);
    const inMemory = (axis: ContractionAxis): Axis => ({
      count: axis.count,
      a: strideOf(layoutA, axis.a),
      b: strideOf(layoutB, axis.b),
    });
    const depth = lowering.depth.map(inMemory);
    const order = [...lowering.batch, ...lowering.rows, columns];
    try {
      const indices = identity(node.shape);
      const builder = new ExpressionBuilder(this, node.shape, new Map([[core, 0]]), [], [a, b]);
      const value =
        node === core ? ({ kind: "result", index: 0 } as const) : builder.definition(node, indices);
      const inside = node === core ? indices : builder.resultIndices(core);
      const loops = loopsOf(core, inside, node);
      const store = builder.store(node, value, indices);
      const placed = placeAll([store], (at) => ({
        offset: at.offset,
        strides: order.map(({ out }) => stepAlong(at, loops[out!])),
      }));
      const contraction: Contraction = {
        batch: lowering.batch.map(inMemory),
        rows: lowering.rows.map(inMemory),
        columns: columns.count,
        vectorStride: columns.vectors === undefined ? null : layoutB.strides[columns.vectors],
        depth,
        startA: layoutA.offset,
        startB: layoutB.offset,
        stores: placed,
      };
      const asked: Asked = { name: this.nameOf(node, core), task: { kind: "contraction", contraction } };
      if (node !== core && !this.#fits(asked)) throw new NeedsStorage(core);
      const terms = product(lowering.depth);
      const operands = [this.storedBase(a), this.storedBase(b)];
      const replaceable = builder.readOnlyAt(store.at).filter((read) => !operands.includes(read));
      return this.#launch(asked, builder, [node], sizeOf(core.shape) * terms, placed, replaceable);
    } catch (error) {
      if (error instanceof NotAffine || error instanceof SplitLoop) throw new NeedsStorage(core);
      throw error;
    }
  }

  #squares(node: Node, core: Node, axes: Lowering<"squares">): Launch {
    const [input] = core.inputs;
    const layout = this.#operand(input);
    try {
      const indices = identity(node.shape);
      const builder = new ExpressionBuilder(this, node.shape, new Map([[core, 0]]), [], [input]);
      const value =
        node === core ? ({ kind: "result", index: 0 } as const) : builder.definition(node, indices);
      const loops = loopsOf(core, node === core ? indices : builder.resultIndices(core), node);
      const { channels } = axes;
      const { lanes } = axes;
      const vectors = {
        from: channels.from && along(channels.from.dimension, channels.from.step * lanes),
        out: axes.vectors === undefined ? along(channels.out.dimension, lanes) : along(axes.vectors),
      };
      const order = [...axes.outer, vectors, axes.rows, axes.columns, channels];
      const store = builder.store(node, value, indices);
      const stores = placeAll([store], (at) => ({
        offset: at.offset,
        strides: order.map(({ out }) => stepAlong(at, loops[out.dimension]) * out.step),
      }));
      const asked: Asked = {
        name: this.nameOf(node, core),
        task: {
          kind: "squares",
          generate: axes.generate,
          squares: {
            matrix: axes.matrix,
            outer: axes.outer.map((axis) => axis.count),
            channels: channels.count,
            from: { offset: layout.offset, strides: order.map((axis) => strideOf(layout, axis.from)) },
            stores,
            last: axes.last,
          },
        },
      };
      if (node !== core && !this.#fits(asked)) throw new NeedsStorage(core);
      return this.#launch(asked, builder, [node], sizeOf(core.shape) * 6, stores, []);
    } catch (error) {
      if (error instanceof NotAffine || error instanceof SplitLoop) throw new NeedsStorage(core);
      throw error;
    }
  }

  /** Each kept point of the index space walks along the axis: the kept loops come first. */
  #scan(node: Node, { axis, exclusive, generate }: Lowering<"scan">): Launch {
    return withSplits([...node.shape.toSpliced(axis, 1), node.shape[axis]], (loops, all, origins) => {
      const indices = all.slice(0, -1).toSpliced(axis, 0, all[all.length - 1]);
      const kept = origins.filter((dimension) => dimension < node.shape.length - 1).length;
      const builder = new ExpressionBuilder(this, loops, new Map());
      const value = builder.build(node.inputs[0], indices);
      const stores = [builder.store(node, { kind: "result", index: 0 }, indices)];
      const asked: Asked = {
        name: node.label,
        task: {
          kind: "scan",
          generate,
          scan: { kept: loops.slice(0, kept), scanned: loops.slice(kept), exclusive, value, stores },
        },
      };
      this.#mustFit(asked, node);
      const replaceable = builder.readOnlyAt(stores[0].at);
      return this.#launch(asked, builder, [node], sizeOf(loops), stores, replaceable);
    });
  }

  #assembly(node: Node, { parts: where, gaps }: Lowering<"assemble">): Launch[] {
    const place = this.placement(node);
    const parts = where.map((part) => layoutOf(part, place.at));
    const launches: Launch[] = [];
    const whole = { begin: node.shape.map(() => 0), end: node.shape };
    const boxes = "everywhere" in gaps ? [whole] : gaps.boxes;
    const uniform = boxes.every((box) => box.begin[0] === 0 && box.end[0] === node.shape[0]);
    for (const group of boxes.length === 0 ? [] : uniform ? [boxes] : boxes.map((box) => [box])) {
      const asked: Asked = {
        name: `fill the border of ${node.shape.join("×")}`,
        task: {
          kind: "fill",
          format: formatOf[node.type],
          value: gaps.value,
          boxes: group.map(({ begin, end }) => ({
            counts: end.map((e, d) => e - begin[d]),
            at: {
              offset: place.at.offset + begin.reduce((sum, i, d) => sum + i * place.at.strides[d], 0),
              strides: place.at.strides,
            },
          })),
        },
      };
      const work = group.reduce((n, { begin, end }) => n + sizeOf(end.map((e, d) => e - begin[d])), 0);
      launches.push({
        ...asked,
        arguments: [place.owner],
        reads: [],
        writes: [node],
        work,
        replaceable: [],
      });
    }
    const over = "everywhere" in gaps ? launches[0] : undefined;
    node.inputs.forEach((input, i) => {
      if (isEmpty(input)) return;
      const own = this.#placements.get(input);
      if (own && own.owner === place.owner && sameLayout(own.at, parts[i], input.shape)) return; // written in place
      launches.push({
        over,
        ...withSplits(input.shape, (loops, indices) => {
          const builder = new ExpressionBuilder(this, loops, new Map());
          const value = builder.build(input, indices);
          const store = builder.storeAt(node, parts[i], value, indices);
          const copied = this.isStored(this.storedBase(input));
          const what = copied ? `copy ${input.shape.join("×")}` : this.nameOf(input, null);
          const asked: Asked = {
            name: `${what} into place`,
            task: {
              kind: "map",
              space: loops,
              stores: [store],
            },
          };
          if (!this.isStored(input)) this.#mustFit(asked, input);
          return this.#launch(asked, builder, [node], sizeOf(loops), [store], []);
        }),
      });
    });
    return launches;
  }

  /** @throws NeedsStorage where an input does not lie as its elements follow each other, from the first place on */
  mustLieWhole(node: Node): void {
    for (const input of node.inputs) {
      const at = this.#operand(input);
      if (at.offset !== 0 || !sameLayout(at, contiguous(input.shape), input.shape))
        throw new NeedsStorage(input);
    }
  }

  #launch(
    asked: Asked,
    builder: ExpressionBuilder,
    writes: readonly Node[],
    work: number,
    stores: readonly Store[],
    replaceable: readonly Node[],
  ): Launch {
    const rules = collect(stores.map((s) => s.value)).filter((e) => e.kind === "apply").length;
    return {
      ...asked,
      arguments: builder.buffers,
      reads: builder.reads,
      writes,
      work: work * Math.max(1, rules / 2),
      replaceable,
    };
  }

  #fits({ task, name }: Asked): boolean {
    return this.target.fits(task, name);
  }

  /** Splits what a kernel computes where it is more than one can do. */
  #mustFit(asked: Asked, node: Node): void {
    if (this.#fits(asked)) return;
    const [other] = [...(this.fusion.extras.get(node) ?? []), ...(this.fusion.companions.get(node) ?? [])];
    if (other) throw new NeedsStorage(other);
    const inside = new Map<Node, number>();
    const seen = new Set<Node>();
    const sizeBelow = (n: Node): number => {
      let size = 0;
      for (const input of n.inputs) {
        if (this.isStored(input) || seen.has(input)) continue;
        seen.add(input);
        size += sizeBelow(input);
      }
      if (!isView(n)) inside.set(n, ++size);
      return size;
    };
    const whole = sizeBelow(node);
    inside.delete(node);
    // Storing what makes about half of the work leaves two kernels of about equal size.
    const distance = (size: number): number => Math.abs(size - whole / 2);
    const [middle] = [...inside].sort((a, b) => distance(a[1]) - distance(b[1]));
    if (middle) throw new NeedsStorage(middle[0]);
  }

  /** `conv2d 3×3×64→128 + add + relu` */
  nameOf(node: Node, core: Node | null): string {
    if (core) {
      const chain: string[] = [];
      for (const n of this.#wayFrom(node, core)) if (!isView(n)) chain.unshift(n.label);
      return [core.label, ...chain].join(" + ");
    }
    const seen = new Set<Node>([node]);
    const operations: string[] = [];
    const visit = (n: Node): void => {
      for (const input of n.inputs) {
        if (seen.has(input) || this.isStored(input)) continue;
        seen.add(input);
        visit(input);
      }
      if (!isView(n) || n === node) if (n.lowering.kind !== "source") operations.push(n.label);
    };
    visit(node);
    const names = [...new Set(operations)];
    return names.length > 6
      ? `${names.slice(0, 5).join(" + ")} + … (${operations.length})`
      : names.join(" + ");
  }

  /** The nodes from a kernel's node down to its core, which is not among them. */
  #wayFrom(node: Node, core: Node): Node[] {
    const dead = new Set<Node>();
    const leads = (n: Node): Node[] | null => {
      if (n === core) return [];
      if (dead.has(n) || (n !== node && this.isStored(n))) return null;
      for (const input of n.inputs) {
        const rest = leads(input);
        if (rest) return [n, ...rest];
      }
      dead.add(n);
      return null;
    };
    return leads(node) ?? [];
  }
}

/**
 * For each dimension of the core, the loop of the kernel's node that runs along it; −1 where its length is 1.
 * @throws NotAffine where it is not one loop
 */
function loopsOf(core: Node, inside: readonly Affine[], node: Node): number[] {
  return core.shape.map((count, dimension) => {
    if (count === 1) return -1;
    const { coefficients } = inside[dimension];
    const used = coefficients.flatMap((c, loop) => (c !== 0 && node.shape[loop] > 1 ? [loop] : []));
    if (used.length !== 1 || coefficients[used[0]] !== 1 || node.shape[used[0]] !== count)
      throw new NotAffine();
    return used[0];
  });
}

const stepAlong = (at: Strided, loop: number): number => (loop < 0 ? 0 : at.strides[loop]);
