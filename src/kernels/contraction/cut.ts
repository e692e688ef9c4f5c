/** How a contraction is cut into items, tiles and turns: from its shape and the target's registers and caches. */
import type { TargetDescription } from "../language.js";
import { type Axis, type Contraction, mergeAxes, product } from "./shape.js";

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

/** The columns in vectors: `whole` blocks of `width`, and a last block of another width, or one that is not full. */
export interface ColumnBlocks {
  readonly width: number;
  readonly whole: number;
  readonly last: number;
}

/**
 * Units of so many rows that a tile takes at once: as many as fit, or fewer where few tiles then come out even. A rest
 * of two rows takes almost the time of eight, and code of its own.
 */
export function unitsPerTile(tile: Tile, unitRows: number, count: number): number {
  const most = Math.max(1, Math.floor(tile.rows / unitRows));
  // Few tiles are made of nearly equal size anyway; of many, a rest is little.
  if (count <= fewTiles * most || count > 16 * most) return most;
  for (let units = most; units * unitRows * tile.vectors >= enoughSums; units--)
    if (count % units === 0) return units;
  return most;
}

/** Up to so many tiles are taken of nearly equal size. */
export const fewTiles = 6;
/** So many sums at once hide the time that a multiply-add takes. */
const enoughSums = 16;

/**
 * Blocks of two vectors; an odd one is taken into a last block of three, or stands alone. A single row has no use
 * for what it reads of B but once: it reads long runs of it, at the speed of the memory.
 */
export function columnBlocks(target: TargetDescription, columns: number, rows: number): ColumnBlocks {
  const width = rows === 1 ? target.registers / 2 : 2;
  const vectors = Math.ceil(columns / target.lanes);
  const full = Math.floor(columns / target.lanes);
  let whole = Math.floor(full / width);
  // A last block of one vector alone would be slow.
  if (width === 2 && vectors - 2 * whole === 1 && whole > 0) whole--;
  return { width, whole, last: vectors - whole * width };
}

/** How the work is cut: decided from the shape alone, so that results do not depend on the thread count. */
export interface Cut {
  /** Depth axes walked outside the tiles: their sums are kept in C between the turns. */
  readonly outerDepth: readonly Axis[];
  readonly innerDepth: readonly Axis[];
  /** Indices of the rows axes before `unitAxis`, as one running number, in groups of `group`. */
  readonly outerAxes: readonly Axis[];
  readonly outerRows: number;
  readonly group: number;
  /** The axis along which tiles are taken, unit after unit. */
  readonly unitAxis: Axis;
  /** The rows at one index of it: all indices of the short axes after it, as a small picture has them. */
  readonly unit: readonly UnitRow[];
  /** The unit axis is cut into pieces of this many units; 0: not cut. */
  readonly piece: number;
  readonly columnGroups: number;
}

export interface UnitRow {
  /** Along the axes after the unit axis. */
  readonly indices: readonly number[];
  /** Distance from the unit's first row in A, in elements. */
  readonly a: number;
}

/** True where a contraction of this shape leaves sums in C between turns, so that only the bare sum can be stored. */
export function accumulatesInMemory(depth: readonly Axis[]): boolean {
  return splitDepth(mergeAxes(depth)).outer.length > 0;
}

const mostTurns = 512;

/**
 * A walk over pixels (the filter gradient) touches a new cache line of A and of B at every step. It is cut so that
 * the lines under one turn stay in the first-level cache for all tiles. A walk along channels reads line after
 * line, and stays whole.
 */
function splitDepth(depth: readonly Axis[]): { outer: Axis[]; inner: Axis[] } {
  const sequential = depth.length === 0 || Math.abs(depth[depth.length - 1].a) < 4;
  // Each turn is added to what lies in C: too many of them would be a long sum.
  const limit = Math.max(sequential ? 8192 : 128, product(depth) / mostTurns);
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

/** How many of the last axes are so short that a tile holds all of their rows at least twice. */
function axesOfUnit(axes: readonly Axis[], most: number): number {
  let rows = 1;
  for (let inside = 0; ; inside++) {
    const axis = axes.at(-1 - inside);
    if (inside === axes.length - 1 || rows * axis!.count > most) return inside;
    rows *= axis!.count;
  }
}

/** All combinations of indices of the axes, the last one running fastest. */
function unitRows(axes: readonly Axis[]): UnitRow[] {
  return axes.reduce<UnitRow[]>(
    (rows, axis) =>
      rows.flatMap(({ indices, a }) =>
        Array.from({ length: axis.count }, (_, i) => ({ indices: [...indices, i], a: a + i * axis.a })),
      ),
    [{ indices: [], a: 0 }],
  );
}

/** @param rowsAxes  at least one */
export function chooseCut(
  target: TargetDescription,
  spec: Contraction,
  rowsAxes: readonly Axis[],
  blocks: ColumnBlocks,
): Cut {
  const { outer, inner } = splitDepth(mergeAxes(spec.depth));
  const batches = product(spec.batch);
  const tile = tileFor(target, blocks.whole > 0 ? blocks.width : blocks.last);
  const inside = axesOfUnit(rowsAxes, Math.min(tile.rows / 2, tileFor(target, blocks.last || 2).rows));
  const unitAxis = rowsAxes.at(-1 - inside)!;
  const outerAxes = rowsAxes.slice(0, -1 - inside);
  const unit = unitRows(rowsAxes.slice(rowsAxes.length - inside));
  const outerRows = product(outerAxes);
  const depthPerTurn = product(inner);
  // Bytes of A that one index of the outer rows touches: overlapping windows are counted once.
  const bytesPerOuter =
    4 *
    Math.min(
      unitAxis.count * unit.length * depthPerTurn,
      unitAxis.count * Math.abs(unitAxis.a) * 2 + depthPerTurn,
    );
  const enough = 16; // items for the threads of a large machine to share
  let group = Math.max(1, Math.min(outerRows, Math.floor((192 * 1024) / Math.max(1, bytesPerOuter))));
  while (group > 1 && batches * Math.ceil(outerRows / group) < enough) group = Math.ceil(group / 2);
  const rowItems = batches * Math.ceil(outerRows / group);
  let piece = 0;
  const tileUnits = unitsPerTile(tile, unit.length, unitAxis.count);
  if (rowItems < enough && unitAxis.count > 4 * tileUnits) {
    const bytes = unitAxis.count * unit.length * depthPerTurn * 4;
    const pieces = Math.max(1, Math.ceil(bytes / (192 * 1024)));
    const wanted = Math.ceil(unitAxis.count / Math.max(pieces, Math.min(4, Math.ceil(enough / rowItems))));
    piece = Math.ceil(wanted / tileUnits) * tileUnits;
    if (piece >= unitAxis.count) piece = 0;
  }
  const pieces = piece ? Math.ceil(unitAxis.count / piece) : 1;
  const columnUnits = blocks.whole + (blocks.last ? 1 : 0);
  const columnGroups = Math.max(1, Math.min(columnUnits, Math.ceil(enough / (rowItems * pieces))));
  return {
    outerDepth: outer,
    innerDepth: inner,
    outerAxes,
    outerRows,
    group,
    unitAxis,
    unit,
    piece,
    columnGroups,
  };
}
