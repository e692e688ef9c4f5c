/** What is drawn over pictures: keypoints, boxes, pairs. */
import { element, text } from "../sheet/svg.js";
import { hue } from "./shades.js";

type Place = (x: number, y: number) => readonly [number, number];

interface MarkedKeypoint {
  readonly x: number;
  readonly y: number;
  readonly sigma: number;
  readonly angle: number;
}

/** Each as a circle of three times its blur, half of a descriptor's inner cells, with a line in its direction. */
export function keypointMarks(keypoints: readonly MarkedKeypoint[]): (place: Place, scale: number) => string {
  return (place, scale) =>
    keypoints
      .map(({ x, y, sigma, angle }) => {
        const [cx, cy] = place(x, y);
        const r = Math.max(2, 3 * sigma * scale);
        const stroke = colour(angle / (2 * Math.PI));
        const ends = { x1: cx, y1: cy, x2: cx + r * Math.cos(angle), y2: cy + r * Math.sin(angle) };
        const style = { fill: "none", stroke, "stroke-width": 1.3 };
        return element("circle", { cx, cy, r, ...style }) + element("line", { ...ends, ...style });
      })
      .join("");
}

/** Frames with a label above them. */
export function boxMarks(
  boxes: readonly { x: number; y: number; width: number; height: number; label: string }[],
): (place: Place, scale: number) => string {
  return (place, scale) =>
    boxes
      .map(({ x, y, width, height, label }) => {
        const [left, top] = place(x - 0.5, y - 0.5);
        const frame = { x: left, y: top, width: width * scale, height: height * scale };
        return (
          element("rect", { ...frame, fill: "none", stroke: "#ffffff", "stroke-width": 4 }) +
          element("rect", { ...frame, fill: "none", stroke: "#d9730d", "stroke-width": 2 }) +
          element("rect", {
            x: left,
            y: top - 18,
            width: 8.2 * label.length + 8,
            height: 18,
            fill: "#d9730d",
          }) +
          text(left + 4, top - 5, label, { size: 12, colour: "#ffffff", bold: true })
        );
      })
      .join("");
}

/** A colour of its own for each of many: a turn round the colours in steps that do not come back. */
export const colour = (turn: number): string => {
  const [r, g, b] = hue(turn);
  return `rgb(${[r, g, b].map((v) => Math.round(40 + 200 * v)).join(",")})`;
};
