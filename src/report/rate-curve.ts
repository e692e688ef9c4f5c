import { background, blue, faint, ink, muted, orange, paleBlue } from "../formatting/inks.js";
import { significant } from "../formatting/numbers.js";
import { renderSvg } from "./render.js";
import { linearScale, logScale, spansDecades } from "./sheet/scales.js";
import { type Box, curve, dot, element, fittedText, line, rectangle, text, textWidth } from "./sheet/svg.js";

/** The course of a learning-rate range test. */
export interface RateCurve {
  /** Model and data, "lenet5 on digits". */
  title: string;
  points: readonly { lr: number; loss: number; smoothed: number }[];
  /** Where the smoothed loss falls fastest; nothing is marked where there is none. */
  suggestion: number | null;
}

const [width, height] = [900, 560];

/** Loss over learning rate as an SVG document of 900×560: each step in pale, smoothed in strong, the suggestion marked. */
export function rateCurveSvg({ title, points, suggestion }: RateCurve): string {
  const plot: Box = { x: 84, y: 96, width: width - 84 - 36, height: height - 96 - 76 };
  const shown = points.filter(({ loss, smoothed }) => Number.isFinite(loss) && Number.isFinite(smoothed));
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
      text(plot.x, 44, "Learning rate", { size: 22, bold: true }) +
      text(plot.x, 68, fittedText(title, plot.width, 14), { size: 14, colour: muted }) +
      (shown.length === 0
        ? text(plot.x, plot.y + 20, "No step was made.", { colour: muted })
        : drawn(plot, shown, suggestion)),
  );
}

/** The curve as a PNG file. */
export const renderRateCurve = (input: RateCurve): Promise<Uint8Array> => renderSvg(rateCurveSvg(input));

function drawn(plot: Box, points: RateCurve["points"], suggestion: number | null): string {
  const [right, bottom] = [plot.x + plot.width, plot.y + plot.height];
  const across = logScale([points[0].lr, points[points.length - 1].lr], [plot.x, right], { most: 10 });
  const [low, high] = heightOf(points);
  const up = (spansDecades(low, high) ? logScale : linearScale)([low, high], [bottom, plot.y]);
  const at = (lr: number, loss: number): [number, number] => [
    across.at(lr),
    up.at(Math.min(high, Math.max(low, loss))),
  ];
  const label = { size: 12, colour: muted } as const;
  const grid = up.ticks.map(
    (tick) =>
      line(plot.x, up.at(tick.value), right, up.at(tick.value), faint) +
      text(plot.x - 8, up.at(tick.value) + 4, tick.label, { ...label, anchor: "end" }),
  );
  const ticks = across.ticks.map(
    (tick) =>
      line(across.at(tick.value), bottom, across.at(tick.value), bottom + 5, muted) +
      text(across.at(tick.value), bottom + 20, tick.label, { ...label, anchor: "middle" }),
  );
  return (
    grid.join("") +
    ticks.join("") +
    line(plot.x, bottom, right, bottom, muted) +
    text(plot.x + plot.width / 2, bottom + 44, "learning rate, logarithmic", { ...label, anchor: "middle" }) +
    text(plot.x - 60, plot.y + plot.height / 2, "training loss", {
      ...label,
      anchor: "middle",
      turned: -90,
    }) +
    curve(
      points.map(({ lr, loss }) => at(lr, loss)),
      paleBlue,
      1,
    ) +
    curve(
      points.map(({ lr, smoothed }) => at(lr, smoothed)),
      blue,
      2.5,
    ) +
    mark(plot, points, suggestion, at) +
    legend(right)
  );
}

/** What the lines are, at the right of the title. */
function legend(right: number): string {
  const [size, y] = [12, 44];
  let x = right;
  return [["each step", paleBlue, 1.5] as const, ["smoothed over steps", blue, 2.5] as const]
    .map(([label, colour, thickness]) => {
      x -= textWidth(label, size);
      const words = text(x, y, label, { size });
      x -= 26;
      const sample = line(x, y - 4, x + 20, y - 4, colour, thickness);
      x -= 16;
      return words + sample;
    })
    .join("");
}

/**
 * The fall of the smoothed loss fills most of the height, and a little of its rise behind it: where it gets out of hand it
 * leaves the plot, or the fall could not be seen. A step that leaps out is cut off.
 */
function heightOf(points: RateCurve["points"]): [low: number, high: number] {
  const values = points.map(({ smoothed }) => smoothed);
  const low = Math.min(...values);
  const before = Math.max(...values.slice(0, values.indexOf(low) + 1));
  const most = Math.max(...values);
  const high = before > low ? Math.min(most, before + 0.5 * (before - low)) : most;
  const room = (high - low) * 0.05;
  return [low - room > 0 ? low - room : low, high + room];
}

function mark(
  plot: Box,
  points: RateCurve["points"],
  suggestion: number | null,
  at: (lr: number, loss: number) => [number, number],
): string {
  const point = points.find(({ lr }) => lr === suggestion);
  if (!point) return "";
  const [x, y] = at(point.lr, point.smoothed);
  const words = `${significant(point.lr)}: the loss falls fastest`;
  const isLeft = x - 4 + textWidth(words, 13) > plot.x + plot.width;
  return (
    line(x, plot.y, x, plot.y + plot.height, orange) +
    dot([x, y], orange, 5) +
    text(isLeft ? x + 4 : x - 4, plot.y - 10, words, { colour: ink, anchor: isLeft ? "end" : "start" })
  );
}
