/** A question that cannot be asked of this model: one line that says what there is. */
export class ExplainError extends Error {
  override name = "ExplainError";
}
