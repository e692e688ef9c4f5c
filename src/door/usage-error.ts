/** Somebody asked for something that is not to be had so: what was asked for has to change, and the text says how. */
export class UsageError extends Error {
  override name = "UsageError";
}
