/** The bytes that a launch reads and writes, found by walking through all that its task says: slow and obvious. */
import { collect, type Expression, type Store, type Strided } from "../../src/kernels/expression.js";
import type { Task } from "../../src/kernels/task.js";
import { matrices } from "../../src/kernels/winograd.js";
import { bytesPerElement, type Location, type ProgramLaunch } from "../../src/runtime/program.js";

/** Names of bytes: where they lie, and at which place there. */
export interface Touched {
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
}

const bytes = { f32: 4, i32: 4, u8: 1 } as const;

export function touchedBy({ task, arguments: locations }: ProgramLaunch, lanes: number): Touched {
  const [reads, writes] = [new Set<string>(), new Set<string>()];
  const touch = (into: Set<string>, buffer: number, element: number, size: number): void => {
    const [where, offset] = placeOf(locations[buffer]);
    for (let b = 0; b < size; b++) into.add(`${where} ${offset + element * size + b}`);
  };
  const walk = (
    into: Set<string>,
    buffer: number,
    counts: readonly number[],
    at: Strided,
    size: number,
  ): void => {
    for (const i of indices(counts)) touch(into, buffer, elementAt(at, i), size);
  };
  const evaluate = (
    counts: readonly number[],
    roots: readonly Expression[],
    stores: readonly Store[],
    each = indices(counts),
  ): void => {
    const points = [...each];
    for (const e of collect([...roots, ...stores.map((s) => s.value)]))
      if (e.kind === "load")
        for (const i of points) touch(reads, e.buffer, elementAt(e.at, i), bytesPerElement[e.type]);
    for (const { buffer, at, type } of stores)
      for (const i of points) touch(writes, buffer, elementAt(at, i), bytesPerElement[type]);
  };
  visit(task);
  return { reads, writes };

  function visit(task: Task): void {
    switch (task.kind) {
      case "map":
        evaluate(task.space, [], task.stores);
        break;
      case "reduce": {
        const { kept, reduced, reductions, stores } = task;
        const roots = reductions.flatMap((r) => (r.position ? [r.value, r.position] : [r.value]));
        evaluate([...kept, ...reduced], roots, []);
        evaluate(kept, [], stores);
        break;
      }
      case "scan": {
        const { kept, scanned, value, stores } = task.scan;
        evaluate([...kept, ...scanned], [value], stores);
        break;
      }
      case "contraction": {
        const { batch, rows, depth, columns, vectorStride, startA, startB, stores } = task.contraction;
        const counts = (axes: readonly { count: number }[]): number[] => axes.map(({ count }) => count);
        const a = [...batch, ...rows, ...depth];
        walk(reads, 0, counts(a), { offset: startA, strides: a.map((axis) => axis.a) }, 4);
        const b = [...batch, ...depth];
        for (let c = 0; c < columns; c++) {
          const column = vectorStride === null ? c : Math.floor(c / lanes) * vectorStride + (c % lanes);
          walk(reads, 1, counts(b), { offset: startB + column, strides: b.map((axis) => axis.b) }, 4);
        }
        evaluate([...counts(batch), ...counts(rows), columns], [], stores);
        break;
      }
      case "squares": {
        const { matrix, outer, channels, from, stores, last } = task.squares;
        const { rows, columns } = matrices[matrix];
        const vectors = Math.ceil(channels / lanes);
        const inChannels = (i: readonly number[]): boolean =>
          i[outer.length] * lanes + i[outer.length + 3] < channels;
        const ends = outer.slice(-2).map((count) => count - 1);
        const exists = (i: readonly number[]): boolean =>
          ends.every((end, n) => i[outer.length - 2 + n] < end || i[outer.length + 1 + n] < last[n]);
        for (const i of indices([...outer, vectors, columns, columns, lanes]))
          if (inChannels(i)) touch(reads, 0, elementAt(from, i), 4);
        const points = indices([...outer, vectors, rows, rows, lanes]).filter(
          (i) => inChannels(i) && exists(i),
        );
        evaluate([], [], stores, points);
        break;
      }
      case "fill":
        for (const { counts, at } of task.boxes) walk(writes, 0, counts, at, bytes[task.format]);
        break;
      case "gather":
      case "scatterAdd":
      case "putSlices": {
        const { outer, extent, inner, count } = task.picking;
        const [whole, picked] = [outer * extent * inner, outer * count * inner];
        const size = bytes[task.format];
        const contiguous = { offset: 0, strides: [1] };
        walk(reads, 0, [task.kind === "gather" ? whole : picked], contiguous, size);
        walk(reads, 1, [count], contiguous, 4);
        walk(writes, 2, [task.kind === "gather" ? picked : whole], contiguous, size);
      }
    }
  }
}

function placeOf(location: Location): [string, number] {
  return "index" in location ? [`${location.kind} ${location.index}`, 0] : [location.kind, location.offset];
}

const elementAt = ({ offset, strides }: Strided, indices: readonly number[]): number =>
  indices.reduce((sum, i, d) => sum + i * strides[d], offset);

function indices(counts: readonly number[]): number[][] {
  return counts.reduce<number[][]>(
    (all, count) => all.flatMap((i) => Array.from({ length: count }, (_, n) => [...i, n])),
    [[]],
  );
}
