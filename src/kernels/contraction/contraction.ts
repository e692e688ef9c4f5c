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

import { KernelBuilder } from "../builder.js";
import { Evaluator } from "../expression.js";
import type { Int, Kernel, TargetDescription } from "../language.js";
import { decode, enterAll, type Generated } from "../map.js";
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
import { type ColumnBlock, TileWriter, type Turn } from "./tile.js";

export function contractionKernel(target: TargetDescription, name: string, spec: Contraction): Generated {
  const k = new KernelBuilder(target);
  const generator = new Generator(k, target, mergeRows(spec));
  const items = generator.generate();
  const kernel: Kernel = k.finish(name);
  return { kernel, items };
}

/** The loops around the tiles. */
class Generator {
  private readonly cut: Cut;
  private readonly evaluator: Evaluator;
  private readonly blocks: ColumnBlocks;
  private readonly tiles: TileWriter;

  constructor(
    private readonly k: KernelBuilder,
    private readonly target: TargetDescription,
    private readonly spec: Contraction,
  ) {
    const rowsAxes: readonly Axis[] = spec.rows.length > 0 ? spec.rows : [{ count: 1, a: 0, b: 0 }];
    const columnDimension = spec.batch.length + spec.rows.length;
    this.evaluator = new Evaluator(
      k,
      spec.stores.map((s) => s.value),
      spec.stores,
      Array.from({ length: columnDimension }, (_, d) => d),
      columnDimension,
    );
    this.blocks = columnBlocks(target, spec.columns, product(spec.rows));
    this.cut = chooseCut(target, spec, rowsAxes, this.blocks);
    this.tiles = new TileWriter(k, target, spec, this.cut, this.evaluator);
  }

  generate(): number {
    const { k, spec, cut } = this;
    const batches = product(spec.batch);
    const groups = Math.ceil(cut.outerRows / cut.group);
    const pieces = cut.piece ? Math.ceil(cut.unitAxis.count / cut.piece) : 1;
    const items = batches * groups * pieces * cut.columnGroups;
    const startA = k.plus(k.argument(0), 4 * spec.startA);
    const startB = k.plus(k.argument(1), 4 * spec.startB);
    k.loop(k.begin, k.end, (item) => {
      const [batch, group, piece, columns] = decode(k, item, [batches, groups, pieces, cut.columnGroups]);
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
    return items;
  }

  /** The depth loops outside the tiles. */
  private depthTurns(axes: readonly Axis[], a: Int, b: Int, body: (a: Int, b: Int) => void): void {
    if (axes.length === 0) {
      body(a, b);
      return;
    }
    const { k } = this;
    const [axis, ...rest] = axes;
    k.loop(0, axis.count, (i) =>
      this.depthTurns(rest, k.offset(a, i, 4 * axis.a), k.offset(b, i, 4 * axis.b), body),
    );
  }

  private columns(turn: Turn, columnGroup: Int, a: Int, b: Int, group: Int, piece: Int): void {
    const { k, spec, cut, target, blocks } = this;
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
    const { k, cut } = this;
    const { outerAxes } = cut;
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
    else if (cut.group === 1) inOuter(group);
    else {
      const from = k.mul(group, k.int(cut.group));
      k.loop(from, k.min(k.plus(from, cut.group), k.int(cut.outerRows)), inOuter);
    }
  }

  /** Tiles along the unit axis: of nearly equal size where it is short, else of full size and a rest. */
  private units(block: ColumnBlock, a: Int, turn: Turn, piece: Int): void {
    const { k, cut } = this;
    const { count } = cut.unitAxis;
    const units = unitsPerTile(block.tile, cut.unit.length, count);
    const run = (from: Int | number, to: Int | number, n: number): void => {
      if (from === to) return;
      if (typeof from === "number" && typeof to === "number" && to - from === n)
        this.tiles.write(turn, a, k.int(from), n, block);
      else k.loop(from, to, (unit) => this.tiles.write(turn, a, unit, n, block), n);
    };
    if (cut.piece) {
      const from = k.mul(piece, k.int(cut.piece));
      const whole = Math.floor(count / units) * units;
      // The piece is a multiple of the units of the widest tile only: a narrower one starts where it starts.
      if (cut.piece % units === 0) {
        run(from, k.min(k.plus(from, cut.piece), k.int(whole)), units);
        if (count > whole) {
          const isLast = k.compare("eq", piece, k.int(Math.ceil(count / cut.piece) - 1));
          k.when(isLast, () => run(whole, count, count - whole));
        }
      } else {
        const to = k.min(k.plus(from, cut.piece), k.int(count));
        const full = k.sub(to, k.divide(k.sub(to, from), units).remainder);
        run(from, full, units);
        k.loop(full, to, (unit) => this.tiles.write(turn, a, unit, 1, block));
      }
      return;
    }
    if (count > fewTiles * units) {
      const whole = Math.floor(count / units) * units;
      run(0, whole, units);
      run(whole, count, count - whole);
      return;
    }
    const tiles = Math.ceil(count / units);
    const small = Math.floor(count / tiles);
    const larger = count % tiles;
    run(0, larger * (small + 1), small + 1);
    run(larger * (small + 1), count, small);
  }
}
