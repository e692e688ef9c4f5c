import { background, faint, muted } from "../../formatting/inks.js";
import { type Box, document, fittedText, line, rectangle, text } from "./svg.js";

const width = 1400;
const height = 1000;
const margin = 48;
const gap = 60;
const leftWidth = 400;
const right = { x: margin + leftWidth + gap, width: width - 2 * margin - leftWidth - gap };

const rows = { upper: { y: 148, height: 372 }, lower: { y: 566, height: 396 } };
const columns = {
  left: { x: margin, width: leftWidth },
  right,
  full: { x: margin, width: width - 2 * margin },
};

/** The places of a sheet's panels. */
export const place = (row: keyof typeof rows, column: keyof typeof columns): Box => ({
  ...rows[row],
  ...columns[column],
});

/** What stands at the top: what was trained, and the one figure that it came to. */
export interface PageHead {
  title: string;
  subtitle: string;
  figure: string;
  caption: string;
}

/** A sheet as an SVG document of 1400×1000. */
export function page(head: PageHead, panels: readonly string[]): string {
  return document(
    { width, height },
    rectangle({ x: 0, y: 0, width, height }, { fill: background }) + header(head) + panels.join(""),
  );
}

function header({ title, subtitle, figure, caption }: PageHead): string {
  const end = width - margin;
  return (
    text(margin, 72, fittedText(title, 920, 31), { size: 28, bold: true }) +
    text(margin, 100, fittedText(subtitle, 900, 15), { size: 15, colour: muted }) +
    text(end, 72, figure, { size: 28, bold: true, anchor: "end" }) +
    text(end, 100, caption, { size: 15, colour: muted, anchor: "end" }) +
    line(margin, 122, end, 122, faint, 1.5)
  );
}
