/** How rankings came out, as a table, and the worst of them. */
import { count } from "../../formatting/numbers.js";
import type { PairEvaluation, Ties } from "../../tasks/pairs/index.js";
import { terminal } from "../evaluate.js";

/** Rankers side by side, a line for each: MAP and MRR over the questions that have other candidates, and over all with an answer. */
export function scoreTable(
  rows: readonly { readonly name: string; readonly result: PairEvaluation }[],
): string {
  const [{ result }] = rows;
  const width = Math.max(...rows.map(({ name }) => name.length));
  const sets = [
    [`${count(result.mixed.questions)} with both kinds`, ({ mixed }: PairEvaluation) => mixed],
    [`${count(result.answered.questions)} with an answer`, ({ answered }: PairEvaluation) => answered],
  ] as const;
  const column = Math.max(...sets.map(([title]) => title.length), 15);
  const figure = (value: number) => (Number.isNaN(value) ? "     –" : value.toFixed(4));
  return [
    `${" ".repeat(width)}   ${sets.map(([title]) => title.padEnd(column)).join("   ")}`.trimEnd(),
    `${" ".repeat(width)}   ${sets.map(() => "MAP      MRR".padEnd(column)).join("   ")}`.trimEnd(),
    ...rows.map(({ name, result: one }) =>
      `${name.padEnd(width)}   ${sets
        .map(([, of]) => `${figure(of(one).map)}   ${figure(of(one).mrr)}`.padEnd(column))
        .join("   ")}`.trimEnd(),
    ),
  ].join("\n");
}

/** How ties and questions were counted. */
export const toldCounting = (ties: Ties): string =>
  ties === "against"
    ? "Equal scores count against the ranker (--ties names: by their names, as trec_eval ranks them)."
    : "Equal scores are ranked by their names, as trec_eval ranks them.";

/** The questions whose answer stands hindmost, three lines each. */
export function worstRankings({ mistakes }: PairEvaluation, most: number): string[] {
  if (mistakes.length === 0 || most === 0) return [];
  const { width } = terminal();
  const fitted = (text: string) => (text.length > width ? `${text.slice(0, width - 1)}…` : text);
  const one = (text: string) => text.replace(/\s+/g, " ");
  return [
    `Worst rankings${mistakes.length > most ? `, of ${count(mistakes.length)} with a wrong sentence in front` : ""}:`,
    ...mistakes
      .slice(0, most)
      .flatMap(({ question, first, answer, rank }) => [
        fitted(`  ${one(question)}`),
        fitted(`    ${"first".padEnd(6)} ${one(first)}`),
        fitted(`    ${`${rank}.`.padEnd(6)} ${one(answer)}`),
      ]),
  ];
}

/** Figures of an evaluation, without its questions one by one. */
export function figuresOf({ mixed, answered, pairs }: PairEvaluation) {
  const of = ({ map, mrr, questions }: PairEvaluation["mixed"]) => ({ map, mrr, questions });
  return { mixed: of(mixed), answered: of(answered), pairs };
}
