import { background, faint, muted } from "../../formatting/inks.js";
import { element, fittedText, line, rectangle, text } from "../sheet/svg.js";

/** Pixels from the edge to what is drawn, and of the heading at the top. */
export const margin = 32;
export const headingHeight = 88;

/** A page with a title and a line below it, to be rendered. */
export function page(
  { width, height, title, subtitle }: { width: number; height: number; title: string; subtitle: string },
  content: string,
): string {
  const room = width - 2 * margin;
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      "font-family": "DejaVu Sans, sans-serif",
    },
    rectangle({ x: 0, y: 0, width, height }, { fill: background }) +
      text(margin, 40, fittedText(title, room, 25), { size: 22, bold: true }) +
      text(margin, 62, fittedText(subtitle, room, 14), { size: 14, colour: muted }) +
      line(margin, 76, width - margin, 76, faint, 1.5) +
      content,
  );
}
