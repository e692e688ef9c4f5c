import { blue, faint, green, ink, muted, orange, red } from "../../formatting/inks.js";
import { renderSvg } from "../render.js";
import { linearScale, logScale } from "../sheet/scales.js";
import { curve, dot, line, text, textWidth } from "../sheet/svg.js";
import { headingHeight, margin, page } from "./document.js";

export interface LearningCurve {
  readonly name: string;
  /** Training pictures, and the share of test pictures read rightly after them. */
  readonly points: readonly {
    readonly images: number;
    readonly accuracy: number;
    readonly seconds: number;
  }[];
}

const colours = [orange, blue, green, red];

/** Accuracy, and beside it time, against the number of training pictures, both axes of pictures logarithmic. */
export function renderLearningCurves({
  title,
  subtitle,
  curves,
}: {
  title: string;
  subtitle: string;
  curves: readonly LearningCurve[];
}): Promise<Uint8Array> {
  const size = { width: 1300, height: 560 };
  const plotHeight = size.height - headingHeight - 110;
  const left = plot(
    { x: margin + 56, y: headingHeight + 40, width: 600, height: plotHeight },
    curves.map(({ points }) => points.map(({ images, accuracy }) => [images, 100 * (1 - accuracy)] as const)),
    "test pictures read wrongly, %",
  );
  const right = plot(
    { x: margin + 56 + 600 + 90, y: headingHeight + 40, width: 450, height: plotHeight },
    curves.map(({ points }) => points.map(({ images, seconds }) => [images, seconds] as const)),
    "seconds of training",
  );
  let x = margin + 56;
  const legend = curves.map(({ name }, i) => {
    const entry =
      line(x, headingHeight + 16, x + 24, headingHeight + 16, colours[i], 3) +
      text(x + 32, headingHeight + 21, name, { colour: ink });
    x += 32 + textWidth(name, 13) + 28;
    return entry;
  });
  return renderSvg(page({ ...size, title, subtitle }, legend.join("") + left + right));
}

function plot(
  box: { x: number; y: number; width: number; height: number },
  lists: readonly (readonly (readonly [number, number])[])[],
  title: string,
): string {
  const all = lists.flat();
  const least = (values: number[]) => Math.max(1e-3, Math.min(...values));
  const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)];
  const across = logScale([least(xs), Math.max(...xs)], [box.x, box.x + box.width]);
  const range = [box.y + box.height, box.y] as const;
  const [low, high] = [least(ys), Math.max(...ys)];
  const up = high / low > 5 ? logScale([low * 0.9, high * 1.1], range) : linearScale([0, high * 1.05], range);
  const label = { size: 12, colour: muted } as const;
  const bottom = box.y + box.height;
  return (
    up.ticks
      .map(
        ({ value, label: content }) =>
          line(box.x, up.at(value), box.x + box.width, up.at(value), faint) +
          text(box.x - 8, up.at(value) + 4, content, { ...label, anchor: "end" }),
      )
      .join("") +
    across.ticks
      .map(
        ({ value, label: content }) =>
          line(across.at(value), bottom, across.at(value), bottom + 5, muted) +
          text(across.at(value), bottom + 20, content, { ...label, anchor: "middle" }),
      )
      .join("") +
    line(box.x, bottom, box.x + box.width, bottom, muted) +
    text(box.x + box.width / 2, bottom + 42, "training pictures", { ...label, anchor: "middle" }) +
    text(box.x - 44, box.y + box.height / 2, title, { ...label, anchor: "middle", turned: -90 }) +
    lists
      .map((points, i) => {
        const places = points.map(([x, y]) => [across.at(x), up.at(Math.max(y, low))] as const);
        return curve(places, colours[i], 2.2) + places.map((place) => dot(place, colours[i], 3.5)).join("");
      })
      .join("")
  );
}
