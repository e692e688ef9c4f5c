import { css, faint, ink, muted } from "../../formatting/inks.js";
import { count } from "../../formatting/numbers.js";
import { type Rgb, shadeOf } from "../../formatting/palettes.js";
import type { Picture } from "../../images/picture.js";
import { heading, headingHeight } from "./panel.js";
import { type Box, fittedText, image, rectangle, text, textWidth } from "./svg.js";

/** With more classes than this, cells are too small for names and counts. */
const mostNamed = 20;

/**
 * A confusion matrix as a heat map: right answers in blue by their share of the row, errors in red by the square
 * root of theirs relative to the largest, because few errors would hardly be seen otherwise.
 *
 * @param confusion  confusion[t][p]: how many pictures of class t were read as class p
 */
export function confusionPanel(
  box: Box,
  confusion: readonly (readonly number[])[],
  classes: readonly string[],
): string {
  const named = classes.length <= mostNamed;
  const labelSize = classes.length <= 12 ? 12 : 10;
  const widestName = named ? Math.max(...classes.map((name) => textWidth(name, labelSize))) : 0;
  const shortNames = widestName <= 18;
  const margin = named ? Math.min(92, widestName + 10) : 0;

  const left = box.x + 22 + margin;
  const top = box.y + headingHeight + 18 + (shortNames ? (named ? 16 : 4) : margin * 0.75);
  const edge = Math.min(box.x + box.width - left, box.y + box.height - top);
  const cell = edge / classes.length;
  const frame = { x: left, y: top, width: edge, height: edge };

  return (
    heading(box, "Confusion matrix", named ? "" : `${count(classes.length)} classes`) +
    text(left + edge / 2, box.y + headingHeight + 6, "predicted", {
      size: 12,
      colour: muted,
      anchor: "middle",
    }) +
    text(box.x + 12, top + edge / 2, "true", { size: 12, colour: muted, anchor: "middle", turned: -90 }) +
    (named ? cells(frame, confusion) : image(heatMap(confusion), frame)) +
    (named ? names(frame, classes, labelSize, margin, shortNames) : "") +
    rectangle(frame, { fill: "none", stroke: cell < 8 ? muted : faint })
  );
}

function cells({ x, y, width }: Box, confusion: readonly (readonly number[])[]): string {
  const cell = width / confusion.length;
  const shade = shades(confusion);
  const digits = Math.max(...confusion.flat().map((n) => String(n).length));
  const size = Math.min(12, (cell - 4) / (0.64 * digits)); // a digit of DejaVu Sans is 0.64 wide
  return confusion
    .flatMap((row, truth) =>
      row.map((n, predicted) => {
        const place = { x: x + predicted * cell, y: y + truth * cell, width: cell, height: cell };
        const { colour, strength } = shade(truth, predicted);
        const label = text(place.x + cell / 2, place.y + cell / 2 + size * 0.36, String(n), {
          size,
          colour: strength > 0.6 ? "#ffffff" : ink,
          anchor: "middle",
        });
        return rectangle(place, { fill: css(colour), stroke: "#edf0f2" }) + (n > 0 && size >= 6 ? label : "");
      }),
    )
    .join("");
}

function names(
  { x, y, width }: Box,
  classes: readonly string[],
  size: number,
  margin: number,
  shortNames: boolean,
): string {
  const cell = width / classes.length;
  return classes
    .map((name, index) => {
      const middle = (index + 0.5) * cell;
      const fitted = fittedText(name, margin - 8, size);
      const column = shortNames
        ? text(x + middle, y - 6, fitted, { size, anchor: "middle" })
        : text(x + middle + size * 0.2, y - 6, fitted, { size, turned: -45 });
      return text(x - 8, y + middle + size * 0.36, fitted, { size, anchor: "end" }) + column;
    })
    .join("");
}

/** A pixel for each cell, for more classes than cells can be drawn. */
function heatMap(confusion: readonly (readonly number[])[]): Picture {
  const shade = shades(confusion);
  const pixels = confusion.flatMap((row, truth) =>
    row.flatMap((_, predicted) => [...shade(truth, predicted).colour]),
  );
  return { width: confusion.length, height: confusion.length, channels: 3, pixels: Uint8Array.from(pixels) };
}

type Shade = (truth: number, predicted: number) => { colour: Rgb; strength: number };

function shades(confusion: readonly (readonly number[])[]): Shade {
  const shares = confusion.map((row) => {
    const total = row.reduce((sum, n) => sum + n, 0);
    return row.map((n) => (total === 0 ? 0 : n / total));
  });
  let largest = 0.05; // a handful of errors is not painted as a disaster
  for (const [truth, row] of shares.entries())
    for (const [predicted, share] of row.entries())
      if (predicted !== truth && share > largest) largest = share;
  return (truth, predicted) => {
    const share = shares[truth][predicted];
    if (truth === predicted) return { colour: shadeOf("blue", share), strength: share };
    const strength = Math.sqrt(share / largest);
    return { colour: shadeOf("red", strength), strength };
  };
}
