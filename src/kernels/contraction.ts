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
import { placeAll } from "./collapse.js";
import { collect, Evaluator, type Expression, type Store, type Strided } from "./expression.js";
import { type Floats, type Int, type Kernel, KernelBuilder, type TargetDescription } from "./language.js";
import { decode, enterAll, type Generated } from "./map.js";

/** A loop of the contraction with its strides, in elements, through A and B. */
export interface Axis {
  readonly count: number;
  readonly a: number;
  readonly b: number;
}

export interface Contraction {
  readonly batch: readonly Axis[];
  readonly rows: readonly Axis[];
  readonly columns: number;
  /** Distance between vectors of B along the columns, in elements: the lanes of the target where B is not packed. */
  readonly vectorStride: number;
  readonly depth: readonly Axis[];
  /** Where A and B start in their buffers, in elements; their buffers are arguments 0 and 1. */
  readonly startA: number;
  readonly startB: number;
  /**
   * Expressions and places over the index space [...batch, ...rows, columns]; the sum is the first result.
   */
  readonly stores: readonly Store[];
}

/** Rows × vectors of sums that fit the target's registers beside the operands of one step. */
export interface Tile {
  readonly rows: number;
  readonly vectors: number;
}

export function tileFor(target: TargetDescription, vectors: number): Tile {
  // Beside the sums: the vectors of B, two elements of A, and where there is no fused multiply-add, the product.
  const free = target.registers - vectors - 2 - (target.hasFma ? 0 : 1);
  // More rows than this make the code longer and not faster: each sum needs its own element of A anyway.
  return { rows: Math.max(1, Math.min(14, Math.floor(free / vectors))), vectors };
}

/** The columns as blocks of two vectors; an odd one is taken into a last block of three, or stands alone. */
export function columnBlocks(target: TargetDescription, columns: number): { whole: number; last: number } {
  const vectors = Math.ceil(columns / target.lanes);
  const partial = columns % target.lanes !== 0;
  const pairs = Math.floor(vectors / 2);
  if (vectors % 2 === 1) return vectors === 1 ? { whole: 0, last: 1 } : { whole: pairs - 1, last: 3 };
  return partial ? { whole: pairs - 1, last: 2 } : { whole: pairs, last: 0 };
}

/** How the work is cut: decided from the shape alone, so that results do not depend on the thread count. */
interface Cut {
  /** Depth axes walked outside the tiles: their sums are kept in C between the turns. */
  readonly outerDepth: readonly Axis[];
  readonly innerDepth: readonly Axis[];
  /** Indices of all rows axes but the last, as one running number, in groups of `group`. */
  readonly outerRows: number;
  readonly group: number;
  readonly lastRows: Axis;
  /** The last rows axis is cut into pieces of this many rows; 0: not cut. */
  readonly piece: number;
  readonly columnGroups: number;
}

const product = (axes: readonly { count: number }[]): number => axes.reduce((n, axis) => n * axis.count, 1);

/** Neighbouring loops that A and B walk as one become one. */
export function mergeAxes(axes: readonly Axis[]): Axis[] {
  const merged: Axis[] = [];
  for (const axis of axes) {
    if (axis.count === 1) continue;
    const last = merged.at(-1);
    if (last && last.a === axis.a * axis.count && last.b === axis.b * axis.count)
      merged[merged.length - 1] = { count: last.count * axis.count, a: axis.a, b: axis.b };
    else merged.push(axis);
  }
  return merged;
}

/** True where a contraction of this shape leaves sums in C between turns, so that only the bare sum can be stored. */
export function accumulatesInMemory(depth: readonly Axis[]): boolean {
  return splitDepth(mergeAxes(depth)).outer.length > 0;
}

/**
 * A walk over pixels (the filter gradient) touches a new cache line of A and of B at every step. It is cut so that
 * the lines under one turn stay in the first-level cache for all tiles. A walk along channels reads line after
 * line, and stays whole.
 */
function splitDepth(depth: readonly Axis[]): { outer: Axis[]; inner: Axis[] } {
  const sequential = depth.length === 0 || Math.abs(depth[depth.length - 1].a) < 4;
  const limit = sequential ? 8192 : 96;
  const inner = [...depth];
  const outer: Axis[] = [];
  while (inner.length > 0 && product(inner) > limit) {
    const rest = product(inner.slice(1));
    const { count, a, b } = inner[0];
    // The largest part of the outermost axis that fits and divides it.
    let part = Math.max(1, Math.min(count, Math.floor(limit / rest)));
    while (count % part !== 0) part--;
    if (part === 1 && inner.length === 1) break;
    outer.push({ count: count / part, a: a * part, b: b * part });
    inner.shift();
    if (part > 1) {
      inner.unshift({ count: part, a, b });
      break;
    }
  }
  return { outer, inner };
}

