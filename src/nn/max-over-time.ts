import { optionsOf } from "../door/options.js";
import { wholeNumber, wholeOfAtLeast } from "../door/rules.js";
import { said } from "../door/said.js";
import { add } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { greater, notEqual } from "../ops/comparisons.js";
import { max } from "../ops/extremes.js";
import { pad as padded } from "../ops/pad.js";
import { reshape } from "../ops/reshape.js";
import { slice } from "../ops/slice.js";
import { where } from "../ops/where.js";
import { ShapeError, show } from "../tensor/shapes.js";
import { Tensor } from "../tensor/tensor.js";
import type { Named } from "./layer.js";
import type { Merging } from "./merging.js";
import { printable } from "./printable.js";

/** Which windows {@link maxOverTime} leaves out. */
export interface MaxOverTimeOptions {
  /** How many words a window of x saw: the kernel of the convolution; 1 if left out. */
  window?: number;
  /** How many places before the first word the first window begins: the padding of the convolution; 0 if left out. */
  before?: number;
  /** The number that fills sentences up; 0 if left out. */
  pad?: number;
}

/**
 * The greatest value of each filter over the windows of a sentence. Of x and the words that the windows saw, as in
 * `from: ["conv", "words"]`, windows count that hold a word, and those of nothing but filling do not, so that a sentence
 * comes to the same however much it is filled up; of x alone all count:
 *
 *     y[n,f] = max over i of x[n,i,f], where words[n, i − before … i − before + window − 1] are not all `pad`
 *
 * From N×L'×F, and N×L numbers of words, to N×F. The gradient goes to the first of the greatest. Of a sentence without
 * words all values are −∞.
 *
 * @throws ShapeError where that are not the windows of those words
 * Collobert et al.: Natural Language Processing (Almost) from Scratch, JMLR 12, 2011, section 3.3.2.
 */
export function maxOverTime(given: MaxOverTimeOptions & Named = {}): Merging {
  const { name, ...options } = optionsOf("maxOverTime", given, {
    window: wholeOfAtLeast(1),
    before: wholeOfAtLeast(0),
    pad: wholeNumber,
    name: 1,
  });
  return printable({
    type: "maxOverTime",
    name,
    options,
    forward(tensors) {
      const [x, words] = checked(tensors);
      return max(words ? where(counts(x, words, options), x, Number.NEGATIVE_INFINITY) : x, { axis: 1 });
    },
    sees: () => "everything",
  });
}

/** N×L'×1: whether each window holds a word. */
function counts(x: Tensor, words: Tensor, { window = 1, before = 0, pad = 0 }: MaxOverTimeOptions): Tensor {
  const [n, windows] = x.shape;
  const length = words.shape[1];
  const after = windows + window - 1 - length - before;
  if (words.shape[0] !== n || after < 0 || before >= windows + window)
    throw new ShapeError(
      `maxOverTime: x has ${windows} windows of ${window} words, the first ${before} before the sentence (${show(x.shape)}), which are not those of ${show(words.shape)} words`,
    );
  const there = padded(cast(notEqual(words, pad), "f32"), [
    [0, 0],
    [before, after],
  ]);
  const within = Array.from({ length: window }, (_, k) => slice(there, [0, k], [n, k + windows])).reduce(add);
  return greater(reshape(within, [n, windows, 1]), 0);
}

function checked(tensors: unknown): readonly [x: Tensor, words?: Tensor] {
  const list = Array.isArray(tensors) ? tensors : [];
  const [x, words] = list as [Tensor, Tensor | undefined];
  if (list.length < 1 || list.length > 2 || !list.every((t) => t instanceof Tensor))
    throw new TypeError(
      `maxOverTime: the input is ${said(tensors)}, expected windows and words; in a graph: from: ["conv", "words"]`,
    );
  if (x.rank !== 3)
    throw new ShapeError(`maxOverTime: x is of rank ${x.rank} (${show(x.shape)}), expected N×L×F`);
  if (words && words.rank !== 2)
    throw new ShapeError(`maxOverTime: words are of rank ${words.rank} (${show(words.shape)}), expected N×L`);
  return [x, words];
}
