import { crossEntropy } from "../../losses/cross-entropy.js";
import type { Objective } from "../../training/objective.js";
import { classification } from "../../training/objectives/classification.js";

/** What sentences are trained for: cross entropy of their classes, and the accuracy as score. */
export const sentenceObjective = (): Objective =>
  classification(crossEntropy(), { inputs: ["words"], target: "label" });