/**
 * Rows axes that A and the results walk as one become one, those of length 1 go: tiles are taken along the last,
 * so it should be long (the channels and the columns of the window, in a filter gradient).
 */
function mergeRows(spec: Contraction): Contraction {
  const first = spec.batch.length;
  const operands = [...collect(spec.stores.map((s) => s.value)), ...spec.stores];
  const places = operands.flatMap((e) => ("at" in e ? [e.at] : []));
  const rows: Axis[] = [];
  const dimensions: number[] = [];
  spec.rows.forEach((axis, i) => {
    if (axis.count === 1) return;
    const last = rows.length - 1;
    const joins =
      last >= 0 &&
      rows[last].a === axis.a * axis.count &&
      places.every((at) => at.strides[dimensions[last]] === at.strides[first + i] * axis.count);
    if (joins) {
      rows[last] = { ...axis, count: rows[last].count * axis.count };
      dimensions[last] = first + i;
    } else {
      rows.push(axis);
      dimensions.push(first + i);
    }
  });
  const kept = [...spec.batch.map((_, d) => d), ...dimensions, first + spec.rows.length];
  const place = (at: Strided): Strided => ({ offset: at.offset, strides: kept.map((d) => at.strides[d]) });
  return { ...spec, rows, stores: placeAll(spec.stores, place) };
}

export function contractionKernel(target: TargetDescription, name: string, spec: Contraction): Generated {
  const k = new KernelBuilder(target);
  const generator = new Generator(k, target, mergeRows(spec));
  const items = generator.generate();
  const kernel: Kernel = k.finish(name);
  return { kernel, items };
}

/**
 * Where the depth is walked in one go, a tile starts at zero and stores its results. Where it is walked in turns,
 * the place of the results is cleared first and each turn adds to it. (One kernel that asks "is this the first
 * turn?" would do, but older engines then keep the sums in memory instead of registers.)
 */
type Turn = "whole" | "clear" | "accumulate";

class Generator {
  private readonly cut: Cut;
  private readonly evaluator: Evaluator;
  private readonly roots: Expression[];
  private readonly rowsAxes: readonly Axis[];
  private readonly columnDimension: number;

  constructor(
    private readonly k: KernelBuilder,
    private readonly target: TargetDescription,
    private readonly spec: Contraction,
  ) {
    this.rowsAxes = spec.rows.length > 0 ? spec.rows : [{ count: 1, a: 0, b: 0 }];
    this.columnDimension = spec.batch.length + spec.rows.length;
    this.roots = spec.stores.map((s) => s.value);
    this.evaluator = new Evaluator(
      k,
      this.roots,
      spec.stores,
      Array.from({ length: this.columnDimension }, (_, d) => d),
      this.columnDimension,
    );
    this.cut = this.chooseCut();
  }

  private chooseCut(): Cut {
    const { spec, target } = this;
    const { outer, inner } = splitDepth(mergeAxes(spec.depth));
    const lastRows = this.rowsAxes.at(-1)!;
    const outerRows = product(this.rowsAxes.slice(0, -1));
    const batches = product(spec.batch);
    const blocks = columnBlocks(target, spec.columns);
    const tileRows = tileFor(target, blocks.whole > 0 ? 2 : blocks.last).rows;
    const depthPerTurn = product(inner);
    // Bytes of A that one index of the outer rows touches: overlapping windows are counted once.
    const bytesPerOuter =
      4 * Math.min(lastRows.count * depthPerTurn, lastRows.count * Math.abs(lastRows.a) * 2 + depthPerTurn);
    const enough = 16; // items for the threads of a large machine to share
    let group = Math.max(1, Math.min(outerRows, Math.floor((192 * 1024) / Math.max(1, bytesPerOuter))));
    while (group > 1 && batches * Math.ceil(outerRows / group) < enough) group = Math.ceil(group / 2);
    const rowItems = batches * Math.ceil(outerRows / group);
    let piece = 0;
    if (rowItems < enough && lastRows.count > 4 * tileRows) {
      const pieces = Math.max(1, Math.ceil((lastRows.count * depthPerTurn * 4) / (192 * 1024)));
      const wanted = Math.ceil(lastRows.count / Math.max(pieces, Math.min(4, Math.ceil(enough / rowItems))));
      piece = Math.ceil(wanted / tileRows) * tileRows;
      if (piece >= lastRows.count) piece = 0;
    }
    const pieces = piece ? Math.ceil(lastRows.count / piece) : 1;
    const columnUnits = blocks.whole + (blocks.last ? 1 : 0);
    const columnGroups = Math.max(1, Math.min(columnUnits, Math.ceil(enough / (rowItems * pieces))));
    return { outerDepth: outer, innerDepth: inner, outerRows, group, lastRows, piece, columnGroups };
  }

