/** A contraction as loops over A and B, and loops that walk as one merged. */
import { placeAll } from "../collapse.js";
import { collect, type Store, type Strided } from "../expression.js";

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
  /** Distance between vectors of B along the columns, in elements; null where all columns are neighbours. */
  readonly vectorStride: number | null;
  readonly depth: readonly Axis[];
  /** Where A and B start in their buffers, in elements; their buffers are arguments 0 and 1. */
  readonly startA: number;
  readonly startB: number;
  /**
   * Expressions and places over the index space [...batch, ...rows, columns]; the sum is the first result.
   */
  readonly stores: readonly Store[];
}

/** The same in memory, where the target's vectors have so many lanes. */
export const strideOfVectors = ({ vectorStride }: Contraction, lanes: number): number =>
  vectorStride ?? lanes;

export const product = (axes: readonly { count: number }[]): number =>
  axes.reduce((n, axis) => n * axis.count, 1);

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

/**
 * Rows axes that A and the results walk as one become one, those of length 1 go: tiles are taken along the last,
 * so it should be long (the channels and the columns of the window, in a filter gradient).
 */
export function mergeRows(spec: Contraction): Contraction {
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
