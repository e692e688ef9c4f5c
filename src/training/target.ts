import type { Loss } from "../losses/index.js";
import type { Objective } from "./objective.js";
import { classification } from "./objectives/classification.js";
import { reconstruction } from "./objectives/reconstruction.js";

/** What an output is compared with: the class of a picture, or the picture itself, its pixels from 0 to 1. */
export type Target = "class" | "picture";

/** What pictures with classes are trained for where a loss and its target say it, the short way to write it. */
export function objectiveOf({
  objective,
  loss,
  target = "class",
}: {
  objective?: Objective;
  loss?: Loss;
  target?: Target;
}): Objective {
  return objective ?? (target === "class" ? classification(loss) : reconstruction(loss));
}
