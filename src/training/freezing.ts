/** Which parameters a training moves, how fast, and what batch normalisation does in layers that stay as they are. */
import type { AnyNetwork } from "../nn/index.js";
import { type Paths, pathsMeant } from "../nn/paths.js";
import type { Variable } from "../tensor/tensor.js";
import { TrainingError } from "./training-error.js";

export interface FreezingOptions {
  /**
   * Which parameters are trained, by patterns over their paths: `"dense1"`, `["stage4", "dense1"]`, `"!stage*"`; all if
   * left out. The others stay as they are, bit for bit, and no gradient is computed for them.
   */
  trained?: Paths;
  /** How many times the learning rate of the schedule holds, by patterns: `{ "stage*": 0.1 }`. Of several the last that fits. */
  rates?: { readonly [pattern: string]: number };
  /**
   * What the batch normalisation of layers does that are not trained. "still", so if left out: in training, too, it works
   * with the running statistics that it has, and these stay. "moving": with those of the batch, and they follow it, as in
   * PyTorch, where a network that is frozen thus forgets what it has seen.
   */
  statistics?: "still" | "moving";
}

export interface Freezing {
  /** Those that are trained, in the order of the network. */
  readonly parameters: ReadonlyMap<string, Variable>;
  /** How many times the learning rate holds for a parameter. */
  readonly rate?: (path: string) => number;
  /** Whether a layer's statistics stand still, by its path. */
  readonly still?: (layer: string) => boolean;
  /** Whether a variable changes at all: the averages of those that do not are left alone. */
  readonly moves: (path: string) => boolean;
}

const layerOf = (path: string): string => path.slice(0, path.lastIndexOf("."));

/**
 * @param network  built
 * @throws TypeError where a pattern fits no parameter
 * @throws TrainingError where no parameter is left to be trained
 */
export function freezingOf(
  speaker: string,
  network: AnyNetwork,
  { trained, rates, statistics = "still" }: FreezingOptions,
): Freezing {
  const paths = [...network.parameters.keys()];
  const rate = rates && rateOf(speaker, rates, paths);
  if (trained === undefined) return { parameters: network.parameters, rate, moves: () => true };
  const meant = pathsMeant(`${speaker}: trained`, trained, paths);
  const parameters = new Map([...network.parameters].filter(([path]) => meant.has(path)));
  if (parameters.size === 0)
    throw new TrainingError(`${speaker}: no parameter of ${network.name} is left to be trained`);
  const moving = new Set([...parameters.keys()].map(layerOf));
  const still = (layer: string) => statistics === "still" && !moving.has(layer);
  const moves = (path: string) =>
    parameters.has(path) || (network.buffers.has(path) && !still(layerOf(path)));
  return { parameters, rate, still, moves };
}

function rateOf(speaker: string, rates: NonNullable<FreezingOptions["rates"]>, paths: readonly string[]) {
  const byPath = new Map<string, number>();
  for (const [pattern, times] of Object.entries(rates)) {
    if (!(times >= 0 && Number.isFinite(times)))
      throw new RangeError(
        `${speaker}: rates: that of ${pattern} is ${times}, expected a number of at least 0`,
      );
    for (const path of pathsMeant(`${speaker}: rates`, pattern, paths)) byPath.set(path, times);
  }
  return (path: string): number => byPath.get(path) ?? 1;
}
