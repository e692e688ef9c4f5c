/** The sheet of a training that finds objects. */
import { blue, faint, green, ink, muted, orange } from "../../formatting/inks.js";
import { count } from "../../formatting/numbers.js";
import type { Picture } from "../../images/picture.js";
import type { DetectionEvaluation } from "../../tasks/detection/index.js";
import { type PictureMistakes, pictureMistakes } from "../../tasks/detection/mistakes.js";
import { renderSvg } from "../render.js";
import { drawable } from "../sheet/characters.js";
import { confusionPanel } from "../sheet/confusion.js";
import { lossPanel, type SheetTraining } from "../sheet/loss.js";
import { page, place } from "../sheet/page.js";
import { heading, headingHeight } from "../sheet/panel.js";
import { linearScale } from "../sheet/scales.js";
import { type Box, curve, element, fittedText, image, line, rectangle, text } from "../sheet/svg.js";

/** All that it shows. */
export interface DetectionSheetInput {
  title: string;
  subtitle: string;
  test: DetectionEvaluation;
  /** Of `boxConfusion`: a row and a column more than there are classes. */
  confusion: readonly (readonly number[])[];
  classes: readonly string[];
  training: SheetTraining;
  /** A picture that was tested by. */
  picture(place: number): Promise<Picture>;
}

/** The sheet as an SVG document of 1400×1000. */
export async function detectionSheetSvg({
  title,
  subtitle,
  test,
  confusion,
  classes,
  training,
  picture,
}: DetectionSheetInput): Promise<string> {
  const all = pictureMistakes(test);
  const worst = await Promise.all(
    all.slice(0, 3).map(async (one) => ({ ...one, shown: await picture(one.picture) })),
  );
  const head = {
    title: drawable(title),
    subtitle: drawable(subtitle),
    figure: `mAP ${test.mAP.toFixed(3)}`,
    caption: `COCO AP ${test.coco.AP.toFixed(3)}, ${count(test.count)} pictures`,
  };
  return page(head, [
    confusionPanel(place("upper", "left"), confusion, [...classes, "none"]),
    lossPanel(place("upper", "right"), training),
    curvesPanel(place("lower", "left"), test, classes),
    worstPanel(place("lower", "right"), { worst, total: all.length, classes }),
  ]);
}

/** The same as a PNG file. */
export const renderDetectionSheet = async (input: DetectionSheetInput): Promise<Uint8Array> =>
  renderSvg(await detectionSheetSvg(input));

const colours = [blue, orange, green, "#8e44ad", "#c0392b", "#16a085", "#7f8c8d"];

/** Precision by recall, a curve for each class. */
function curvesPanel(box: Box, { voc }: DetectionEvaluation, classes: readonly string[]): string {
  const shown = voc.classes.filter(({ truths }) => truths > 0).slice(0, colours.length);
  const legend = 17 * Math.min(shown.length, 7);
  const [left, top] = [box.x + 34, box.y + headingHeight + 6];
  const [width, height] = [box.width - 40, box.height - headingHeight - 40 - legend];
  const x = linearScale([0, 1], [left, left + width], { count: 4 });
  const y = linearScale([0, 1], [top + height, top], { count: 4 });
  const axes = [
    ...x.ticks.map(
      ({ value, label }) =>
        line(x.at(value), top, x.at(value), top + height, faint) +
        text(x.at(value), top + height + 15, label, { size: 11, colour: muted, anchor: "middle" }),
    ),
    ...y.ticks.map(
      ({ value, label }) =>
        line(left, y.at(value), left + width, y.at(value), faint) +
        text(left - 6, y.at(value) + 4, label, { size: 11, colour: muted, anchor: "end" }),
    ),
  ];
  const curves = shown.map(({ label, precision, truths, curve: places }, i) => {
    // From the first box on; of long rankings every so many places.
    const every = Math.max(1, Math.ceil(places.length / 300));
    const points = places
      .filter((_, k) => k % every === 0 || k === places.length - 1)
      .map((one) => [x.at(one.recall), y.at(one.precision)] as const);
    const at = top + height + 34 + 17 * i;
    return (
      (points.length > 1 ? curve(points, colours[i], 1.8) : "") +
      line(left, at - 4, left + 18, at - 4, colours[i], 2.5) +
      text(
        left + 24,
        at,
        fittedText(`${classes[label]}: AP ${precision.toFixed(3)} of ${count(truths)} boxes`, width - 24, 12),
        { size: 12 },
      )
    );
  });
  const rest = voc.classes.filter(({ truths }) => truths > 0).length - shown.length;
  return (
    heading(box, "Precision by recall", rest > 0 ? `the first ${shown.length} classes` : "") +
    axes.join("") +
    curves.join("")
  );
}

/** Pictures with what was missed, dashed, and what was made up. */
function worstPanel(
  box: Box,
  {
    worst,
    total,
    classes,
  }: {
    worst: readonly (PictureMistakes & { readonly shown: Picture })[];
    total: number;
    classes: readonly string[];
  },
): string {
  if (worst.length === 0) return heading(box, "Mistakes", "every object was found, and nothing else");
  const head = heading(
    box,
    "Worst pictures",
    `${worst.length} of ${count(total)} with mistakes; found green, made up orange, missed dashed`,
  );
  const cell = box.width / worst.length - 12;
  const pictures = worst.map(({ shown, found, made, missed }, i) => {
    const scale = Math.min(cell / shown.width, (box.height - headingHeight - 24) / shown.height);
    const frame = {
      x: box.x + i * (cell + 12),
      y: box.y + headingHeight,
      width: shown.width * scale,
      height: shown.height * scale,
    };
    const wrong = new Set(made);
    const drawn = [
      ...found.map((one) => ({ ...one, colour: wrong.has(one) ? orange : green, dashes: undefined })),
      ...missed.map((one) => ({ ...one, colour: ink, dashes: "5 3" })),
    ].map(({ box: [top, left, bottom, right], colour, dashes }) => {
      const at = {
        x: frame.x + left * scale,
        y: frame.y + top * scale,
        width: (right - left) * scale,
        height: (bottom - top) * scale,
        fill: "none",
      };
      return (
        element("rect", { ...at, stroke: "#ffffff", "stroke-width": 3 }) +
        element("rect", {
          ...at,
          stroke: colour,
          "stroke-width": 1.6,
          ...(dashes ? { "stroke-dasharray": dashes } : {}),
        })
      );
    });
    const names = [...new Set([...made, ...missed].map(({ label }) => classes[label]))];
    return (
      image(shown, frame) +
      rectangle(frame, { fill: "none", stroke: faint }) +
      drawn.join("") +
      text(
        frame.x,
        frame.y + frame.height + 15,
        fittedText(`${missed.length} missed, ${made.length} made up: ${names.join(", ")}`, cell, 12),
        { size: 12, colour: muted },
      )
    );
  });
  return head + pictures.join("");
}
