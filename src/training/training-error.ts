/** Training that cannot go on, or cannot begin. */
export class TrainingError extends Error {
  override name = "TrainingError";
}
