/** How well pictures are described, as text. */
import { count, percent } from "../../formatting/numbers.js";
import type { CaptionEvaluation } from "../../tasks/captions/index.js";

/** "BLEU-1 0.67, BLEU-2 0.45, …; 3.1 % word for word; 1,000 pictures" */
export const captionScores = ({ bleu, exact, count: all, skipped }: CaptionEvaluation): string =>
  [
    bleu.bleu.map((score, i) => `BLEU-${i + 1} ${score.toFixed(3)}`).join(", "),
    `${percent(exact)} word for word`,
    `${count(all)} pictures${skipped > 0 ? `, and ${count(skipped)} without captions left out` : ""}`,
  ].join("; ");

/** Where it looked when it named shapes; none of other pictures. */
export const toldAttention = ({ attention }: CaptionEvaluation): string[] =>
  attention && attention.nouns > 0
    ? [
        `When it names a shape it looks most at a place in the box around it ${percent(attention.inBox)} of the time, on the shape itself ${percent(attention.inShape)} (${count(attention.nouns)} nouns).`,
      ]
    : [];

/** As JSON. */
export const captionFigures = ({ count: all, skipped, bleu, exact, attention }: CaptionEvaluation) => ({
  count: all,
  skipped,
  bleu: bleu.bleu,
  brevity: bleu.brevity,
  exact,
  ...(attention ? { attention } : {}),
});
