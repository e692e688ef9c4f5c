import { muted } from "../../formatting/inks.js";
import { type Box, fittedText, text, textWidth } from "./svg.js";

/** Size of a panel's heading. */
const headingSize = 16;

/** Pixels that the heading takes at the top of a panel. */
export const headingHeight = 34;

/** The heading of a panel and, behind it where there is room, a remark in a smaller grey. */
export function heading({ x, y, width }: Box, title: string, remark = ""): string {
  const bold = 1.12; // bold letters are wider than the measured ones
  const shown = fittedText(title, width / bold, headingSize);
  const after = x + textWidth(shown, headingSize) * bold + (shown === "" ? 0 : 12);
  const room = x + width - after;
  return (
    text(x, y + headingSize, shown, { size: headingSize, bold: true }) +
    (remark && room > 40
      ? text(after, y + headingSize, fittedText(remark, room, 13), { size: 13, colour: muted })
      : "")
  );
}
