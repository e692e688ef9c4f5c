/** Long work: how far it is, its host's turn, and its end where that is asked for. */
import { Turns } from "../platform/turns.js";
import type { Tensor } from "../tensor/tensor.js";

/** Every method takes these. */
export interface Running {
  /** Stops after the part at hand: the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Is told after each part how many are done. */
  onProgress?: (progress: { done: number; count: number }) => void;
}

/** Methods that come nearer to their answer step by step take these. */
export interface Stepwise extends Running {
  /** Ends after the step at hand: the answer is what there is so far. */
  stop?: AbortSignal;
}

/** What a method that makes pictures has so far. */
export interface Frame {
  /** Steps made, or generations. */
  readonly step: number;
  /** At most. */
  readonly steps: number;
  /** Of each picture: what the method raises, before penalties; of a style the loss, which falls. */
  readonly scores: Float32Array;
  /** N×H×W×C, of 0 to 255. */
  readonly pixels: Tensor;
}

/** Methods that make pictures take these; `stop` keeps the picture of the last frame. */
export interface Showing<Shown extends Frame = Frame> extends Stepwise {
  /** Is shown the pictures while they become, after every `frameEvery` steps. */
  onFrame?: (frame: Shown) => void | Promise<void>;
  /** 1 if left out. */
  frameEvery?: number;
}

/** To be awaited after each of `count` parts. */
export function parts({ signal, onProgress }: Running, count: number): (done: number) => Promise<void> {
  const turns = new Turns();
  signal?.throwIfAborted();
  return async (done) => {
    onProgress?.({ done, count });
    await turns.give();
    // After the last part the work is done: there is nothing left to stop.
    if (done < count) signal?.throwIfAborted();
  };
}
