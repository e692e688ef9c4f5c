import type { Picture } from "../../images/picture.js";
import { heading, headingHeight } from "./panel.js";
import { type Box, fittedText, image, rectangle, text } from "./svg.js";

/** The same pictures as they are, or as something made them again. */
export interface SheetRow {
  label: string;
  pictures: readonly Picture[];
}

const labelWidth = 120;

/** Rows of pictures, one below the other, so that each stands under what it was made from. */
export function reconstructionsPanel(box: Box, rows: readonly SheetRow[]): string {
  const columns = Math.max(1, ...rows.map(({ pictures }) => pictures.length));
  const cell = {
    width: (box.width - labelWidth) / columns,
    height: (box.height - headingHeight) / Math.max(1, rows.length),
  };
  const edge = Math.min(cell.width, cell.height) - 8;
  const drawn = rows.map(({ label, pictures }, r) => {
    const y = box.y + headingHeight + r * cell.height;
    const frames = pictures.map((picture, c) => {
      const frame = { x: box.x + labelWidth + c * cell.width, y, width: edge, height: edge };
      return image(picture, frame) + rectangle(frame, { fill: "none", stroke: "#c9d0d6" });
    });
    return (
      text(box.x, y + edge / 2 + 5, fittedText(label, labelWidth - 12, 14), { size: 14 }) + frames.join("")
    );
  });
  return heading(box, "Pictures made again", "the first test picture of each class") + drawn.join("");
}
