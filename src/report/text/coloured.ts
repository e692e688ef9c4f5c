/** Words in the colours of what they did: for the terminal, and as a page. */
import { minus, percent } from "../../formatting/numbers.js";
import { signed } from "../../formatting/palettes.js";

/** A text whose words did more or less for the score of a class. */
export interface ColouredText {
  readonly words: readonly string[];
  /** Of each word, in any unit. */
  readonly relevance: ArrayLike<number>;
}

/** What stands above and below a coloured text. */
export interface ExplainedText extends ColouredText {
  readonly method: string;
  readonly target: string;
  readonly probability: number;
  /** N-grams, and what they did for the score. */
  readonly winners?: readonly { readonly ngram: readonly string[]; readonly contribution: number }[];
}

/** So many n-grams are shown. */
const shownWinners = 8;

/** Relevance as shares of the largest, −1 to 1; all 0 where nothing is. */
function shares({ relevance }: ColouredText): number[] {
  const values = Array.from(relevance);
  const most = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return values.map((value) => (most === 0 ? 0 : value / most));
}

/**
 * The words, each on the colour of its relevance: red for the class, blue against it. Without colour
 * the strongest carry their share of the largest as a number: not(+100) bad(−40).
 */
export function colouredWords(text: ColouredText, { colour }: { colour: boolean }): string {
  const parts = shares(text);
  return text.words
    .map((word, i) => {
      const share = parts[i];
      if (!colour) {
        const rounded = Math.round(100 * share);
        return Math.abs(rounded) < 10 ? word : `${word}(${rounded > 0 ? "+" : "−"}${Math.abs(rounded)})`;
      }
      if (Math.abs(share) < 0.05) return word;
      const [r, g, b] = signed(0.7 * share, "light");
      // Letters that can be read on any of these, in terminals dark and light.
      const letters = Math.abs(share) > 0.75 ? "255;255;255" : "0;0;0";
      return `\u001b[48;2;${r};${g};${b};38;2;${letters}m${word}\u001b[0m`;
    })
    .join(" ");
}

/** The n-grams that did most, a line for each: "+1.24  not bad at all". */
export function winnerLines({ winners = [] }: ExplainedText): string[] {
  const shown = winners.slice(0, shownWinners).map(({ ngram, contribution }) => ({
    amount: `${contribution < 0 ? "−" : "+"}${Math.abs(contribution).toFixed(2)}`,
    words: ngram.join(" "),
  }));
  const width = Math.max(0, ...shown.map(({ amount }) => amount.length));
  return shown.map(({ amount, words }) => `${amount.padStart(width)}  ${words}`);
}

/** Texts and what decided in them as an HTML page of its own, which follows the reader's light or dark theme. */
export function explainedPage(title: string, texts: readonly ExplainedText[]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>
:root { color-scheme: light dark; --ink: #1f2933; --muted: #6b7785; --paper: #fcfcfb; --line: #e3e7eb }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaee; --muted: #97a3af; --paper: #1a2026; --line: #343d46 } }
body { font: 16px/1.9 "DejaVu Sans", system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 46rem; margin: 2.5rem auto; padding: 0 1rem }
h1 { font-size: 1.35rem; margin-bottom: 0 }
p.legend { color: var(--muted); font-size: .85rem; margin-top: .2rem }
article { border-top: 1px solid var(--line); padding: .9rem 0 }
header { color: var(--muted); font-size: .9rem }
header b { color: var(--ink) }
.w { padding: .12em .18em; border-radius: .2em; background: var(--l); color: var(--lt) }
@media (prefers-color-scheme: dark) { .w { background: var(--d); color: var(--dt) } }
table { font-size: .85rem; line-height: 1.5; border-collapse: collapse; margin-top: .3rem }
td { padding: 0 .8em 0 0 }
td:first-child { text-align: right; font-variant-numeric: tabular-nums; color: var(--muted) }
</style>
<h1>${escaped(title)}</h1>
<p class="legend">Red: for the class. Blue: against it. The strongest colour has the word that did most in its text.</p>
${texts.map(article).join("\n")}
`;
}

function article(text: ExplainedText): string {
  const parts = shares(text);
  const words = text.words.map((word, i) => {
    const said = `${minus(text.relevance[i].toFixed(3))}`;
    if (Math.abs(parts[i]) < 0.02) return `<span title="${said}">${escaped(word)}</span>`;
    const [light, dark] = (["light", "dark"] as const).map((theme) => {
      const colour = signed(0.8 * parts[i], theme);
      return { colour: `rgb(${colour.join(",")})`, letters: lettersOn(colour) };
    });
    return `<span class="w" style="--l:${light.colour};--lt:${light.letters};--d:${dark.colour};--dt:${dark.letters}" title="${said}">${escaped(word)}</span>`;
  });
  const rows = winnerLines(text).map((line) => {
    const [, amount, ngram] = /^\s*(\S+)\s\s(.*)$/.exec(line)!;
    return `<tr><td>${amount}</td><td>${escaped(ngram)}</td></tr>`;
  });
  const table = rows.length > 0 ? `\n<table>${rows.join("")}</table>` : "";
  return `<article>
<header><b>${escaped(text.target)}</b> ${percent(text.probability)} · ${escaped(text.method)}</header>
<div>${words.join(" ")}</div>${table}
</article>`;
}

/** Black or white, whichever is read better (WCAG's relative luminance). */
function lettersOn(colour: readonly number[]): string {
  const [r, g, b] = colour.map((c) =>
    c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#111" : "#fff";
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[letter]!);
