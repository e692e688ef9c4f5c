/** Tables of boxes: a row for each, with its picture. */
import { DataError } from "../../data/dataset.js";
import { columnOf, titles } from "../words/columns.js";
import { short } from "../words/quoted.js";
import type { AnnotationFault, Annotations, GivenObject, GivenPicture } from "./annotated.js";

const usual = {
  file: ["file", "filename", "file_name", "image", "image_path", "path", "img", "image_name", "image_id"],
  class: ["class", "label", "class_name", "name", "category"],
  left: ["left", "xmin", "x_min", "x1"],
  top: ["top", "ymin", "y_min", "y1"],
  right: ["right", "xmax", "x_max", "x2"],
  bottom: ["bottom", "ymax", "y_max", "y2"],
  width: ["width", "image_width", "img_width"],
  height: ["height", "image_height", "img_height"],
  caption: ["caption", "comment", "sentence", "description"],
} as const;
const sides = ["left", "top", "right", "bottom"] as const;

/** A picture of a table, whose size it may not say. */
export type TablePicture = Omit<GivenPicture, "width" | "height"> & {
  readonly width?: number;
  readonly height?: number;
};

/**
 * Pictures of a table with columns of a file, a class and the box's left, top, right and bottom (or xmin, ymin, xmax, ymax),
 * whose pixels count from 0 and whose right and bottom are not in it any more; without names of columns in the order file,
 * left, top, right, bottom, class. Of a picture without objects the row has a file alone. A table of files and captions
 * has a caption in each row.
 *
 * @param oneBased  pixels count from 1, and right and bottom are the last ones in it, as in tables made of Pascal VOC
 * @param faults    is told of rows that are none
 * @throws DataError where it cannot be told which column is which
 */
export function tablePictures(
  rows: readonly (readonly string[])[],
  name: string,
  { oneBased, faults }: { oneBased: boolean; faults: AnnotationFault[] },
): TablePicture[] {
  const [head = []] = rows;
  const at = Object.fromEntries(
    Object.entries(usual).map(([what, names]) => [what, columnOf(head, name, undefined, names)]),
  ) as { [K in keyof typeof usual]: number };
  let hasHead = at.file >= 0;
  if (!hasHead && head.length === 6 && (head[1] === "" || isNumber(head[1])))
    Object.assign(at, { file: 0, left: 1, top: 2, right: 3, bottom: 4, class: 5 });
  else if (!hasHead && head.length === 2)
    Object.assign(at, { file: 0, caption: 1 }); // name.jpg#0<TAB>A sentence.
  else hasHead = true;
  const hasBoxes = sides.every((side) => at[side] >= 0) && at.class >= 0;
  if (at.file < 0 || (!hasBoxes && at.caption < 0))
    throw new DataError(
      `${name}: has the columns ${titles(head)}, expected those of a file, a class, and left, top, right and bottom; or of a file and a caption`,
    );
  const pictures = new Map<string, TablePicture & { objects: GivenObject[]; captions: string[] }>();
  for (const [i, row] of rows.slice(hasHead ? 1 : 0).entries()) {
    const place = `${name}, row ${i + (hasHead ? 2 : 1)}`;
    const cell = (what: keyof typeof usual): string => (row[at[what]] ?? "").trim();
    const file = at.caption >= 0 ? cell("file").replace(/#\d+$/, "") : cell("file");
    if (file === "") {
      faults.push({ place, why: "names no picture" });
      continue;
    }
    const size = ["width", "height"].map((side) => Number(cell(side as "width") || Number.NaN));
    const known = pictures.get(file) ?? {
      name: file,
      ...(size.every((n) => n > 0) ? { width: size[0], height: size[1] } : {}),
      objects: [],
      captions: [],
      place: name,
    };
    pictures.set(file, known);
    if (at.caption >= 0 && cell("caption") !== "") known.captions.push(cell("caption"));
    if (!hasBoxes) continue;
    const texts = sides.map(cell);
    if (cell("class") === "" && texts.every((text) => text === "")) continue; // a picture without objects
    const wrong = texts.find((text) => !isNumber(text));
    if (wrong !== undefined || cell("class") === "") {
      faults.push({
        place,
        why: wrong !== undefined ? `has the corner ${short(wrong)}, expected a number` : "names no class",
      });
      continue;
    }
    const [left, top, right, bottom] = texts.map(Number);
    const from = oneBased ? 1 : 0;
    const flag = (column: string) => {
      const c = head.findIndex((title) => title.trim().toLowerCase() === column);
      return hasHead && c >= 0 && /^(1|true)$/i.test((row[c] ?? "").trim());
    };
    known.objects.push({
      class: cell("class"),
      box: [top - from, left - from, bottom, right],
      ...(flag("difficult") ? { difficult: true } : {}),
      ...(flag("crowd") ? { crowd: true } : {}),
      place: `row ${i + (hasHead ? 2 : 1)}`,
    });
  }
  return [...pictures.values()].map(({ captions, ...picture }) =>
    captions.length > 0 ? { ...picture, captions } : picture,
  );
}

const isNumber = (text: string): boolean => text.trim() !== "" && Number.isFinite(Number(text));

/** The table of all boxes; pictures without objects have a row of their own. */
export function tableText({ pictures, classes }: Annotations): string {
  const rows: (string | number)[][] = [["file", "width", "height", "class", ...sides, "difficult", "crowd"]];
  for (const { name, width, height, objects } of pictures) {
    if (objects.length === 0) rows.push([name, width, height, "", "", "", "", "", "", ""]);
    for (const {
      label,
      box: [top, left, bottom, right],
      difficult,
      crowd,
    } of objects)
      rows.push([
        ...[name, width, height, classes[label], left, top, right, bottom],
        ...[difficult, crowd].map((is) => (is ? 1 : 0)),
      ]);
  }
  return asTable(rows);
}

/** The table of all captions; undefined where there are none. */
export function captionTable({ pictures }: Annotations): string | undefined {
  const rows = pictures.flatMap(({ name, captions = [] }) => captions.map((caption) => [name, caption]));
  return rows.length > 0 ? asTable([["file", "caption"], ...rows]) : undefined;
}

const asTable = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((row) => `${row.map((cell) => quoted(String(cell))).join(",")}\n`).join("");

const quoted = (text: string): string => (/[",;\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
