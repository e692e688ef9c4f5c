import { count, percent } from "./numbers.js";
import { renderSvg } from "./render.js";
import { background, faint, muted } from "./sheet/colours.js";
import { confusionPanel } from "./sheet/confusion.js";
import { filtersPanel, type SheetFilters } from "./sheet/filters.js";
import { lossPanel, type SheetTraining } from "./sheet/loss.js";
import { mistakesPanel, type SheetMistake } from "./sheet/mistakes.js";
import { type Box, document, fittedText, line, rectangle, text } from "./sheet/svg.js";

export type { SheetFilters, SheetMistake, SheetTraining };

/** All that a sheet shows: plain values, so that any training loop can make one. */
export interface SheetInput {
  /** Model and data, "LeNet-5 on MNIST". */
  title: string;
  /** A line below it, "61,706 parameters · 3 epochs · seed 1". */
  subtitle?: string;
  test: {
    /** Share of the test pictures that were read rightly. */
    accuracy: number;
    count: number;
    /** confusion[t][p]: how many pictures of class t were read as class p. Left out: no matrix is drawn. */
    confusion?: readonly (readonly number[])[];
    /** Pictures that were read wrongly, in any order; the surest are shown. Some dozens are enough. */
    mistakes: readonly SheetMistake[];
    /** How many there are in all, if `mistakes` does not have all of them. */
    mistakeCount?: number;
  };
  classes: readonly string[];
  /** Filters of the first convolution; left out where the network has none. */
  filters?: SheetFilters;
  training: SheetTraining;
}

const width = 1400;
const height = 1000;
const margin = 48;

/** The sheet as an SVG document of 1400×1000: what training has achieved, how it went, and where it fails. */
export function sheetSvg({ title, subtitle = "", test, classes, filters, training }: SheetInput): string {
  const gap = 60;
  const leftWidth = 400;
  const rightX = margin + leftWidth + gap;
  const whole = width - 2 * margin;
  const upper = { y: 148, height: 372 };
  const lower = { y: 566, height: 396 };
  const left = { x: margin, width: leftWidth };
  const right = { x: rightX, width: width - margin - rightX };
  const full = { x: margin, width: whole };

  const hasMatrix = test.confusion !== undefined && classes.length > 0;
  const loss: Box = { ...upper, ...(filters ? right : full) };
  const mistakes: Box = { ...lower, ...(hasMatrix ? right : full) };
  const panels = [
    header(title, subtitle, test),
    filters ? filtersPanel({ ...upper, ...left }, filters) : "",
    lossPanel(loss, training),
    hasMatrix ? confusionPanel({ ...lower, ...left }, test.confusion!, classes) : "",
    mistakesPanel(mistakes, test.mistakes, test.mistakeCount ?? test.mistakes.length),
  ];
  return document(
    { width, height },
    rectangle({ x: 0, y: 0, width, height }, { fill: background }) + panels.join(""),
  );
}

/** The sheet as a PNG file. */
export const renderSheet = (input: SheetInput): Promise<Uint8Array> => renderSvg(sheetSvg(input));

function header(title: string, subtitle: string, { accuracy, count: pictures }: SheetInput["test"]): string {
  const right = width - margin;
  return (
    text(margin, 72, fittedText(title, 920, 31), { size: 28, bold: true }) +
    text(margin, 100, fittedText(subtitle, 980, 15), { size: 15, colour: muted }) +
    text(right, 72, percent(accuracy, 2), { size: 28, bold: true, anchor: "end" }) +
    text(right, 100, `test accuracy, ${count(pictures)} pictures`, {
      size: 15,
      colour: muted,
      anchor: "end",
    }) +
    line(margin, 122, right, 122, faint, 1.5)
  );
}
