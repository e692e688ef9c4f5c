import { count, percent } from "../formatting/numbers.js";
import { styled } from "./colour.js";
import { aligned, cells, shortened } from "./columns.js";
import { alignedTable } from "./table.js";

export interface ConfusionOptions {
  /** Cells of the terminal's line. */
  width?: number;
  /** Whether escape sequences may emphasise the diagonal; see `allowsColour`. */
  colour?: boolean;
}

/**
 * A confusion matrix for the terminal: a row for each true class, a column for each predicted one, a dot for 0,
 * and the share of the row that was read rightly. Where the matrix is wider than the line, a table of the classes
 * that were misread most often takes its place.
 *
 * @param confusion  confusion[t][p]: how many pictures of class t were read as class p
 */
export function confusionText(
  confusion: readonly (readonly number[])[],
  classes: readonly string[],
  { width = 80, colour = false }: ConfusionOptions = {},
): string {
  return matrix(confusion, classes, width, colour) ?? worstClasses(confusion, classes, width);
}

/** The longest row label: longer class names are shortened. */
const longestLabel = 16;

function matrix(
  confusion: readonly (readonly number[])[],
  classes: readonly string[],
  width: number,
  colour: boolean,
): string | undefined {
  // A thousand classes make a million numbers: too many to be arguments of Math.max.
  const largest = confusion.reduce((most, row) => row.reduce((a, b) => Math.max(a, b), most), 0);
  const widest = count(largest).length;
  const accuracyWidth = "accuracy".length;
  const room = width - accuracyWidth - 2;

  // Columns carry the names where these are no wider than the counts (and one more cell), else the rows' numbers.
  const named = classes.every((name) => cells(name) <= widest + 1);
  const heads = named ? classes : classes.map((_, index) => String(index));
  const cellWidth = Math.max(widest, ...heads.map(cells)) + 1;
  const rowNames = named ? classes : classes.map((name, index) => `${index} ${name}`);
  const labelRoom = room - cellWidth * classes.length;
  const labelWidth = Math.min(longestLabel, labelRoom, Math.max("true".length, ...rowNames.map(cells)));
  if (labelWidth < Math.max("true".length, named ? Math.max(...classes.map(cells)) : 6)) return undefined;

  const title = `${" ".repeat(labelWidth + 1)}${aligned("predicted", "predicted".length, "left")}`;
  const head = `${aligned("true", labelWidth, "left")}${heads.map((name) => aligned(name, cellWidth, "right")).join("")}  accuracy`;
  const rows = confusion.map((row, truth) => {
    const label = aligned(shortened(rowNames[truth], labelWidth), labelWidth, "left");
    const entries = row.map((n, predicted) => {
      const text = aligned(n === 0 ? "·" : count(n), cellWidth, "right");
      if (!colour) return text;
      if (truth === predicted) return styled(text, "bold", "green");
      return n === 0 ? styled(text, "dim") : text;
    });
    const accuracy = aligned(percent(rowAccuracy(row, truth)), accuracyWidth, "right");
    return `${label}${entries.join("")}  ${accuracy}`;
  });
  return [title, head, ...rows].join("\n");
}

/** The ten classes with the lowest accuracy, and what each was taken for most often. */
function worstClasses(
  confusion: readonly (readonly number[])[],
  classes: readonly string[],
  width: number,
): string {
  const nameWidth = Math.max(8, Math.min(24, Math.floor((width - 34) / 2)));
  const worst = confusion
    .map((row, truth) => ({ row, truth, accuracy: rowAccuracy(row, truth) }))
    .filter(({ accuracy }) => !Number.isNaN(accuracy))
    .sort((a, b) => a.accuracy - b.accuracy)
    .slice(0, 10);
  const rows = worst.map(({ row, truth, accuracy }) => {
    const wrong = row.map((n, predicted) => (predicted === truth ? 0 : n));
    const most = Math.max(...wrong);
    const takenFor = most === 0 ? "" : classes[wrong.indexOf(most)];
    return [
      shortened(classes[truth], nameWidth),
      percent(accuracy),
      shortened(takenFor, nameWidth),
      most === 0 ? "" : count(most),
    ];
  });
  const table = alignedTable(
    [
      { title: "true class", align: "left" },
      { title: "accuracy", align: "right" },
      { title: "most often read as", align: "left" },
      { title: "times", align: "right" },
    ],
    rows,
  );
  return `The ${worst.length} of ${classes.length} classes that are misread most often\n\n${table}`;
}

/** Share of the row on the diagonal; NaN for a class without pictures. */
function rowAccuracy(row: readonly number[], truth: number): number {
  return row[truth] / row.reduce((sum, n) => sum + n, 0);
}
