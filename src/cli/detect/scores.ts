/** How well boxes are found, as text. */
import { count } from "../../formatting/numbers.js";
import { alignedTable } from "../../report/table.js";
import type { DetectionEvaluation } from "../../tasks/detection/index.js";

/** "mAP 0.85 at an overlap of a half (Pascal VOC), COCO AP 0.52; 72 pictures" */
export const detectionScores = ({ count: all, mAP, coco }: DetectionEvaluation): string =>
  `mAP ${figure(mAP)} at an overlap of a half (Pascal VOC), COCO AP ${figure(coco.AP)}; ${count(all)} pictures`;

/** A row for each class that is there. */
export function detectionTable({ voc, coco }: DetectionEvaluation, classes: readonly string[]): string {
  const ofCoco = new Map(coco.classes.map((one) => [one.label, one]));
  return alignedTable(
    [
      { title: "class", align: "left" },
      ...["boxes", "AP (VOC)", "AP (COCO)", "AP at 0.75", "recall"].map((title) => ({
        title,
        align: "right" as const,
      })),
    ],
    voc.classes.map(({ label, truths, precision }) => [
      classes[label],
      count(truths),
      figure(precision),
      ...(["AP", "AP75", "AR"] as const).map((name) => figure(ofCoco.get(label)?.[name] ?? Number.NaN)),
    ]),
  );
}

/** A row for each class and a column for each that was told; the last ones are what was made up, and what was missed. */
export const confusionTable = (
  confusion: readonly (readonly number[])[],
  classes: readonly string[],
): string =>
  alignedTable(
    [
      { title: "true", align: "left" },
      ...[...classes, "missed"].map((title) => ({ title, align: "right" as const })),
    ],
    confusion.map((row, t) => [
      classes[t] ?? "nothing",
      ...row.map((n, p) => (n > 0 ? count(n) : t === classes.length && p === t ? "" : "·")),
    ]),
  );

const figure = (value: number): string => (Number.isNaN(value) ? "–" : value.toFixed(3));

/** As JSON: without the boxes, and with names for labels. */
export const detectionFigures = (
  { count: all, mAP, voc, coco }: DetectionEvaluation,
  classes: readonly string[],
) => {
  const { classes: each, ...whole } = coco;
  return {
    count: all,
    mAP,
    coco: whole,
    classes: voc.classes.map(({ label, truths, ignored, precision }) => ({
      class: classes[label],
      boxes: truths,
      ignored,
      AP50: precision,
      AP: each.find((one) => one.label === label)?.AP ?? null,
    })),
  };
};
