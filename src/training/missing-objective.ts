import { isPictures, type TrainingSource } from "./training-data.js";

/**
 * Pictures with classes may be trained by a loss alone; of named fields only an objective says what they are for.
 * @throws TypeError that names those that would fit
 */
export async function checkObjective(
  speaker: string,
  source: TrainingSource,
  options: { objective?: unknown; loss?: unknown } | undefined,
): Promise<void> {
  if ((options?.objective ?? options?.loss) !== undefined) return;
  if (typeof source !== "object" || source === null || isPictures(source)) return;
  // No page loads it that has an objective.
  const { missingObjective } = await import("./objectives/fitting.js");
  throw new TypeError(`${speaker}: ${missingObjective(source.name, source.fields ?? {})}`);
}
