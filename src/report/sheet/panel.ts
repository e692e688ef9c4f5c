import { muted } from "./colours.js";
import { type Box, fittedText, text, textWidth } from "./svg.js";

/** Size of a panel's heading. */
const headingSize = 16;

/** Pixels that the heading takes at the top of a panel. */
export const headingHeight = 34;

/** The heading of a panel and, behind it, a remark in a smaller grey. */
export function heading({ x, y, width }: Box, title: string, remark = ""): string {
  const after = x + textWidth(title, headingSize) * 1.12 + 12; // bold letters are wider than the measured ones
  const note = fittedText(remark, x + width - after, 13);
  return (
    text(x, y + headingSize, title, { size: headingSize, bold: true }) +
    (remark ? text(after, y + headingSize, note, { size: 13, colour: muted }) : "")
  );
}
