/**
 * The contraction: sums of products over `depth`, for every combination of `batch`, `rows` and `columns`,
 *
 *     C[batch, rows, columns] = Σ over depth of A[batch, rows, depth] · B[batch, depth, columns].
 *
 * With the right strides this one generator is the matrix product, the convolution (depth runs over the filter's
 * window and the channels; neighbouring rows overlap in A), and its filter gradient (depth runs over pixels).
 * Lanes lie along the columns, which are contiguous in B and C. A tile of rows × vectors of sums stays in
 * registers while the depth is walked (Goto, van de Geijn: Anatomy of High-Performance Matrix Multiplication,
 * ACM TOMS 34(3), 2008, for the register tile; the walk is direct, no patch matrix is built).
 */

import type { KernelBuilder } from "../builder.js";
import type { Draft } from "../draft.js";
import { Evaluator } from "../expression.js";
import type { Int, TargetDescription } from "../language.js";
import { decode, enterAll } from "../loops.js";
import {
  type ColumnBlocks,
  type Cut,
  chooseCut,
  columnBlocks,
  fewTiles,
  tileFor,
  unitsPerTile,
} from "./cut.js";
import { type Axis, type Contraction, mergeRows, product, strideOfVectors } from "./shape.js";
import { type ColumnBlock, isFarOff, isOneChain, TileWriter, type Turn } from "./tile.js";

export function contractionKernel(target: TargetDescription, given: Contraction): Draft {
  const spec = mergeRows(given);
  const { depth, stores, batch, rows, ...places } = spec;
  const blocks = columnBlocks(target, spec.columns, product(rows));
  const cut = chooseCut(target, spec, rows.length > 0 ? rows : [{ count: 1, a: 0, b: 0 }], blocks);
  const { unit, unitAxis, outerAxes, outerRows, group, piece, outerDepth, innerDepth, columnGroups } = cut;
  const { count } = unitAxis;
  const groups = Math.ceil(outerRows / group);
  const pieces = piece ? Math.ceil(count / piece) : 1;
  const most = [blocks.width, blocks.last || blocks.width].map((vectors) =>
    unitsPerTile(tileFor(target, vectors), unit.length, count),
  );
  const isLong = outerAxes.length === 0 && most.every((n) => piece > 0 || count > fewTiles * n);
  // The batch, where it is summed over: nothing else is as far apart.
  const isInLoops =
    isOneChain(innerDepth) && [{ a: 1 }, ...batch, ...rows].every(({ a }) => a < innerDepth[0].a);
  const text = JSON.stringify([
    { ...places, isInLoops, isLong, unit, blocks, columnGroups },
    [anyOf(outerDepth), isInLoops ? anyOf(innerDepth) : innerDepth, isFarOff(spec)],
    [anyOf(batch), anyOf(outerAxes), rows.length, piece > 0],
    // How the units of a long axis come out in tiles: of others all is known.
    isLong ? [unitAxis.a, ...most.map((n) => [n, count % n, piece % n === 0])] : [unitAxis, piece],
  ]);
  return {
    text: `contraction ${text}`,
    stores,
    items: product(batch) * groups * pieces * columnGroups,
    // In the order of the names below.
    told: [
      groups,
      group,
      outerRows,
      pieces,
      piece,
      count,
      outerDepth[0]?.count ?? 0,
      innerDepth[0]?.count ?? 0,
    ],
    write(k) {
      const columnDimension = batch.length + rows.length;
      const loops = Array.from({ length: columnDimension }, (_, d) => d);
      const roots = stores.map((s) => s.value);
      const evaluator = new Evaluator(k, roots, stores, loops, columnDimension);
      new Generator(k, target, { spec, cut, blocks, isInLoops }, evaluator).write();
    },
  };
}

/**
 * What code is told, where it does not depend on it. Of outer rows: groups, rows of a group, and all rows; of units: pieces,
 * units of a piece, and all units; how often the first loop over the depth turns, outside the tiles and in them.
 */
const [Groups, Group, OuterRows, Pieces, Piece, Units, OuterDepth, InnerDepth] = Array(8).keys();

/** The axes, but for how long the first one is. */
const anyOf = (axes: readonly Axis[]): Axis[] =>
  axes.map((axis, i) => (i === 0 ? { ...axis, count: 0 } : axis));

interface Plan {
  readonly spec: Contraction;
  readonly cut: Cut;
  readonly blocks: ColumnBlocks;
  /** Whether it is told how often the first loop over the inner depth turns. */
  readonly isInLoops: boolean;
}

/** The loops around the tiles. */
class Generator {
  private readonly tiles: TileWriter;

  constructor(
    private readonly k: KernelBuilder,
    private readonly target: TargetDescription,
    private readonly plan: Plan,
    private readonly evaluator: Evaluator,
  ) {
    const { spec, cut, isInLoops } = plan;
    const turns = isInLoops ? k.told(InnerDepth) : undefined;
    this.tiles = new TileWriter(k, target, spec, cut, evaluator, turns);
  }

