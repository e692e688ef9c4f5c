/** Where was looked, as a map over the picture. */
import { checkArgument } from "../../door/argument.js";
import { fromOneOn, rule } from "../../door/rules.js";

/**
 * How much was looked at each pixel of a picture for a word: between the middles of places as a bilinear resampling has it,
 * beyond the outermost as there; divided by the greatest.
 *
 *     const { words, grid } = await captioner.predict(picture);
 *     const map = captions.attentionOver(words[1], grid, picture);
 *
 * @returns  height×width, of 0 to 1
 */
export function attentionOver(
  word: { readonly attention: ArrayLike<number> },
  grid: readonly [rows: number, columns: number],
  size: { readonly height: number; readonly width: number },
): Float32Array {
  checkArgument(
    "attentionOver",
    "the word",
    word,
    rule("one of a caption, with its attention", (value) =>
      fromOneOn.holds((value as Partial<typeof word> | null)?.attention?.length),
    ),
  );
  checkArgument(
    "attentionOver",
    "the grid",
    grid,
    rule(
      "[rows, columns], as many as the attention has places",
      (value) =>
        Array.isArray(value) &&
        value.length === 2 &&
        value.every(fromOneOn.holds) &&
        value[0] * value[1] === word.attention.length,
    ),
  );
  checkArgument(
    "attentionOver",
    "the size",
    size,
    rule("{ height, width } in pixels", (value) => {
      const { height, width } = (value ?? {}) as Partial<typeof size>;
      return fromOneOn.holds(height) && fromOneOn.holds(width);
    }),
  );
  const { attention } = word;
  const [rows, columns] = grid;
  const { height, width } = size;
  let most = 0;
  for (let place = 0; place < attention.length; place++) most = Math.max(most, attention[place]);
  const down = sampled(height, rows);
  const across = sampled(width, columns);
  const map = new Float32Array(height * width);
  if (most === 0) return map;
  for (let y = 0; y < height; y++) {
    const { first, second, share } = down[y];
    for (let x = 0; x < width; x++) {
      const { first: left, second: right, share: part } = across[x];
      const at = (row: number) =>
        attention[row * columns + left] * (1 - part) + attention[row * columns + right] * part;
      map[y * width + x] = (at(first) * (1 - share) + at(second) * share) / most;
    }
  }
  return map;
}

/** Of each pixel along an edge the two places that it lies between, and how near it is to the second. */
const sampled = (pixels: number, places: number) =>
  Array.from({ length: pixels }, (_, i) => {
    const at = Math.min(places - 1, Math.max(0, ((i + 0.5) * places) / pixels - 0.5));
    const first = Math.floor(at);
    return { first, second: Math.min(places - 1, first + 1), share: at - first };
  });
