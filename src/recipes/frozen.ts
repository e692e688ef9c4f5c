/** What is trained where this is frozen: of `stage*,!stage4` all but these stages, and stage4. */
export const trainedBeside = (freeze: string): string[] =>
  freeze.split(",").map((pattern) => (pattern.startsWith("!") ? pattern.slice(1) : `!${pattern}`));