  write(): void {
    const { k } = this;
    const { spec, cut } = this.plan;
    const startA = k.plus(k.argument(0), 4 * spec.startA);
    const startB = k.plus(k.argument(1), 4 * spec.startB);
    const groups = cut.outerAxes.length > 0 ? k.told(Groups) : 1;
    const pieces = cut.piece > 0 ? k.told(Pieces) : 1;
    k.loop(k.begin, k.end, (item) => {
      // An item is one of the batches, of the groups of outer rows, of the pieces, and of the groups of columns.
      const [batch, group, piece, columns] = decode(k, item, [0, groups, pieces, cut.columnGroups]);
      const batchIndices = decode(
        k,
        batch,
        spec.batch.map((axis) => axis.count),
      );
      let a = startA;
      let b = startB;
      spec.batch.forEach((axis, d) => {
        a = k.offset(a, batchIndices[d], 4 * axis.a);
        b = k.offset(b, batchIndices[d], 4 * axis.b);
      });
      enterAll(k, this.evaluator, batchIndices, () => {
        const inTurns = cut.outerDepth.length > 0;
        if (inTurns) this.columns("clear", columns, a, b, group, piece);
        this.depthTurns(cut.outerDepth, a, b, (a, b) =>
          this.columns(inTurns ? "accumulate" : "whole", columns, a, b, group, piece),
        );
      });
    });
  }

  /** The depth loops outside the tiles. */
  private depthTurns(
    axes: readonly Axis[],
    a: Int,
    b: Int,
    body: (a: Int, b: Int) => void,
    turns: Int | number = this.k.told(OuterDepth),
  ): void {
    if (axes.length === 0) {
      body(a, b);
      return;
    }
    const { k } = this;
    const [axis, ...rest] = axes;
    k.loop(0, turns, (i) =>
      this.depthTurns(
        rest,
        k.offset(a, i, 4 * axis.a),
        k.offset(b, i, 4 * axis.b),
        body,
        rest[0]?.count ?? 0,
      ),
    );
  }

  private columns(turn: Turn, columnGroup: Int, a: Int, b: Int, group: Int, piece: Int): void {
    const { k, target } = this;
    const { spec, cut, blocks } = this.plan;
    const width = blocks.width * target.lanes;
    const lastStart = blocks.whole * width;
    const blockBytes = 4 * blocks.width * strideOfVectors(spec, target.lanes);
    const units = blocks.whole + (blocks.last ? 1 : 0);
    const perGroup = Math.ceil(units / cut.columnGroups);
    if (blocks.whole > 0) {
      const from = k.mul(columnGroup, k.int(perGroup));
      const to = k.min(k.plus(from, perGroup), k.int(blocks.whole));
      k.loop(from, to, (n) => {
        const column = k.mul(n, k.int(width));
        const block = { b: k.offset(b, n, blockBytes), column, width, tile: tileFor(target, blocks.width) };
        this.rows(block, a, turn, group, piece);
      });
    }
    if (blocks.last > 0) {
      const last = (): void => {
        const start = k.plus(b, blocks.whole * blockBytes);
        const tile = tileFor(target, blocks.last);
        const block = { b: start, column: k.int(lastStart), width: spec.columns - lastStart, tile };
        this.rows(block, a, turn, group, piece);
      };
      const groupOfLast = Math.floor(blocks.whole / perGroup);
      if (cut.columnGroups === 1) last();
      else k.when(k.compare("eq", columnGroup, k.int(groupOfLast)), last);
    }
  }

  private rows(block: ColumnBlock, a: Int, turn: Turn, group: Int, piece: Int): void {
    const { k } = this;
    const {
      cut: { outerAxes },
    } = this.plan;
    const inOuter = (running: Int | null): void => {
      const indices = running
        ? decode(
            k,
            running,
            outerAxes.map((axis) => axis.count),
          )
        : [];
      let start = a;
      outerAxes.forEach((axis, d) => {
        start = k.offset(start, indices[d], 4 * axis.a);
      });
      enterAll(k, this.evaluator, indices, () => this.units(block, start, turn, piece));
    };
    if (outerAxes.length === 0) inOuter(null);
    else {
      const size = k.told(Group);
      const from = k.mul(group, size);
      k.loop(from, k.min(k.add(from, size), k.told(OuterRows)), inOuter);
    }
  }

  /** Tiles along the unit axis: of nearly equal size where it is short, else of full size and a rest. */
  private units(block: ColumnBlock, a: Int, turn: Turn, piece: Int): void {
    const { k } = this;
    const { cut } = this.plan;
    const { count } = cut.unitAxis;
    const units = unitsPerTile(block.tile, cut.unit.length, count);
    const run = (from: Int | number, to: Int | number, n: number): void => {
      if (from === to) return;
      if (typeof from === "number" && typeof to === "number" && to - from === n)
        this.tiles.write(turn, a, k.int(from), n, block);
      else k.loop(from, to, (unit) => this.tiles.write(turn, a, unit, n, block), n);
    };
    const rest = count % units;
    const end = k.told(Units);
    const whole = k.plus(end, -rest);
    const last = (): void => {
      if (rest > 0) this.tiles.write(turn, a, whole, rest, block);
    };
    if (cut.piece > 0) {
      const size = k.told(Piece);
      const from = k.mul(piece, size);
      const next = k.add(from, size);
      // The piece is a multiple of the units of the widest tile only: a narrower one starts where it starts.
      if (cut.piece % units === 0) {
        run(from, k.min(next, whole), units);
        if (rest > 0) k.when(k.compare("ge", next, end), last);
      } else {
        const to = k.min(next, end);
        const full = k.sub(to, k.divide(k.sub(to, from), units).remainder);
        run(from, full, units);
        k.loop(full, to, (unit) => this.tiles.write(turn, a, unit, 1, block));
      }
      return;
    }
    if (count > fewTiles * units) {
      run(0, whole, units);
      last();
      return;
    }
    const tiles = Math.ceil(count / units);
    const small = Math.floor(count / tiles);
    const larger = count % tiles;
    run(0, larger * (small + 1), small + 1);
    run(larger * (small + 1), count, small);
  }
}
