/** The sheet of a training that tells texts apart. */
import { muted } from "../../formatting/inks.js";
import { count, percent } from "../../formatting/numbers.js";
import { renderSvg } from "../render.js";
import { drawable } from "../sheet/characters.js";
import { confusionPanel } from "../sheet/confusion.js";
import { lossPanel, type SheetTraining } from "../sheet/loss.js";
import { mistakesHeading } from "../sheet/mistakes-heading.js";
import { page, place } from "../sheet/page.js";
import { headingHeight } from "../sheet/panel.js";
import { type Box, fittedText, text, wrappedText } from "../sheet/svg.js";

/** All that it shows. */
export interface TextSheetInput {
  title: string;
  subtitle: string;
  test: {
    /** Share of the texts that were read rightly. */
    accuracy: number;
    count: number;
    /** confusion[t][p]: how many texts of class t were read as class p. */
    confusion: readonly (readonly number[])[];
    /** The surest first. */
    mistakes: readonly SheetTextMistake[];
  };
  classes: readonly string[];
  training: SheetTraining;
}

/** A text that was read wrongly. */
export interface SheetTextMistake {
  text: string;
  truth: string;
  read: string;
  confidence: number;
}

/** The sheet as an SVG document of 1400×1000. */
export function textSheetSvg({ title, subtitle, test, classes, training }: TextSheetInput): string {
  const head = {
    title: drawable(title),
    subtitle: drawable(subtitle),
    figure: percent(test.accuracy, 2),
    caption: `test accuracy, ${count(test.count)} texts`,
  };
  return page(head, [
    lossPanel(place("upper", "full"), training),
    confusionPanel(place("lower", "left"), test.confusion, classes),
    mistakesPanel(place("lower", "right"), test.mistakes),
  ]);
}

/** The same as a PNG file. */
export const renderTextSheet = (input: TextSheetInput): Promise<Uint8Array> => renderSvg(textSheetSvg(input));

const size = 13;
const rowHeight = 50;

function mistakesPanel(box: Box, mistakes: readonly SheetTextMistake[]): string {
  const most = Math.floor((box.height - headingHeight) / rowHeight);
  const shown = mistakes.slice(0, most);
  const head = mistakesHeading(box, {
    shown: shown.length,
    total: mistakes.length,
    none: "Every test text was read rightly.",
  });
  return (
    head +
    shown
      .map(({ text: content, truth, read, confidence }, i) => {
        const y = box.y + headingHeight + i * rowHeight;
        const caption = drawable(`true ${truth} → read ${read} (${percent(confidence, 0)})`);
        const [first, second] = wrappedText(drawable(content.replace(/\s+/g, " ")), box.width - 8, size, 2);
        return (
          text(box.x, y + 12, fittedText(caption, box.width - 8, 11), { size: 11, colour: muted }) +
          text(box.x, y + 27, first, { size }) +
          (second ? text(box.x, y + 42, second, { size }) : "")
        );
      })
      .join("")
  );
}
