/**
 * What page and worker say to each other about the network at hand: requests with one answer each, and streams, of which
 * the worker sends only as many as the page has drawn.
 */
import type { Settings, Speed } from "../../network/settings.js";
import type { Nearest, Pictures } from "./errands.js";
import type { Codes, MethodInfo, Move, Moved, Square } from "./learned-answers.js";
import type { MicroscopeAnswer } from "./step-answers.js";
import type { Patch, UnitAnswer, UnitPlace, Wire } from "./unit-answers.js";

/** A layer as the library's summary has it. */
export interface LayerInfo {
  readonly name: string;
  readonly type: string;
  readonly output: readonly number[];
  readonly params: number;
  readonly macs: number;
  /** Edge in pixels of what a unit sees; null where it is the whole picture. */
  readonly sees: number | readonly number[] | null;
}

export interface NetworkInfo {
  readonly name: string;
  /** Undefined where no sentence says it: it came with a file. */
  readonly net: string | undefined;
  readonly input: readonly [height: number, width: number, channels: number];
  readonly classes: readonly string[];
  readonly params: number;
  readonly macs: number;
  readonly layers: readonly LayerInfo[];
}

export interface DataInfo {
  readonly name: string;
  readonly classes: readonly string[];
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly train: number;
  readonly test: number;
  /** Of pictures of one's own: how many of each class. */
  readonly counts: readonly number[];
}

/** A run of training, from a seed or from another run's step. */
export interface RunInfo {
  readonly id: number;
  /** Where it left another run. */
  readonly from?: { readonly run: number; readonly step: number };
  readonly settings: Settings;
  readonly network: NetworkInfo;
  readonly data: string;
  /** Steps that are made, and those that are planned. */
  readonly step: number;
  readonly steps: number;
  readonly stepsOfEpoch: number;
  /** It came with the studio. */
  readonly isShipped?: true;
  /** Why it cannot go on here, where it cannot. */
  readonly still?: string;
  /** Of every step. */
  readonly losses: Float32Array;
  readonly accuracies: readonly Accuracy[];
  /** Steps to which the history goes back. */
  readonly kept: readonly number[];
}

export interface Accuracy {
  readonly step: number;
  readonly accuracy: number;
  /** Pictures that were read for it. */
  readonly of: number;
}

export interface Picture {
  readonly pixels: Uint8Array;
  /** Where it comes from: a number of the test pictures, or your hand. */
  readonly test?: number;
  readonly truth?: number;
}

/** A tensor's numbers with its shape. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** How many maps of each layer are sent, 0 for none, and whether the first filters are. */
export interface Watched {
  readonly maps: number;
  readonly filters: boolean;
}

/** What is seen of the network at one step. */
export interface Seen {
  readonly run: number;
  readonly step: number;
  /** Probability of each class for the picture at hand. */
  readonly reading?: Float32Array;
  /** Outputs of layers for the picture at hand, by path; of many maps the first. */
  readonly maps?: Readonly<Record<string, Values>>;
  /** Of the first convolution: kH×kW×C×F, and what the last step changed in them. */
  readonly filters?: Values & { readonly path: string; readonly change?: Float32Array };
}

export interface Measured {
  readonly run: number;
  readonly step: number;
  readonly accuracy: number;
  readonly of: number;
  /** By true class and by the class that was read. */
  readonly confusion: readonly (readonly number[])[];
  readonly wrong: number;
  readonly mistakes: readonly Mistake[];
}

export interface Mistake {
  readonly index: number;
  readonly truth: number;
  readonly read: number;
  readonly confidence: number;
  readonly pixels: Uint8Array;
}

export interface DeviceInfo {
  readonly target: string;
  readonly threads: number;
  /** Why it is not faster. */
  readonly reasons: readonly string[];
}

/** What is wrong with files that were dropped, and what became of the others. */
export interface Taken {
  readonly data: DataInfo | undefined;
  readonly taken: number;
  readonly refused: readonly string[];
}

