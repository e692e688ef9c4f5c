import type { Picture } from "../../images/picture.js";
import { renderSvg } from "../render.js";
import { element, image } from "../sheet/svg.js";
import { headingHeight, margin, page } from "./document.js";
import { colour } from "./marks.js";

interface At {
  readonly x: number;
  readonly y: number;
}

/**
 * Two photographs side by side with a line between the two places of each pair; the outline of the first where the
 * homography takes it in the second.
 */
export function renderMatches({
  title,
  subtitle,
  pictures: [first, second],
  pairs,
  outline,
}: {
  title: string;
  subtitle: string;
  pictures: readonly [Picture, Picture];
  pairs: readonly { from: At; to: At }[];
  outline?: readonly At[];
}): Promise<Uint8Array> {
  const gap = 16;
  const scale = Math.min(1500 / (first.width + second.width), 820 / Math.max(first.height, second.height), 4);
  const [top, right] = [headingHeight, margin + first.width * scale + gap];
  const size = {
    width: Math.max(480, Math.ceil(right + second.width * scale + margin)),
    height: Math.ceil(top + Math.max(first.height, second.height) * scale + margin),
  };
  const at = (left: number, { x, y }: At) => [left + (x + 0.5) * scale, top + (y + 0.5) * scale];
  const box = (left: number, { width, height }: Picture) => ({
    x: left,
    y: top,
    width: width * scale,
    height: height * scale,
  });
  const lines = pairs.map(({ from, to }, i) => {
    const [[x1, y1], [x2, y2]] = [at(margin, from), at(right, to)];
    const stroke = colour(i * 0.618);
    return (
      element("line", { x1, y1, x2, y2, stroke, "stroke-width": 1, "stroke-opacity": 0.75 }) +
      element("circle", { cx: x1, cy: y1, r: 2.5, fill: stroke }) +
      element("circle", { cx: x2, cy: y2, r: 2.5, fill: stroke })
    );
  });
  const frame = outline
    ? element("polygon", {
        points: outline
          .map((corner) =>
            at(right, corner)
              .map((v) => v.toFixed(1))
              .join(","),
          )
          .join(" "),
        fill: "none",
        stroke: "#d9730d",
        "stroke-width": 2.5,
      })
    : "";
  const content =
    image(first, box(margin, first)) + image(second, box(right, second)) + lines.join("") + frame;
  return renderSvg(page({ ...size, title, subtitle }, content));
}
