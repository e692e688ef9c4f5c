/** What the colours of a map mean: a bar with the numbers at its ends, and their unit. */

import { css, muted } from "../../formatting/inks.js";
import { minus, significant } from "../../formatting/numbers.js";
import { diverging, heat, type Rgb } from "../../formatting/palettes.js";
import { fittedText, rectangle, text, textWidth } from "../sheet/svg.js";

export interface ColourScale {
  /** The colour of a share of the way from the lowest value to the highest. */
  readonly colour: (share: number) => Rgb;
  readonly range: readonly [low: number, high: number];
  readonly unit: string;
  /** Ends beyond which there are values too: they have the colour of the end. */
  readonly beyond?: "above" | "both";
}

type Ends = Pick<ColourScale, "range" | "unit" | "beyond">;

export const heatScale = (ends: Ends): ColourScale => ({ ...ends, colour: heat });
export const signedScale = (ends: Ends): ColourScale => ({
  ...ends,
  colour: (share) => diverging(2 * share - 1),
});
/** Of pictures in colours, in which zero is the middle grey. */
export const greyScale = (ends: Ends): ColourScale => ({
  ...ends,
  colour: (share) => [255 * share, 255 * share, 255 * share].map(Math.round) as unknown as Rgb,
});

const [barHeight, steps, size] = [9, 48, 10.5];

/** Pixels that a bar takes, with what stands below it. */
export const scaleHeight = 40;

/** A bar of this width: its numbers below it, below them their unit. */
export function scaleBar(
  { x, y, width }: { x: number; y: number; width: number },
  scale: ColourScale,
): string {
  const [low, high] = labels(scale);
  const below = { size, colour: muted } as const;
  const [from, to] = scale.range;
  const zero = from < 0 && to > 0 ? x + (width * -from) / (to - from) : undefined;
  const isFree =
    zero !== undefined &&
    zero - x > textWidth(low, size) + 10 &&
    x + width - zero > textWidth(high, size) + 10;
  return (
    colours({ x, y, width }, scale) +
    text(x, y + barHeight + 12, low, below) +
    (isFree ? text(zero, y + barHeight + 12, "0", { ...below, anchor: "middle" }) : "") +
    text(x + width, y + barHeight + 12, high, { ...below, anchor: "end" }) +
    text(x, y + barHeight + 25, fittedText(scale.unit, width, size), below)
  );
}

/** The same in a line, its numbers left and right of it, ending at `right`. */
export function scaleLine({ right, y }: { right: number; y: number }, scale: ColourScale): string {
  const [low, high] = labels(scale);
  const style = { size: 12, colour: muted } as const;
  const ending = `${high} ${scale.unit}`;
  const bar = { x: right - textWidth(ending, 12) - 8 - lineBar, y: y - barHeight, width: lineBar };
  return (
    text(bar.x - 8, y, low, { ...style, anchor: "end" }) +
    colours(bar, scale) +
    text(right, y, ending, { ...style, anchor: "end" })
  );
}

/** Pixels that a line takes. */
export function scaleLineWidth(scale: ColourScale): number {
  const [low, high] = labels(scale);
  return textWidth(`${low}${high} ${scale.unit}`, 12) + 16 + lineBar;
}

const lineBar = 160;

const colours = ({ x, y, width }: { x: number; y: number; width: number }, { colour }: ColourScale): string =>
  Array.from({ length: steps }, (_, i) =>
    rectangle(
      // A little wider than its share: no light between them.
      { x: x + (i * width) / steps, y, width: width / steps + (i < steps - 1 ? 0.6 : 0), height: barHeight },
      { fill: css(colour((i + 0.5) / steps)) },
    ),
  ).join("") + rectangle({ x, y, width, height: barHeight }, { fill: "none", stroke: "#c9d0d6" });

function labels({ range: [low, high], beyond }: ColourScale): [string, string] {
  const signed = (value: number) => minus(significant(value));
  return [`${beyond === "both" ? "≤ " : ""}${signed(low)}`, `${beyond ? "≥ " : ""}${signed(high)}`];
}
