/** Help that fits the terminal. Commander wraps its own parts; examples and lists below them are wrapped here. */
import { cells } from "../report/columns.js";

/** Cells of a line of help: the terminal's, or those of a page where help is piped. */
export const helpWidth = (stream: { isTTY?: boolean; columns?: number } = process.stdout): number =>
  (stream.isTTY && stream.columns) || 80;

/** Lines that are too long, wrapped: commands go on behind a backslash, the others below where their text begins. */
export const wrapped = (text: string, width: number): string =>
  text
    .split("\n")
    .flatMap((line) => (cells(line) <= width ? [line] : brokenLine(line, width)))
    .join("\n");

function brokenLine(line: string, width: number): string[] {
  const [indent] = /^ */.exec(line)!;
  if (line.startsWith(`${indent}$ `)) {
    // A remark behind a command gets a line of its own.
    const [command, ...remark] = line.trim().split(/ {3,}/);
    const words = command.replaceAll(/ (?=-)/g, "\n").split("\n");
    return [
      ...filled(words, { first: indent, next: `${indent}    `, width, end: " \\" }),
      ...(remark.length > 0
        ? filled(remark.join(" ").split(" "), { first: `${indent}    `, next: `${indent}    `, width })
        : []),
    ];
  }
  const name = /^ *\S.*? {2,}/.exec(line)?.[0] ?? indent;
  const hanging = width - name.length >= 24 ? " ".repeat(name.length) : `${indent}  `;
  return filled(line.slice(name.length).split(" "), { first: name, next: hanging, width });
}

/** As many words in each line as it takes; what is longer than a line stays whole. */
function filled(
  words: readonly string[],
  { first, next, width, end = "" }: { first: string; next: string; width: number; end?: string },
): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const [i, word] of words.entries()) {
    const room = width - (i < words.length - 1 ? end.length : 0);
    if (!isEmpty && cells(line) + 1 + cells(word) > room) {
      lines.push(line + end);
      line = next;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
