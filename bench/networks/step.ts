/**
 * A network as plain data, with all shapes worked out: what every contender builds in its own library from the same
 * text, so that all do the same sums on the same numbers.
 */

/** H×W×C of one picture, or the length of a row. */
export type Extent = readonly number[];

/** Numbers evenly spread in low ≤ v < high; `numbers.ts` says which. */
export interface Parameter {
  readonly seed: number;
  /** Filters kH×kW×(Cin/groups)×Cout, weights inputs×outputs. */
  readonly shape: readonly number[];
  readonly low: number;
  readonly high: number;
}

interface Placed {
  readonly x: Extent;
  readonly y: Extent;
}

export interface Conv extends Placed {
  readonly kind: "conv";
  readonly kernel: number;
  readonly stride: number;
  /** Zeros on all four sides. */
  readonly padding: number;
  readonly groups: number;
  readonly filters: Parameter;
  readonly bias: Parameter | null;
}

/** Batch normalisation over the channels, epsilon 1e-5, momentum 0.1. */
export interface Norm extends Placed {
  readonly kind: "norm";
  readonly scale: Parameter;
  readonly shift: Parameter;
  readonly mean: Parameter;
  readonly variance: Parameter;
}

export interface MaxPool extends Placed {
  readonly kind: "maxPool";
  readonly size: number;
  readonly stride: number;
  readonly padding: number;
}

/** The rows of `weights` are those of `before`, row by row, channels last. */
export interface Dense extends Placed {
  readonly kind: "dense";
  /** What was flattened into x. */
  readonly before: Extent;
  readonly weights: Parameter;
  readonly bias: Parameter;
}

/** y = body(x) + shortcut(x); an empty shortcut hands x on. */
export interface Residual extends Placed {
  readonly kind: "residual";
  readonly body: readonly Step[];
  readonly shortcut: readonly Step[];
}

/** meanPool: the mean of each channel, H×W×C to C. flatten: H×W×C to one row, channels last. */
export interface Plain extends Placed {
  readonly kind: "relu" | "meanPool" | "flatten";
}

export type Step = Conv | Norm | MaxPool | Dense | Residual | Plain;

export interface Network {
  readonly input: Extent;
  readonly steps: readonly Step[];
}

/** Every step, those inside residual ones too. */
export function allSteps(steps: readonly Step[]): Step[] {
  return steps.flatMap((step) =>
    step.kind === "residual" ? [step, ...allSteps(step.body), ...allSteps(step.shortcut)] : [step],
  );
}
