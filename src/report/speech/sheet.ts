/** The sheet of a training that hears words. */
import { muted } from "../../formatting/inks.js";
import { count, percent } from "../../formatting/numbers.js";
import { renderSvg } from "../render.js";
import { drawable } from "../sheet/characters.js";
import { confusionPanel } from "../sheet/confusion.js";
import { lossPanel, type SheetTraining } from "../sheet/loss.js";
import { mistakesHeading } from "../sheet/mistakes-heading.js";
import { page, place } from "../sheet/page.js";
import { heading, headingHeight } from "../sheet/panel.js";
import { type Box, fittedText, text } from "../sheet/svg.js";

/** How many words were changed, missed and added. */
interface SheetErrors {
  rate: number;
  substitutions: number;
  deletions: number;
  insertions: number;
  count: number;
}

/** All that it shows. */
export interface SpeechSheetInput {
  title: string;
  subtitle: string;
  test: {
    count: number;
    /** Share of the recordings that were heard rightly. */
    accuracy: number;
    /** confusion[t][p]: how many recordings of class t were heard as class p; left out where words come in a row. */
    confusion?: readonly (readonly number[])[];
    words?: SheetErrors;
    characters?: SheetErrors;
    greedy?: SheetErrors;
    mistakes: readonly { place: string; truth: string; read: string; confidence: number }[];
  };
  classes: readonly string[];
  training: SheetTraining;
}

/** The sheet as an SVG document of 1400×1000. */
export function speechSheetSvg({ title, subtitle, test, classes, training }: SpeechSheetInput): string {
  const head = {
    title: drawable(title),
    subtitle: drawable(subtitle),
    figure: percent(test.words ? test.words.rate : test.accuracy, 2),
    caption: test.words
      ? `word errors, ${count(test.words.count)} words`
      : `test accuracy, ${count(test.count)} recordings`,
  };
  return page(head, [
    lossPanel(place("upper", "full"), training),
    test.confusion
      ? confusionPanel(place("lower", "left"), test.confusion, classes)
      : errorsPanel(place("lower", "left"), test),
    mistakesPanel(place("lower", "right"), test),
  ]);
}

/** The same as a PNG file. */
export const renderSpeechSheet = (input: SpeechSheetInput): Promise<Uint8Array> =>
  renderSvg(speechSheetSvg(input));

function errorsPanel(
  box: Box,
  { words, greedy, characters, accuracy, count: all }: SpeechSheetInput["test"],
): string {
  const rows = [
    ["words", words],
    ["words, without a search", greedy],
    ["characters", characters],
  ] as const;
  const columns = [0, 260, 350, 470, 560].map((x) => box.x + x);
  const line = (y: number, cells: readonly string[], colour?: string) =>
    cells.map((cell, i) => text(columns[i], y, cell, { size: 14, ...(colour ? { colour } : {}) })).join("");
  const top = box.y + headingHeight + 14;
  return (
    heading(box, "Errors", `${percent(accuracy)} of ${count(all)} recordings without one`) +
    line(top, ["", "rate", "substituted", "missed", "added"], muted) +
    rows
      .map(([name, errors], i) =>
        errors
          ? line(top + 30 * (i + 1), [
              name,
              percent(errors.rate, 2),
              count(errors.substitutions),
              count(errors.deletions),
              count(errors.insertions),
            ])
          : "",
      )
      .join("")
  );
}

const rowHeight = 52;

function mistakesPanel(box: Box, { mistakes, words }: SpeechSheetInput["test"]): string {
  const most = Math.floor((box.height - headingHeight) / rowHeight);
  const shown = mistakes.slice(0, most);
  const head = mistakesHeading(box, {
    shown: shown.length,
    total: mistakes.length,
    which: words ? "the worst" : "the surest",
    none: "Every test recording was heard rightly.",
  });
  const fitted = (line: string, size: number) => fittedText(drawable(line), box.width - 8, size);
  return (
    head +
    shown
      .map(({ place: from, truth, read, confidence }, i) => {
        const y = box.y + headingHeight + i * rowHeight;
        const own = words ? from : `${from} (${percent(confidence, 0)})`;
        return (
          text(box.x, y + 12, fitted(own, 11), { size: 11, colour: muted }) +
          text(box.x, y + 27, fitted(`said ${truth}`, 13), { size: 13 }) +
          text(box.x, y + 43, fitted(`heard ${read === "" ? "nothing" : read}`, 13), { size: 13 })
        );
      })
      .join("")
  );
}
