/** One step under the microscope: a weight, its gradient as a sum, and what the step would make of it. */

/** A parameter of the network, of which a weight is chosen: `conv1.filters`, kH×kW×C×F. */
export interface WeightGroup {
  readonly path: string;
  readonly shape: readonly number[];
}

/** One product of a weight's gradient: ∂E/∂o at a place of the layer's output, and what the weight met there. */
export interface StepTerm {
  /** In the batch, and in the data set. */
  readonly picture: number;
  readonly index: number;
  readonly truth: number;
  readonly pixels: Uint8Array;
  /** Of the output. */
  readonly row: number;
  readonly column: number;
  readonly slope: number;
  readonly input: number;
  readonly product: number;
  /** Of the input. */
  readonly at: readonly [row: number, column: number];
}

export interface StepTerms {
  readonly count: number;
  /** Of one picture. */
  readonly places: number;
  /** The largest first. */
  readonly largest: readonly StepTerm[];
  readonly rest: { readonly count: number; readonly sum: number };
  /** Products that are 0. */
  readonly zeros: number;
  readonly sum: number;
  /** What each picture of the batch has in the sum. */
  readonly perPicture: Float32Array;
  /** The weight meets pixels of the picture itself. */
  readonly isPicture: boolean;
}

/** The step after the one that is shown, as it would be made; nothing is changed. */
export interface MicroscopeAnswer {
  readonly run: number;
  /** Steps before it. */
  readonly step: number;
  readonly pictures: number;
  readonly loss: number;
  readonly rate: number;
  readonly optimizer: { readonly name: string; readonly options: Readonly<Record<string, number>> };
  readonly groups: readonly WeightGroup[];
  readonly layer: { readonly path: string; readonly type: string };
  readonly weight: {
    readonly path: string;
    /** Along each axis of the parameter. */
    readonly place: readonly number[];
    readonly before: number;
    /** The engine's. */
    readonly gradient: number;
    readonly after: number;
    readonly memory: readonly { readonly name: string; readonly before: number; readonly after: number }[];
  };
  /** The weights about it, row by row, by their places in the parameter. */
  readonly around: {
    readonly rows: number;
    readonly columns: number;
    readonly indices: Int32Array;
    readonly weights: Float32Array;
    readonly gradients: Float32Array;
    readonly changes: Float32Array;
  };
  /** Undefined where the gradient is no plain sum of products, as of batch normalisation. */
  readonly terms: StepTerms | undefined;
}