  generate(): number {
    const { k, spec, cut } = this;
    const batches = product(spec.batch);
    const groups = Math.ceil(cut.outerRows / cut.group);
    const pieces = cut.piece ? Math.ceil(cut.lastRows.count / cut.piece) : 1;
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
    const { k, spec, cut, target } = this;
    const blocks = columnBlocks(target, spec.columns);
    const width = 2 * target.lanes;
    const lastStart = blocks.whole * width;
    if (blocks.whole > 0) {
      const units = blocks.whole + (blocks.last ? 1 : 0);
      const perGroup = Math.ceil(units / cut.columnGroups);
      const from = k.mul(columnGroup, k.int(perGroup));
      const to = k.min(k.plus(from, perGroup), k.int(blocks.whole));
      k.loop(from, to, (block) => {
        const column = k.mul(block, k.int(width));
        this.rows(
          k.offset(b, block, 2 * 4 * spec.vectorStride),
          a,
          turn,
          column,
          tileFor(target, 2),
          2 * target.lanes,
          group,
          piece,
        );
      });
    }
    if (blocks.last > 0) {
      const tile = tileFor(target, blocks.last);
      const last = (): void =>
        this.rows(
          k.plus(b, blocks.whole * 2 * 4 * spec.vectorStride),
          a,
          turn,
          k.int(lastStart),
          tile,
          spec.columns - lastStart,
          group,
          piece,
        );
      if (cut.columnGroups === 1) last();
      else k.when(k.compare("eq", columnGroup, k.int(this.groupOfLastBlock())), last);
    }
  }

  private groupOfLastBlock(): number {
    const blocks = columnBlocks(this.target, this.spec.columns);
    return Math.floor(blocks.whole / Math.ceil((blocks.whole + 1) / this.cut.columnGroups));
  }

