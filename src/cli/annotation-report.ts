/** What `data check` says of annotations. */
import { count } from "../formatting/numbers.js";
import { alignedTable, type Column } from "../report/table.js";
import type { AnnotationCounts, AnnotationReport } from "../tasks/annotations/check.js";

const forms = {
  voc: "Pascal VOC",
  coco: "COCO",
  yolo: "YOLO",
  labels: "maps of labels",
  table: "a table",
} as const;

/** Of each part what it has of these; columns of nothing but 0 are left out. */
const columns: readonly [title: string, of: (part: AnnotationCounts) => number][] = [
  ["pictures", (part) => part.pictures],
  ["boxes", (part) => part.objects],
  ["difficult", (part) => part.difficult],
  ["crowds", (part) => part.crowds],
  ["masks", (part) => part.masks],
  ["maps of labels", (part) => part.maps],
  ["captions", (part) => part.captions],
];

export function annotationText({ path, form, classes, parts, bad, notes }: AnnotationReport): string {
  const all = (of: (part: AnnotationCounts) => number) => parts.reduce((sum, part) => sum + of(part), 0);
  const shown = columns.filter(([title, of]) => title === "pictures" || all(of) > 0);
  const left = (title: string): Column => ({ title, align: "left" });
  const right = (title: string): Column => ({ title, align: "right" });
  const lines = [
    `${path}: ${forms[form]}`,
    "",
    alignedTable(
      [left("part"), ...shown.map(([title]) => right(title))],
      parts.map((part) => [part.part, ...shown.map(([, of]) => count(of(part)))]),
    ),
    "",
  ];
  if (all((part) => part.objects) > 0)
    lines.push(
      alignedTable(
        [left("class"), ...parts.map(({ part }) => right(part))],
        classes.map((name, label) => [name, ...parts.map(({ byClass }) => count(byClass[label]))]),
      ),
      "",
    );
  for (const { part, empty, objects } of parts)
    if (empty > 0 && objects > 0)
      lines.push(`${part}: ${count(empty)} ${empty === 1 ? "picture" : "pictures"} without boxes`);
  lines.push(...notes);
  const whole = all((part) => part.maps) > 0 && all((part) => part.objects) === 0 ? "map" : "box";
  lines.push(
    bad.length === 0 ? `every picture can be read, and every ${whole}` : `bad: ${count(bad.length)}`,
    ...bad.map(({ place, why }) => `  ${place} ${why}`),
  );
  return lines.join("\n");
}