/** Requests by kind: what is asked, and what is answered. */
export interface Asks {
  device: { asked: object; answer: DeviceInfo };
  describe: { asked: { net: string; data: Settings["data"] }; answer: NetworkInfo };
  data: { asked: { name: Settings["data"] }; answer: DataInfo };
  begin: { asked: { settings: Settings }; answer: RunInfo };
  open: { asked: { bytes: ArrayBuffer; name: string; run?: number }; answer: RunInfo };
  /** Other weights of a run that is trained elsewhere; an answer without steps where another run is looked at. */
  follow: {
    asked: { run: number; bytes: ArrayBuffer; name: string };
    answer: { step: number; kept: readonly number[] } | undefined;
  };
  /** Pictures with classes as one file, or those of a project, in the place of one's own. */
  given: { asked: { bytes: ArrayBuffer; name: string }; answer: DataInfo };
  /** One of those that are there. (`id` is the request's own.) */
  run: { asked: { run: number }; answer: RunInfo };
  /** Goes on from the step that is shown: where that is an earlier one, in a run of its own. */
  play: { asked: { speed: Speed; steps?: number }; answer: RunInfo };
  pause: { asked: object; answer: { step: number } };
  speed: { asked: { speed: Speed }; answer: object };
  change: { asked: { settings: Partial<Settings> }; answer: RunInfo };
  show: { asked: { step: number }; answer: { step: number } };
  measure: { asked: object; answer: Measured };
  /** The step after the one that is shown, and one weight in it: `conv1.filters`, and where it stands, along each axis. */
  microscope: { asked: { path: string; place: readonly number[] }; answer: MicroscopeAnswer };
  /** Makes that step, of which everything is kept, so that it can be taken back. */
  makeStep: { asked: object; answer: RunInfo };
  takeBack: { asked: object; answer: RunInfo };
  picture: { asked: { pixels: Uint8Array }; answer: object };
  watch: { asked: Watched; answer: object };
  /** The network that comes with the studio. */
  shipped: { asked: { bytes: ArrayBuffer }; answer: RunInfo };
  /** Layers in the order in which they end. */
  wires: { asked: object; answer: readonly Wire[] };
  unit: { asked: { place: UnitPlace }; answer: UnitAnswer };
  /** Test pictures, and the parts of them, that drive a unit highest. */
  patches: {
    asked: { layer: string; unit: number; most: number };
    answer: { step: number; of: number; patches: readonly Patch[] };
  };
  /** Filters of a convolution, kH×kW×C×F. */
  filters: { asked: { layer: string }; answer: { step: number } & Values };
  /** Methods whose answer is a map over the picture, as the library describes them. */
  methods: { asked: object; answer: readonly MethodInfo[] };
  /** What one of them says of the picture at hand, H×W or H×W×C; of the class that is read, or of another. */
  explained: { asked: { method: string; target?: number }; answer: { step: number } & Values };
  /** The network of the step that is shown, as a file without its training. */
  copy: { asked: object; answer: { step: number; bytes: ArrayBuffer } };
  /** The picture at hand under a square: at one place, with all classes, or at every place. */
  hidden: { asked: Square & { top: number; left: number }; answer: { step: number; reading: Float32Array } };
  hiding: {
    asked: Square & { stride: number; target: number };
    answer: {
      step: number;
      /** Of the map of places, row by row. */
      shape: readonly [rows: number, columns: number];
      /** How likely the class is with the square at each place, and which class is read then. */
      map: Float32Array;
      predicted: Int32Array;
      before: number;
      stride: number;
    };
  };
  /** The picture at hand after a move: its reading, and how far each layer's answers go from what they were. */
  moved: { asked: { moves: readonly Move[] }; answer: { step: number; moved: readonly Moved[] } };
  /** Moved by whole pixels in every direction up to `most`: how likely the class is, row by row, and what is read. */
  everywhere: {
    asked: { most: number; target: number };
    answer: { step: number; map: Float32Array; predicted: Int32Array };
  };
  /** Accuracy on so many test pictures moved to the right; with pools that take a corner in place of the greatest. */
  tolerance: {
    asked: { pictures: number; most: number };
    answer: { step: number; as: readonly number[]; withoutPooling: readonly number[] | undefined };
  };
  /** A layer's answers to test pictures, drawn where they differ most, and those nearest to the picture at hand. */
  codes: { asked: { layer: string; pictures: number; nearest: number }; answer: Codes };
  test: { asked: { index: number }; answer: Picture };
  /** The network's reading of the picture at hand at each kept step. */
  minds: { asked: object; answer: { steps: readonly number[]; readings: Float32Array } };
  /** Test pictures of a class that were read as another. */
  confused: { asked: { truth: number; read: number; most: number }; answer: readonly Mistake[] };
  /** Share of the test pictures that are read with each filter of the first convolution switched off. */
  without: { asked: object; answer: { step: number; accuracy: number; without: readonly number[] } };
  checkpoint: { asked: object; answer: ArrayBuffer };
  /** Pictures of one's own. */
  take: {
    asked: { files: readonly { path: string; file: Blob }[]; into?: string; shape?: DataInfo["shape"] };
    answer: Taken;
  };
  draw: { asked: { pixels: Uint8Array; shape: DataInfo["shape"]; into: string }; answer: DataInfo };
  /** All of them in another size. */
  reshape: { asked: { shape: DataInfo["shape"] }; answer: DataInfo };
  /** Digits of a photographed page, and what the network of the step that is shown reads in each. */
  sheet: {
    asked: { file: Blob; name: string };
    answer: { pictures: readonly Uint8Array[]; readings: readonly Float32Array[] };
  };
  classes: { asked: { change: ClassChange }; answer: DataInfo | undefined };
  /** All of a data set, for a training by a worker of its own. */
  pictures: { asked: { name: Settings["data"] }; answer: Pictures };
  /** A random order of so many pixels: where each comes from. */
  order: { asked: { pixels: number; seed: number }; answer: Int32Array };
  /** Of each filter of a layer of pictures the classic kernel that it is nearest to; undefined where there is none. */
  nearest: { asked: { layer: string }; answer: { step: number; nearest: readonly Nearest[] | undefined } };
  /** The classic kernels of a size, by name. */
  kernels: {
    asked: { size: number };
    answer: readonly { readonly name: string; readonly kernel: Float32Array }[];
  };
  samples: { asked: { name: Settings["data"]; most: number }; answer: readonly (readonly Uint8Array[])[] };
  /** A project file; what the page says of itself is JSON. */
  save: { asked: { page: string; hasHistory: boolean }; answer: ArrayBuffer };
  load: {
    asked: { bytes: ArrayBuffer; name: string };
    answer: { page: string; run: RunInfo; own: DataInfo | undefined };
  };
  /** A zip of these files and the network of the step that is shown. */
  use: { asked: { files: Readonly<Record<string, string>> }; answer: ArrayBuffer };
}