  /** All rows of the item under one block of columns. */
  private rows(
    b: Int,
    a: Int,
    turn: Turn,
    column: Int,
    tile: Tile,
    width: number,
    group: Int,
    piece: Int,
  ): void {
    const { k, cut } = this;
    const outerAxes = this.rowsAxes.slice(0, -1);
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
      enterAll(k, this.evaluator, indices, () => this.lastRows(start, b, turn, column, tile, width, piece));
    };
    if (outerAxes.length === 0) inOuter(null);
    else if (cut.group === 1) inOuter(group);
    else {
      const from = k.mul(group, k.int(cut.group));
      k.loop(from, k.min(k.plus(from, cut.group), k.int(cut.outerRows)), inOuter);
    }
  }

  /** Tiles along the last rows axis: of nearly equal size where it is short, else of full size and a rest. */
  private lastRows(a: Int, b: Int, turn: Turn, column: Int, tile: Tile, width: number, piece: Int): void {
    const { k, cut } = this;
    const { count } = cut.lastRows;
    const run = (from: Int | number, to: Int | number, rows: number): void => {
      if (from === to) return;
      if (typeof from === "number" && typeof to === "number" && to - from === rows)
        this.tile(a, b, turn, k.int(from), column, rows, tile.vectors, width);
      else k.loop(from, to, (row) => this.tile(a, b, turn, row, column, rows, tile.vectors, width), rows);
    };
    if (cut.piece) {
      const from = k.mul(piece, k.int(cut.piece));
      const whole = Math.floor(count / tile.rows) * tile.rows;
      // The piece is a multiple of the rows of the widest tile only: a narrower one starts where it starts.
      if (cut.piece % tile.rows === 0) {
        run(from, k.min(k.plus(from, cut.piece), k.int(whole)), tile.rows);
        if (count > whole) {
          const isLast = k.compare("eq", piece, k.int(Math.ceil(count / cut.piece) - 1));
          k.when(isLast, () => run(whole, count, count - whole));
        }
      } else {
        const to = k.min(k.plus(from, cut.piece), k.int(count));
        const full = k.sub(to, k.divide(k.sub(to, from), tile.rows).remainder);
        run(from, full, tile.rows);
        k.loop(full, to, (row) => this.tile(a, b, turn, row, column, 1, tile.vectors, width));
      }
      return;
    }
    if (count > 6 * tile.rows) {
      const whole = Math.floor(count / tile.rows) * tile.rows;
      run(0, whole, tile.rows);
      run(whole, count, count - whole);
      return;
    }
    const tiles = Math.ceil(count / tile.rows);
    const small = Math.floor(count / tiles);
    const larger = count % tiles;
    run(0, larger * (small + 1), small + 1);
    run(larger * (small + 1), count, small);
  }

  /** The micro-kernel: `rows` × `vectors` sums in registers, over the whole inner depth. */
  private tile(
    a: Int,
    b: Int,
    turn: Turn,
    row: Int,
    column: Int,
    rows: number,
    vectors: number,
    width: number,
  ): void {
    const { k, spec, cut, target, evaluator } = this;
    const rowStride = 4 * cut.lastRows.a;
    const start = k.offset(a, row, rowStride);
    const lanesOf = (v: number): number => Math.min(target.lanes, width - v * target.lanes);
    const eachRow = (body: (r: number) => void): void => {
      if (spec.rows.length === 0) body(0);
      else for (let r = 0; r < rows; r++) evaluator.enter(k.plus(row, r), () => body(r));
    };
    const eachVector = (body: (r: number, v: number) => void): void =>
      eachRow((r) => {
        for (let v = 0; v < vectors; v++) body(r, v);
      });
    if (turn === "clear") {
      eachVector((_, v) => evaluator.store(spec.stores[0], k.f32(0), column, v * target.lanes, lanesOf(v)));
      return;
    }
    const sums: Floats[][] = Array.from({ length: rows }, () => []);
    eachVector((r, v) => {
      const start =
        turn === "accumulate" ? evaluator.reload(spec.stores[0], column, v * target.lanes) : k.f32(0);
      sums[r].push(k.variable(start));
    });
    const unroll = Math.max(1, Math.min(8, Math.floor(target.turn / (rows * vectors))));
    this.walk(cut.innerDepth, unroll, start, b, 0, 0, (pa, pb, da, db) => {
      const factors = Array.from(
        { length: vectors },
        (_, v) => k.load("f32", pb, { displacement: db + 4 * v * spec.vectorStride }) as Floats,
      );
      for (let r = 0; r < rows; r++) {
        const x = k.load("f32", pa, { displacement: da + r * rowStride, access: "splat" }) as Floats;
        for (let v = 0; v < vectors; v++) k.assign(sums[r][v], k.fma(x, factors[v], sums[r][v]));
      }
    });
    eachVector((r, v) => {
      const lanes = lanesOf(v);
      const values = evaluator.values(this.roots, column, v * target.lanes, lanes, [sums[r][v]]);
      spec.stores.forEach((store, s) => {
        evaluator.store(store, values[s], column, v * target.lanes, lanes);
      });
    });
  }

  /** Nested depth loops, the innermost unrolled, all of them where they are short. */
  private walk(
    axes: readonly Axis[],
    unroll: number,
    a: Int,
    b: Int,
    da: number,
    db: number,
    step: (a: Int, b: Int, da: number, db: number) => void,
  ): void {
    const { k } = this;
    if (axes.length === 0) {
      step(a, b, da, db);
      return;
    }
    const [axis, ...rest] = axes;
    const inside = product(rest);
    const once = (pa: Int, pb: Int, i: number): void =>
      this.walk(rest, unroll, pa, pb, da + 4 * i * axis.a, db + 4 * i * axis.b, step);
    if (axis.count * inside <= Math.max(3, unroll)) {
      for (let i = 0; i < axis.count; i++) once(a, b, i);
      return;
    }
    const steps = rest.length === 0 ? unroll : 1;
    const whole = Math.floor(axis.count / steps) * steps;
    k.loop(
      0,
      whole,
      (i) => {
        const pa = k.offset(a, i, 4 * axis.a);
        const pb = k.offset(b, i, 4 * axis.b);
        for (let u = 0; u < steps; u++) once(pa, pb, u);
      },
      steps,
    );
    for (let i = whole; i < axis.count; i++) once(a, b, i);
  }
}
