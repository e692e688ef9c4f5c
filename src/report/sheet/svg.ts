import { ink } from "../../formatting/inks.js";
import { encodePng } from "../../images/encode-png.js";
import type { Picture } from "../../images/picture.js";
import { drawable } from "./characters.js";

/** Pieces of SVG as strings. Coordinates are pixels of the sheet, y downwards. */

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** One element; attributes that are undefined are left out, numbers are rounded to hundredths. */
export function element(name: string, attributes: Attributes, content = ""): string {
  const list = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? rounded(value) : escaped(value!)}"`);
  return content === "" ? `<${name}${list.join("")}/>` : `<${name}${list.join("")}>${content}</${name}>`;
}

/** A whole drawing. */
export const document = ({ width, height }: { width: number; height: number }, content: string): string =>
  element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      "font-family": "DejaVu Sans, sans-serif",
    },
    content,
  );

export interface TextStyle {
  size?: number;
  colour?: string;
  bold?: boolean;
  /** Which point of the text lies at x. */
  anchor?: "start" | "middle" | "end";
  /** Degrees, clockwise about (x, y). */
  turned?: number;
}

/** Text on the baseline y. */
export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { size = 13, colour = ink, bold = false, anchor = "start", turned } = style;
  return element(
    "text",
    {
      x,
      y,
      "font-size": size,
      fill: colour,
      "font-weight": bold ? "bold" : undefined,
      "text-anchor": anchor === "start" ? undefined : anchor,
      transform: turned === undefined ? undefined : `rotate(${turned} ${rounded(x)} ${rounded(y)})`,
    },
    escaped(drawable(content)),
  );
}

export const rectangle = ({ x, y, width, height }: Box, attributes: Attributes): string =>
  element("rect", { x, y, width, height, ...attributes });

export const line = (x1: number, y1: number, x2: number, y2: number, stroke: string, width = 1): string =>
  element("line", { x1, y1, x2, y2, stroke, "stroke-width": width });

/** A line through the points; a single point becomes a dot. */
export function curve(points: readonly (readonly [number, number])[], stroke: string, width: number): string {
  if (points.length === 0) return "";
  if (points.length === 1) return dot(points[0], stroke, Math.max(2.5, width));
  return element("polyline", {
    points: points.map(([x, y]) => `${rounded(x)},${rounded(y)}`).join(" "),
    fill: "none",
    stroke,
    "stroke-width": width,
    "stroke-linejoin": "round",
    "stroke-linecap": "round",
  });
}

export const dot = ([cx, cy]: readonly [number, number], fill: string, r: number): string =>
  element("circle", { cx, cy, r, fill });

/** A picture filling the box; enlarged pixels stay squares, large pictures are smoothed. */
export function image(picture: Picture, { x, y, width, height }: Box): string {
  const enlarged = picture.width <= width && picture.height <= height;
  return element("image", {
    x,
    y,
    width,
    height,
    preserveAspectRatio: "none",
    "image-rendering": enlarged ? "optimizeSpeed" : "optimizeQuality",
    href: `data:image/png;base64,${Buffer.from(encodePng(picture)).toString("base64")}`,
  });
}

/** Width of a text in DejaVu Sans, in pixels, so that it can be fitted without a renderer. */
export function textWidth(content: string, size: number): number {
  let width = 0;
  for (const letter of content) {
    const code = letter.codePointAt(0)!;
    width += advances[code - 32] ?? (code < 0x2e80 ? 80 : 100); // from there on letters are as wide as they are high
  }
  return (width * size) / 100;
}

/** The text, cut and ended with an ellipsis where it is wider than `width` pixels. */
export function fittedText(content: string, width: number, size: number): string {
  if (textWidth(content, size) <= width) return content;
  // As people count them: flags and accented letters are several characters each.
  const letters = Array.from(new Intl.Segmenter().segment(content), ({ segment }) => segment);
  while (letters.length > 0 && textWidth(`${letters.join("")}…`, size) > width) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}

/** The text in lines of at most `width` pixels, the last of at most `most` lines cut where there is more. */
export function wrappedText(content: string, width: number, size: number, most = 3): string[] {
  const lines: string[] = [];
  let rest = content.split(" ");
  while (rest.length > 0 && lines.length < most - 1) {
    let taken = 1;
    while (taken < rest.length && textWidth(rest.slice(0, taken + 1).join(" "), size) <= width) taken++;
    lines.push(fittedText(rest.slice(0, taken).join(" "), width, size));
    rest = rest.slice(taken);
  }
  return rest.length > 0 ? [...lines, fittedText(rest.join(" "), width, size)] : lines;
}

/** Advance widths of DejaVu Sans from space to tilde, in hundredths of the size (the font's hmtx table). */
// biome-ignore format: a table
const advances = [
  32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84,
  84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63, 61, 73, 68, 99, 69, 61,
  69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59,
  82, 59, 59, 52, 64, 34, 64, 84,
];

function rounded(value: number): string {
  // Asserted here, at the one place all numbers pass: a NaN would make the renderer drop the element in silence.
  if (!Number.isFinite(value)) throw new RangeError(`svg: ${value} is no coordinate`);
  return String(Math.round(value * 100) / 100);
}

/** Also without the characters that XML does not allow: controls, halves of a pair, unassigned ones. */
const escaped = (content: string) =>
  content
    .replace(/[\p{Cc}\p{Cs}\p{Cn}]/gu, "\ufffd")
    .replace(/[&<>"]/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[letter]!);
