/** Pascal VOC: an XML file for each picture, whose pixels count from 1 and whose boxes end with their last pixel. */
import { DataError } from "../../data/dataset.js";
import { short } from "../words/quoted.js";
import type { AnnotatedPicture, AnnotationFault, GivenObject, GivenPicture } from "./annotated.js";
import { shortest } from "./shortest.js";
import type { Element } from "./xml.js";

const kept = ["pose", "truncated", "occluded"];

/**
 * The picture of an annotation file. Its box (xmin, ymin, xmax, ymax) is read as left xmin − 1, top ymin − 1, right xmax,
 * bottom ymax.
 *
 * @param faults    is told of boxes that are none
 * @param sizeOf    asks the picture itself where the file does not say how large it is, or says 0
 * @throws DataError where there is no such annotation
 * Everingham, Winn: The PASCAL Visual Object Classes Challenge 2012 Development Kit, section 11.
 */
export async function vocPicture(
  root: Element,
  place: string,
  faults: AnnotationFault[],
  sizeOf?: (name: string) => Promise<{ width: number; height: number } | undefined>,
): Promise<GivenPicture> {
  if (root.name !== "annotation")
    throw new DataError(`${place}: is <${root.name}>, expected <annotation> of Pascal VOC`);
  const size = child(root, "size");
  const name = textOf(root, "filename") || place.replace(/\.xml$/i, "");
  let [width, height] = ["width", "height"].map((side) => Number(textOf(size, side) || 0));
  const seen = width === 0 || height === 0 ? await sizeOf?.(name) : undefined;
  if (seen) ({ width, height } = seen);
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0))
    throw new DataError(
      `${place}: does not say how large its picture is (<size> with <width> and <height>, whole numbers from 1 on)`,
    );
  const objects: GivenObject[] = [];
  let count = 0;
  for (const object of root.children) {
    if (object.name !== "object") continue;
    count++;
    const found = vocObject(object);
    if ("why" in found) faults.push({ place: `${place}, box ${count}`, why: found.why });
    else objects.push({ ...found, place: `box ${count}` });
  }
  return { name, width, height, objects, place };
}

function vocObject(object: Element): GivenObject | { why: string } {
  const name = textOf(object, "name");
  if (!name) return { why: "has no <name>" };
  const bounds = child(object, "bndbox");
  if (!bounds) return { why: "has no <bndbox>" };
  const sides: number[] = [];
  for (const side of ["xmin", "ymin", "xmax", "ymax"]) {
    const text = textOf(bounds, side);
    const number = text ? Number(text) : Number.NaN;
    if (!Number.isFinite(number))
      return { why: `has the ${side} ${short(text ?? "")}, expected a number of pixels` };
    sides.push(number);
  }
  const [xmin, ymin, xmax, ymax] = sides;
  const said = `xmin ${xmin}, ymin ${ymin}, xmax ${xmax}, ymax ${ymax}`;
  const [width, height] = [xmax - xmin + 1, ymax - ymin + 1];
  if (width < 0 || height < 0) return { why: `is inverted: ${said}` };
  // Where both corners are the same, somebody has clicked; nothing that is seen is a single pixel.
  if (width === 0 || height === 0 || (width === 1 && height === 1)) return { why: `has no area: ${said}` };
  const attributes = Object.fromEntries(
    kept.flatMap((attribute) => {
      const text = textOf(object, attribute);
      return text ? [[attribute, text]] : [];
    }),
  );
  return {
    class: name,
    box: [ymin - 1, xmin - 1, ymax, xmax],
    ...(/^(1|true)$/i.test(textOf(object, "difficult") ?? "") ? { difficult: true } : {}),
    ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
  };
}

const child = (element: Element | undefined, name: string): Element | undefined =>
  element?.children.find((one) => one.name === name);
const textOf = (element: Element | undefined, name: string): string | undefined => child(element, name)?.text;

/**
 * The annotation file of a picture.
 * @throws DataError where a box is a single pixel: read again it would have no area
 */
export function vocText(
  { name, width, height, objects }: AnnotatedPicture,
  classes: readonly string[],
): string {
  const lines = [
    "<annotation>",
    `\t<filename>${escaped(name)}</filename>`,
    `\t<size><width>${width}</width><height>${height}</height><depth>3</depth></size>`,
  ];
  objects.forEach(({ label, box: [top, left, bottom, right], difficult, attributes = {} }, i) => {
    const [xmin, ymin] = [left, top].map((from) => shortest(from + 1, from, (written) => written - 1));
    if (xmin === right && ymin === bottom)
      throw new DataError(
        `${name}, box ${i + 1} is a single pixel, which Pascal VOC cannot tell from a box without area`,
      );
    lines.push(
      "\t<object>",
      `\t\t<name>${escaped(classes[label])}</name>`,
      ...Object.entries(attributes).map(([key, value]) => `\t\t<${key}>${escaped(value)}</${key}>`),
      `\t\t<difficult>${difficult ? 1 : 0}</difficult>`,
      `\t\t<bndbox><xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${right}</xmax><ymax>${bottom}</ymax></bndbox>`,
      "\t</object>",
    );
  });
  return `${[...lines, "</annotation>"].join("\n")}\n`;
}

const escaped = (text: string): string =>
  text.replace(/[&<>]/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[letter]!);
