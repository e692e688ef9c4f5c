/** `--freeze`: which weights stay as they are. */
import { UsageError } from "../door/usage-error.js";
import type { Model } from "../nn/index.js";
import { pathsMeant } from "../nn/paths.js";
import type { Shape } from "../tensor/shapes.js";

/** A network of pictures, not built. */
type Buildable = Pick<Model, "build">;

/** What is trained where this is frozen: of `stage*,!stage4` all but these stages, and stage4. */
export const trainedBeside = (freeze: string): string[] =>
  freeze.split(",").map((pattern) => (pattern.startsWith("!") ? pattern.slice(1) : `!${pattern}`));

/**
 * Whether what is to be frozen is there: better before pictures are read than after it.
 *
 * @param model  not built, and stays so
 * @throws UsageError where a pattern fits nothing, or nothing is left to be trained
 */
export function checkFrozen(freeze: string, model: Buildable, input: Shape): void {
  let trained: ReadonlySet<string>;
  try {
    trained = pathsMeant("--freeze", trainedBeside(freeze), numbersOf(model, input));
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
  if (trained.size === 0) throw new UsageError(`--freeze ${freeze}: nothing is left to be trained`);
}

/** Paths of the numbers that a model asks for, of which none are made. */
function numbersOf(model: Buildable, input: Shape): string[] {
  const enough = new Error("the paths are known");
  let paths: string[] = [];
  try {
    model.build(input, {
      expect(shapes) {
        paths = [...shapes.keys()];
        throw enough;
      },
    });
  } catch (error) {
    if (error !== enough) throw error;
  }
  return paths;
}