export type ClassChange =
  | { readonly kind: "add"; readonly name: string }
  | { readonly kind: "rename"; readonly name: string; readonly to: string }
  | { readonly kind: "remove"; readonly name: string }
  | { readonly kind: "clear" };

export type AskKind = keyof Asks;

/** What some of them are answered by. */
export type Rules = { readonly [K in AskKind]?: (asked: Asks[K]["asked"]) => Promise<Asks[K]["answer"]> };

export type NetworkAsked = {
  [K in AskKind]: { readonly id: number; readonly kind: K } & Asks[K]["asked"];
}[AskKind];

/** A message of a stream. `steps` and `progress` always come; the others wait for a credit. */
export type Streamed =
  | {
      readonly stream: "steps";
      readonly run: number;
      /** Steps before these. */
      readonly from: number;
      readonly losses: Float32Array;
      readonly imagesPerSecond: number;
      readonly rate: number;
      readonly kept: readonly number[];
    }
  | { readonly stream: "seen"; readonly seen: Seen }
  | { readonly stream: "accuracy"; readonly run: number; readonly point: Accuracy }
  | { readonly stream: "measured"; readonly measured: Measured }
  | { readonly stream: "snapshot"; readonly run: number; readonly step: number; readonly bytes: ArrayBuffer }
  | {
      readonly stream: "stopped";
      readonly run: number;
      readonly step: number;
      readonly why: "paused" | "done" | "failed";
      readonly message?: string;
    }
  | { readonly stream: "progress"; readonly text: string }
  | { readonly stream: "alive" };

/** The page has drawn one of a stream that waits for it. */
export interface Credit {
  readonly credit: "seen";
}
