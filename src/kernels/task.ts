/**
 * What a kernel is to compute: index spaces, places in buffers in elements, and expressions. Nothing of how it is done:
 * no lanes, registers, tiles, threads or addresses, so that targets of any kind can generate from it.
 */
import type { Contraction } from "./contraction/shape.js";
import type { Store } from "./expression.js";
import type { Box } from "./fill.js";
import type { Picking, PickingGenerator } from "./gather.js";
import type { Format } from "./language.js";
import type { Lattice, LatticeGenerator } from "./lattice.js";
import type { Reduction } from "./reduce.js";
import type { Scan, scanKernel } from "./scan.js";
import type { Squares, squaresKernel } from "./squares.js";
import type { Suppression, SuppressionGenerator } from "./suppression.js";

/** A processor's generator comes with some kinds, so that pages that never do them do not load it. */
export type Task =
  | { kind: "map"; space: readonly number[]; stores: readonly Store[] }
  | {
      kind: "reduce";
      kept: readonly number[];
      reduced: readonly number[];
      reductions: readonly Reduction[];
      stores: readonly Store[];
    }
  | { kind: "contraction"; contraction: Contraction }
  | { kind: "squares"; squares: Squares; generate: typeof squaresKernel }
  | { kind: "fill"; format: Format; value: number; boxes: readonly Box[] }
  | {
      kind: "gather" | "scatterAdd" | "putSlices";
      format: Format;
      picking: Picking;
      generate: PickingGenerator;
    }
  | { kind: "scan"; scan: Scan; generate: typeof scanKernel }
  | { kind: "lattice"; lattice: Lattice; generate: LatticeGenerator }
  | { kind: "suppress"; suppression: Suppression; generate: SuppressionGenerator };
