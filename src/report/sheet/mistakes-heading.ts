import { muted } from "../../formatting/inks.js";
import { count } from "../../formatting/numbers.js";
import { heading, headingHeight } from "./panel.js";
import { type Box, text } from "./svg.js";

/**
 * What stands above mistakes: how many of them are shown.
 *
 * @param which  those that are shown where there are more: "the surest"
 * @param none   what is said where there is none to show
 */
export function mistakesHeading(
  box: Box,
  {
    shown,
    total,
    which = "the surest",
    none,
  }: { shown: number; total: number; which?: string; none: string },
): string {
  const remark =
    shown === 0 || total === 1 ? "" : shown < total ? `${which} of ${count(total)}` : `all ${total}`;
  const head = heading(box, total === 1 ? "The only mistake" : "Worst mistakes", remark);
  if (shown > 0) return head;
  return head + text(box.x, box.y + headingHeight + 18, none, { size: 14, colour: muted });
}
