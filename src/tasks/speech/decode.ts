/** Labels out of the scores of frames, by connectionist temporal classification. */
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { fromOneOn, rule, wholeOfAtLeast } from "../../door/rules.js";

/** Scores of frames as decoders take them. */
export interface Frames {
  /** T×C logarithms of probabilities, frame by frame. */
  readonly values: ArrayLike<number>;
  readonly classes: number;
}

/** Labels, and how likely they are. */
export interface Decoded {
  readonly labels: readonly number[];
  /** Logarithm of the probability: of the best path by `greedy`, of all paths that were followed by `beam`. */
  readonly logProbability: number;
}

const someFrames = rule("{ values, classes }, so many numbers for each frame", (value) => {
  const { values, classes } = (value ?? {}) as Partial<Frames>;
  return fromOneOn.holds(classes) && wholeOfAtLeast(0).holds((values?.length ?? -1) / classes!);
});

/** The likeliest class of each frame, runs made one, then blanks left out. Among equals the first class. */
export function greedy(frames: Frames, given: { blank?: number } = {}): Decoded {
  checkArgument("greedy", "what is given", frames, someFrames);
  const { values, classes } = frames;
  const { blank = 0 } = optionsOf("greedy", given, { blank: wholeOfAtLeast(0) });
  const labels: number[] = [];
  let [logProbability, before] = [0, -1];
  for (let at = 0; at < values.length; at += classes) {
    let best = 0;
    for (let c = 1; c < classes; c++) if (values[at + c] > values[at + best]) best = c;
    logProbability += values[at + best];
    if (best !== before && best !== blank) labels.push(best);
    before = best;
  }
  return { labels, logProbability };
}

/** A beginning of labels: the sums over its paths that end in a blank, and in its last label. */
interface Prefix {
  readonly labels: readonly number[];
  blank: number;
  label: number;
}

/**
 * The likeliest labels by a search over beginnings: of each the paths that end in a blank and those that end in its last
 * label are summed up by themselves, and after each frame the likeliest `width` are kept. With no bound it finds the
 * likeliest labels there are; with 1 it need not find those of `greedy`.
 *
 * @param given.width  16 if left out
 * @param given.most   so many answers, the likeliest first; 1 if left out
 * Graves: Sequence Transduction with Recurrent Neural Networks, arXiv:1211.3711; Hannun et al., arXiv:1408.2873, without a
 * language model.
 */
export function beam(
  frames: Frames,
  given: { blank?: number; width?: number; most?: number } = {},
): Decoded[] {
  checkArgument("beam", "what is given", frames, someFrames);
  const { values, classes } = frames;
  const {
    blank = 0,
    width = 16,
    most = 1,
  } = optionsOf("beam", given, { blank: wholeOfAtLeast(0), width: fromOneOn, most: fromOneOn });
  const none = Number.NEGATIVE_INFINITY;
  let kept: Prefix[] = [{ labels: [], blank: 0, label: none }];
  for (let at = 0; at < values.length; at += classes) {
    const next = new Map<string, Prefix>();
    const of = (labels: readonly number[]): Prefix => {
      const key = labels.join(" ");
      const prefix = next.get(key) ?? { labels, blank: none, label: none };
      next.set(key, prefix);
      return prefix;
    };
    for (const prefix of kept) {
      const { labels } = prefix;
      const last = labels.at(-1);
      const all = logAdd(prefix.blank, prefix.label);
      const same = of(labels);
      same.blank = logAdd(same.blank, all + values[at + blank]);
      if (last !== undefined) same.label = logAdd(same.label, prefix.label + values[at + last]);
      for (let c = 0; c < classes; c++) {
        if (c === blank || values[at + c] === none) continue;
        const longer = of([...labels, c]);
        // Between two equal labels there must be a blank.
        longer.label = logAdd(longer.label, (c === last ? prefix.blank : all) + values[at + c]);
      }
    }
    kept = [...next.values()].sort((a, b) => totalOf(b) - totalOf(a)).slice(0, width);
  }
  return kept.slice(0, most).map((prefix) => ({ labels: prefix.labels, logProbability: totalOf(prefix) }));
}

const totalOf = ({ blank, label }: Prefix): number => logAdd(blank, label);

/** ln(e^a + e^b) */
function logAdd(a: number, b: number): number {
  const [most, least] = a > b ? [a, b] : [b, a];
  return most === Number.NEGATIVE_INFINITY ? most : most + Math.log1p(Math.exp(least - most));
}
