/** Faster R-CNN's training in four steps, after which both halves see with one backbone. */
import { copyOf, variablesOf } from "../../../training/weights.js";
import { setVariables } from "../../../training/weights-checks.js";
import type { RegionObjectiveOptions } from "./objective.js";
import { type RegionDescription, type RegionNetwork, regionNetworkFrom } from "./region-network.js";

/** What a step trains. */
export interface RegionStep {
  readonly halves: NonNullable<RegionObjectiveOptions["halves"]>;
  /** Its layers; all others stay as they are. */
  readonly trained: readonly string[];
  /** Whether what proposes has a backbone of its own. */
  readonly apart: boolean;
}

/**
 * What proposes is trained; then what judges, with a backbone of its own, on what the first one proposes; then what proposes
 * anew, on the second one's backbone, which stays; then what judges on that, with all else as it is.
 * Ren, He, Girshick, Sun: Faster R-CNN, NIPS 2015, section 3.2.
 */
export const fourSteps: readonly RegionStep[] = [
  { halves: "proposals", trained: ["proposer", "rpn"], apart: true },
  { halves: "regions", trained: ["backbone", "head"], apart: true },
  { halves: "proposals", trained: ["rpn"], apart: false },
  { halves: "regions", trained: ["head"], apart: false },
];

/** The network of the third step: with the backbone and the head of the second one's, and new layers that propose. */
export async function withOneBackbone(network: RegionNetwork, seed: number): Promise<RegionNetwork> {
  const { apart: _, ...options } = network.options as RegionDescription;
  const shared = regionNetworkFrom(options);
  shared.build(network.inputShape!, { seed });
  const old = await copyOf(variablesOf(network));
  const own = [...variablesOf(shared)].filter(([path]) => !path.startsWith("rpn/"));
  setVariables(new Map(own), new Map(own.map(([path]) => [path, old.get(path)!])), { owner: network.name });
  return shared;
}

/**
 * Layers that are trained, as patterns for `fit`: without the frozen ones, in either backbone.
 * @returns  undefined where all are
 */
export function trainedIn(
  step: RegionStep | undefined,
  frozen: readonly string[],
): readonly string[] | undefined {
  const still = frozen.flatMap((pattern) =>
    step?.apart && pattern.startsWith("backbone")
      ? [pattern, pattern.replace("backbone", "proposer")]
      : [pattern],
  );
  const patterns = [...(step?.trained ?? []), ...still.map((pattern) => `!${pattern}`)];
  return patterns.length > 0 ? patterns : undefined;
}
