/** What the room Learned asks with and is answered: squares, moves, codes, and the methods that explain. */

/** Edge in pixels, and its grey, 0 to 255. */
export interface Square {
  readonly size: number;
  readonly grey: number;
}

/** In pixels, degrees against the clock, and as a factor. */
export interface Move {
  readonly right: number;
  readonly down: number;
  readonly turn: number;
  readonly scale: number;
}

export interface Moved {
  /** H×W×C, 0 to 255. */
  readonly pixels: Float32Array;
  readonly reading: Float32Array;
  /** By layer: ‖f(x′) − f(x)‖ / ‖f(x)‖. */
  readonly distances: Readonly<Record<string, number>>;
}

export interface Codes {
  readonly step: number;
  readonly layer: string;
  /** Numbers of a code. */
  readonly width: number;
  /** N×3: the first principal components. */
  readonly places: Float32Array;
  readonly labels: Uint8Array;
  /** Share of the codes' variance that each component has. */
  readonly shares: readonly number[];
  /** That of the picture at hand; absent where none fits. */
  readonly here?: Float32Array;
  /** Test pictures whose codes are nearest to its code. */
  readonly nearest: readonly {
    readonly index: number;
    readonly distance: number;
    readonly truth: number;
    readonly pixels: Uint8Array;
  }[];
}

export interface MethodInfo {
  readonly name: string;
  readonly title: string;
  readonly question: string;
  readonly cannotSay: string;
  readonly unit: string;
  readonly isSigned: boolean;
}
