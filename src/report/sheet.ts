import { count, percent } from "../formatting/numbers.js";
import { renderSvg } from "./render.js";
import { confusionPanel } from "./sheet/confusion.js";
import { filtersPanel, type SheetFilters } from "./sheet/filters.js";
import { lossPanel, type SheetTraining } from "./sheet/loss.js";
import { mistakesPanel, type SheetMistake } from "./sheet/mistakes.js";
import { page, place } from "./sheet/page.js";

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

/** The sheet as an SVG document of 1400×1000: what training has achieved, how it went, and where it fails. */
export function sheetSvg({ title, subtitle = "", test, classes, filters, training }: SheetInput): string {
  const hasMatrix = test.confusion !== undefined && classes.length > 0;
  const head = {
    title,
    subtitle,
    figure: percent(test.accuracy, 2),
    caption: `test accuracy, ${count(test.count)} pictures`,
  };
  return page(head, [
    filters ? filtersPanel(place("upper", "left"), filters) : "",
    lossPanel(place("upper", filters ? "right" : "full"), training),
    hasMatrix ? confusionPanel(place("lower", "left"), test.confusion!, classes) : "",
    mistakesPanel(
      place("lower", hasMatrix ? "right" : "full"),
      test.mistakes,
      test.mistakeCount ?? test.mistakes.length,
    ),
  ]);
}

/** The sheet as a PNG file. */
export const renderSheet = (input: SheetInput): Promise<Uint8Array> => renderSvg(sheetSvg(input));
