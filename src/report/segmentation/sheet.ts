/** The sheet of a training that labels pixels. */
import { faint, muted } from "../../formatting/inks.js";
import { count, percent } from "../../formatting/numbers.js";
import type { Picture } from "../../images/picture.js";
import type { SegmentationEvaluation } from "../../tasks/segmentation/index.js";
import { renderSvg } from "../render.js";
import { drawable } from "../sheet/characters.js";
import { confusionPanel } from "../sheet/confusion.js";
import { lossPanel, type SheetTraining } from "../sheet/loss.js";
import { page, place } from "../sheet/page.js";
import { heading, headingHeight } from "../sheet/panel.js";
import { type Box, fittedText, image, rectangle, text, textWidth } from "../sheet/svg.js";
import { coloured, colourOf } from "./coloured.js";

/** A picture that was tested by. */
export interface ShownPicture {
  readonly picture: Picture;
  /** H×W each: what its pixels are, and what was said. */
  readonly truth: ArrayLike<number>;
  readonly answer: ArrayLike<number>;
}

/** All that it shows. */
export interface SegmentationSheetInput {
  title: string;
  subtitle: string;
  test: SegmentationEvaluation;
  classes: readonly string[];
  colours: Uint8Array;
  training: SheetTraining;
  shown(place: number): Promise<ShownPicture>;
}

/** The sheet as an SVG document of 1400×1000. */
export async function segmentationSheetSvg(input: SegmentationSheetInput): Promise<string> {
  const { title, subtitle, test, classes, colours, training } = input;
  const worst = await Promise.all(
    test.pictures
      .map(({ name, accuracy }, n) => ({ name, accuracy, n }))
      .filter(({ accuracy }) => accuracy < 1)
      .sort((a, b) => a.accuracy - b.accuracy || a.n - b.n)
      .slice(0, 3)
      .map(async (one) => ({ ...one, ...(await input.shown(one.n)) })),
  );
  const head = {
    title: drawable(title),
    subtitle: drawable(subtitle),
    figure: `mIoU ${test.mIoU.toFixed(3)}`,
    caption: `${percent(test.accuracy)} of the pixels, ${count(test.count)} pictures`,
  };
  return page(head, [
    lossPanel(place("upper", "full"), training),
    confusionPanel(place("lower", "left"), inPercent(test.confusion), classes),
    worstPanel(place("lower", "right"), { worst, classes, colours, test }),
  ]);
}

/** The same as a PNG file. */
export const renderSegmentationSheet = async (input: SegmentationSheetInput): Promise<Uint8Array> =>
  renderSvg(await segmentationSheetSvg(input));

/** Pixels are too many to be read: of each class, in hundred. */
function inPercent(confusion: SegmentationEvaluation["confusion"]): number[][] {
  return confusion.map((row) => {
    const all = row.reduce((a, b) => a + b, 0);
    return row.map((n) => (all === 0 ? 0 : Math.round((100 * n) / all)));
  });
}

interface Worst extends ShownPicture {
  readonly name: string;
  readonly accuracy: number;
}

/** Pictures with the fewest pixels that are right: above what they are, below what was said. */
function worstPanel(
  box: Box,
  {
    worst,
    classes,
    colours,
    test,
  }: {
    worst: readonly Worst[];
    classes: readonly string[];
    colours: Uint8Array;
    test: SegmentationEvaluation;
  },
): string {
  if (worst.length === 0) return heading(box, "Mistakes", "every pixel was labelled rightly");
  const head = heading(
    box,
    "Worst pictures",
    `${worst.length} of ${count(test.count)}; above what pixels are, below what was said`,
  );
  const legendHeight = 40;
  const cell = box.width / worst.length - 12;
  const room = (box.height - headingHeight - legendHeight - 30) / 2;
  const pictures = worst.map(({ picture, truth, answer, name, accuracy }, i) => {
    const scale = Math.min(cell / picture.width, room / picture.height);
    const [width, height] = [picture.width * scale, picture.height * scale];
    const x = box.x + i * (cell + 12);
    return (
      [truth, answer]
        .map((labels, row) => {
          const frame = { x, y: box.y + headingHeight + row * (height + 6), width, height };
          return (
            image(coloured(picture, { labels, palette: colours }), frame) +
            rectangle(frame, { fill: "none", stroke: faint })
          );
        })
        .join("") +
      text(
        x,
        box.y + headingHeight + 2 * height + 22,
        fittedText(`${percent(accuracy)} of ${drawable(name)}`, cell, 12),
        { size: 12, colour: muted },
      )
    );
  });
  return (
    head + pictures.join("") + legend({ ...box, y: box.y + box.height - legendHeight }, classes, colours)
  );
}

/** A square of each class's colour, and its name, in two lines at most. */
function legend(box: Box, classes: readonly string[], colours: Uint8Array): string {
  let [x, line] = [box.x, 0];
  let drawn = "";
  for (const [label, name] of classes.entries()) {
    const width = 20 + Math.min(110, textWidth(name, 11)) + 12;
    if (x + width > box.x + box.width) [x, line] = [box.x, line + 1];
    if (line > 1) break;
    const y = box.y + 12 + 18 * line;
    drawn +=
      rectangle({ x, y: y - 9, width: 12, height: 12 }, { fill: colourOf(colours, label), stroke: faint }) +
      text(x + 17, y + 1, fittedText(name, 110, 11), { size: 11 });
    x += width;
  }
  return drawn;
}
