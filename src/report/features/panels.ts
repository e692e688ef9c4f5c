import { faint, muted } from "../../formatting/inks.js";
import type { Picture } from "../../images/picture.js";
import { renderSvg } from "../render.js";
import { type Box, fittedText, image, rectangle, text } from "../sheet/svg.js";
import { headingHeight, margin, page } from "./document.js";

/** A picture, what stands below it, and what is drawn over it. */
export interface Panel {
  caption: string;
  picture: Picture;
  /** SVG over the picture; pixel (x, y) of the picture lies at `place(x, y)`. */
  overlay?: (place: (x: number, y: number) => readonly [number, number], scale: number) => string;
}

const gap = 20;
const captionHeight = 34;

/**
 * Pictures side by side as a PNG file, in rows of so many, all scaled alike: small pictures are enlarged to squares
 * for pixels, large ones shrunk.
 */
export function renderPanels({
  title,
  subtitle,
  panels,
  columns = panels.length,
}: {
  title: string;
  subtitle: string;
  panels: readonly Panel[];
  columns?: number;
}): Promise<Uint8Array> {
  const [widest, highest] = [
    Math.max(...panels.map(({ picture }) => picture.width)),
    Math.max(...panels.map(({ picture }) => picture.height)),
  ];
  const room = (widest < 64 ? 200 : columns === 1 ? 1400 : columns === 2 ? 760 : 480) / widest;
  const scale = Math.min(room >= 2 ? Math.floor(room) : room, 900 / highest);
  const cellWidth = widest * scale + gap;
  const rowHeights = Array.from({ length: Math.ceil(panels.length / columns) }, (_, r) => {
    const row = panels.slice(r * columns, (r + 1) * columns);
    return Math.max(...row.map(({ picture }) => picture.height)) * scale + captionHeight;
  });
  const above = rowHeights.map((_, r) => rowHeights.slice(0, r).reduce((sum, h) => sum + h, headingHeight));
  const size = {
    width: Math.max(480, Math.ceil(columns * cellWidth - gap + 2 * margin)),
    height: Math.ceil(above[above.length - 1] + rowHeights[rowHeights.length - 1] + margin / 2),
  };
  const drawn = panels.map(({ caption, picture, overlay }, i) => {
    const box: Box = {
      x: margin + (i % columns) * cellWidth,
      y: above[Math.floor(i / columns)],
      width: picture.width * scale,
      height: picture.height * scale,
    };
    // Whole numbers are the middles of pixels.
    const place = (x: number, y: number) => [box.x + (x + 0.5) * scale, box.y + (y + 0.5) * scale] as const;
    return (
      image(picture, box) +
      rectangle(box, { fill: "none", stroke: faint }) +
      (overlay?.(place, scale) ?? "") +
      text(box.x, box.y + box.height + 20, fittedText(caption, cellWidth - gap, 13), { colour: muted })
    );
  });
  return renderSvg(page({ ...size, title, subtitle }, drawn.join("")));
}
