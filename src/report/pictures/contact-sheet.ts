/** Many pictures on one sheet, in sections, each with its words: what a method has found, as a PNG a person can read. */

import { background, css, faint, muted } from "../../formatting/inks.js";
import type { Rgb } from "../../formatting/palettes.js";
import type { Picture } from "../../images/picture.js";
import { renderSvg } from "../render.js";
import { heading, headingHeight } from "../sheet/panel.js";
import {
  type Box,
  document,
  element,
  fittedText,
  image,
  line,
  rectangle,
  text,
  wrappedText,
} from "../sheet/svg.js";
import { type ColourScale, scaleBar, scaleHeight, scaleLine, scaleLineWidth } from "./colour-scale.js";

export interface Tile {
  picture: Picture;
  /** A line or two below it. */
  caption?: string | readonly [string, string];
  /** What its colours mean. */
  scale?: ColourScale;
  /** What colours mean that stand for names: below the caption, a line for each. */
  legend?: readonly { colour: Rgb; text: string }[];
  /** Drawn on it, in pixels of the picture. */
  box?: { top: number; left: number; height: number; width: number };
}

export interface Section {
  title: string;
  remark?: string;
  tiles: readonly Tile[];
  /** What the colours of all its tiles mean. */
  scale?: ColourScale;
  /** Tiles in a row; as many as look well if left out. */
  columns?: number;
  /** The longer edge of a tile, at most. */
  edge?: number;
}

export interface ContactSheet {
  title: string;
  subtitle?: string;
  sections: readonly Section[];
}

const width = 1400;
const margin = 48;

/** An SVG document 1400 wide and as high as it needs to be. */
export function contactSheetSvg({ title, subtitle = "", sections }: ContactSheet): string {
  const inner = width - 2 * margin;
  const below = wrappedText(subtitle, inner, 15);
  const rule = 112 + 19 * Math.max(0, below.length - 1);
  const head =
    text(margin, 66, fittedText(title, inner, 28), { size: 26, bold: true }) +
    below.map((words, n) => text(margin, 92 + 19 * n, words, { size: 14, colour: muted })).join("") +
    line(margin, rule, width - margin, rule, faint, 1.5);
  let y = rule + 20;
  const drawn = sections.map((section) => {
    const { content, height } = drawSection({ x: margin, y, width: inner, height: 0 }, section);
    y += height + 26;
    return content;
  });
  const height = y + 10;
  return document(
    { width, height },
    rectangle({ x: 0, y: 0, width, height }, { fill: background }) + head + drawn.join(""),
  );
}

export const renderContactSheet = (sheet: ContactSheet): Promise<Uint8Array> =>
  renderSvg(contactSheetSvg(sheet));

function drawSection(
  box: Box,
  { title, remark, tiles, columns, edge, scale }: Section,
): { content: string; height: number } {
  const lines = Math.max(
    0,
    ...tiles.map(
      ({ caption, legend = [] }) => (caption === undefined ? 0 : linesOf(caption).length) + legend.length,
    ),
  );
  const barHeight = tiles.some((tile) => tile.scale) ? scaleHeight : 0;
  const captionHeight = (lines === 0 ? 0 : 6 + 14 * lines) + barHeight;
  const across = columns ?? columnsFor(tiles, box.width, edge);
  const gap = across > 20 ? 4 : across > 12 ? 7 : 12;
  const cell = Math.min((box.width - gap * (across - 1)) / across, edge ?? 220);
  // A row is as high as its highest picture.
  const isHeaded = title !== "" || scale !== undefined;
  const lineWidth = scale ? scaleLineWidth(scale) + 24 : 0;
  let y = box.y + (isHeaded ? headingHeight : 0);
  let content =
    (isHeaded ? heading({ ...box, width: box.width - lineWidth }, title, remark) : "") +
    (scale ? scaleLine({ right: box.x + box.width, y: box.y + 14 }, scale) : "");
  for (let first = 0; first < tiles.length; first += across) {
    const row = tiles.slice(first, first + across);
    const heights = row.map(({ picture }) => sizeIn(picture, cell).height);
    const highest = Math.max(...heights);
    row.forEach((tile, k) => {
      content += drawTile(tile, { x: box.x + k * (cell + gap), y, width: cell, height: highest }, barHeight);
    });
    y += highest + captionHeight + gap;
  }
  return { content, height: y - gap - box.y };
}

function drawTile(
  { picture, caption, legend = [], box, scale: bar }: Tile,
  cell: Box,
  barHeight: number,
): string {
  const { width: w, height: h } = sizeIn(picture, cell.width);
  const frame = { x: cell.x, y: cell.y, width: w, height: h };
  const scale = w / picture.width;
  const marked = box
    ? element("rect", {
        x: frame.x + box.left * scale,
        y: frame.y + box.top * scale,
        width: box.width * scale,
        height: box.height * scale,
        fill: "none",
        stroke: "#ffd400",
        "stroke-width": 2,
      })
    : "";
  const words = caption === undefined ? [] : linesOf(caption);
  const baseline = (n: number) => cell.y + cell.height + (bar ? barHeight : 0) + 15 + 14 * n;
  return (
    image(picture, frame) +
    rectangle(frame, { fill: "none", stroke: "#c9d0d6" }) +
    marked +
    (bar
      ? scaleBar(
          { x: cell.x, y: cell.y + cell.height + 7, width: Math.max(w, Math.min(cell.width, 120)) },
          bar,
        )
      : "") +
    words
      .map((content, n) =>
        text(cell.x, baseline(n), fittedText(content, cell.width, 11), {
          size: 11,
          colour: n === 0 ? undefined : muted,
        }),
      )
      .join("") +
    legend
      .map(({ colour, text: name }, n) => {
        const y = baseline(words.length + n);
        return (
          rectangle({ x: cell.x, y: y - 9, width: 10, height: 10 }, { fill: css(colour) }) +
          text(cell.x + 16, y, fittedText(name, cell.width - 16, 11), { size: 11, colour: muted })
        );
      })
      .join("")
  );
}

const linesOf = (caption: NonNullable<Tile["caption"]>): readonly string[] =>
  typeof caption === "string" ? [caption] : caption;

/** As large as the cell allows, in the picture's own proportions. */
function sizeIn({ width: w, height: h }: Picture, edge: number): { width: number; height: number } {
  const scale = edge / Math.max(w, h);
  return { width: w * scale, height: h * scale };
}

/** A number of columns that fills rows evenly where it can. */
function columnsFor(tiles: readonly Tile[], room: number, edge = 220): number {
  const least = Math.max(1, Math.floor(room / (edge + 12)));
  const count = tiles.length;
  if (count <= least) return Math.max(count, Math.min(least, 5));
  for (const columns of [8, 16, 10, 12, 20, 24, 32])
    if (columns >= least && count % columns === 0 && count / columns <= 16) return columns;
  return count > 160 ? 24 : count > 60 ? 16 : Math.max(least, 10);
}
