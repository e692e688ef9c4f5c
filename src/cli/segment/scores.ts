/** How well pixels are labelled, as text. */
import { count, percent } from "../../formatting/numbers.js";
import { alignedTable } from "../../report/table.js";
import type { SegmentationEvaluation } from "../../tasks/segmentation/index.js";

/** "mIoU 0.521, 86.4 % of 2,592,000 pixels right, 61.0 % of each class; 15 pictures, 97,311 pixels do not count" */
export function segmentationScores(result: SegmentationEvaluation): string {
  const { mIoU, accuracy, classAccuracy, pixels, ignored, count: all, absent } = result;
  return [
    `mIoU ${figure(mIoU)}, ${percent(accuracy)} of ${count(pixels)} pixels right, ${percent(classAccuracy)} of each class`,
    `${count(all)} pictures${ignored > 0 ? `, ${count(ignored)} pixels do not count` : ""}`,
    ...(absent.length > 0 ? [`left out of the means: ${absent.join(", ")}, which do not occur`] : []),
  ].join("; ");
}

/** A row for each class. */
export function segmentationTable(
  { IoU, recall, confusion, pixels }: SegmentationEvaluation,
  classes: readonly string[],
): string {
  return alignedTable(
    [
      { title: "class", align: "left" },
      ...["share", "IoU", "found"].map((title) => ({ title, align: "right" as const })),
    ],
    classes.map((name, c) => [
      name,
      percent(confusion[c].reduce((a, b) => a + b, 0) / pixels),
      figure(IoU[c]),
      Number.isNaN(recall[c]) ? "–" : percent(recall[c]),
    ]),
  );
}

const figure = (value: number): string => (Number.isNaN(value) ? "–" : value.toFixed(3));

/** As JSON: with names for classes; null where one does not occur. */
export const segmentationFigures = (
  {
    count: all,
    mIoU,
    accuracy,
    classAccuracy,
    pixels,
    ignored,
    absent,
    IoU,
    recall,
    confusion,
  }: SegmentationEvaluation,
  classes: readonly string[],
) => ({
  ...{ count: all, mIoU, accuracy, classAccuracy, pixels, ignored, absent },
  classes: classes.map((name, c) => ({ class: name, IoU: IoU[c], recall: recall[c] })),
  confusion,
});
