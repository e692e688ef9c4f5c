import { faint, muted } from "../../formatting/inks.js";
import { count, significant } from "../../formatting/numbers.js";
import { diverging } from "../../formatting/palettes.js";
import type { Picture } from "../../images/picture.js";
import { heading, headingHeight } from "./panel.js";
import { type Box, image, rectangle, text } from "./svg.js";

/** The filters of a convolution: kH×kW×Cin×Cout values in this order. */
export interface SheetFilters {
  /** The layer's name, "conv1". */
  layer: string;
  shape: readonly [height: number, width: number, channels: number, filters: number];
  values: ArrayLike<number>;
}

/** More tiles would be too small to be seen. */
const mostTiles = 64;

/**
 * Filters as enlarged tiles, all on one scale, so that a filter that stayed near zero looks pale. On three channels
 * they are pictures in red, green and blue with zero as middle grey; otherwise the mean over the channels is shown,
 * negative in blue, positive in red, zero in white.
 */
export function filtersPanel(box: Box, { layer, shape, values }: SheetFilters): string {
  const [height, width, channels, filters] = shape;
  const shown = Math.min(filters, mostTiles);
  const planes = channels === 3 ? 3 : 1;
  const tileValues = Array.from({ length: shown }, (_, f) => tile(values, shape, f, planes));
  const largest = Math.max(...tileValues.map((tile) => Math.max(...tile.map(Math.abs))), 1e-12);

  const captionHeight = 52;
  const area: Box = {
    ...box,
    y: box.y + headingHeight,
    height: box.height - headingHeight - captionHeight,
  };
  const { columns, edge } = grid(shown, area, width / height);
  const [tileWidth, tileHeight] =
    width >= height ? [edge, (edge * height) / width] : [(edge * width) / height, edge];
  const gap = gapFor(edge);
  const tiles = tileValues.map((values, f) => {
    const place = {
      x: area.x + (f % columns) * (tileWidth + gap),
      y: area.y + Math.floor(f / columns) * (tileHeight + gap),
      width: tileWidth,
      height: tileHeight,
    };
    const picture: Picture = { width, height, channels: 3, pixels: pixelsOf(values, planes, largest) };
    return image(picture, place) + rectangle(place, { fill: "none", stroke: "#c9d0d6" });
  });

  const rows = Math.ceil(shown / columns);
  const bottom = area.y + rows * (tileHeight + gap) - gap;
  const remark = `${shape.join("×")}${shown < filters ? `, the first ${shown} of ${count(filters)}` : ""}`;
  return (
    heading(box, `Filters of ${layer}`, remark) +
    tiles.join("") +
    scaleBar(area.x, bottom + 16, Math.min(220, area.width), planes, largest) +
    (channels === 1 || channels === 3
      ? ""
      : text(area.x + 240, bottom + 26, `mean of ${channels} channels`, { size: 12, colour: muted }))
  );
}

/** The filter's values, kH·kW·planes: its three channels, or the mean over all. */
function tile(
  values: ArrayLike<number>,
  [height, width, channels, filters]: SheetFilters["shape"],
  filter: number,
  planes: 1 | 3,
): number[] {
  const tile: number[] = [];
  for (let at = 0; at < height * width; at++) {
    const weights = Array.from(
      { length: channels },
      (_, c) => values[(at * channels + c) * filters + filter],
    );
    const finite = weights.map((w) => (Number.isFinite(w) ? w : 0));
    if (planes === 3) tile.push(...finite);
    else tile.push(finite.reduce((sum, w) => sum + w, 0) / channels);
  }
  return tile;
}

function pixelsOf(values: readonly number[], planes: 1 | 3, largest: number): Uint8Array {
  if (planes === 3) return Uint8Array.from(values, (value) => Math.round(127.5 * (1 + value / largest)));
  return Uint8Array.from(values.flatMap((value) => [...diverging(value / largest)]));
}

/**
 * The number of columns that gives the largest tiles, or slightly smaller ones where that fills every row;
 * `edge` is a tile's longer side.
 */
function grid(tiles: number, { width, height }: Box, aspect: number): { columns: number; edge: number } {
  const [across, down] = aspect >= 1 ? [1, 1 / aspect] : [aspect, 1];
  let best = { columns: 1, edge: 0, worth: 0 };
  for (let columns = 1; columns <= tiles; columns++) {
    const rows = Math.ceil(tiles / columns);
    const edgeFor = (gap: number) =>
      Math.min(
        (width - gap * (columns - 1)) / columns / across,
        (height - gap * (rows - 1)) / rows / down,
        140,
      );
    const edge = edgeFor(gapFor(edgeFor(0)));
    const worth = tiles % columns === 0 ? edge * 1.2 : edge;
    if (worth > best.worth) best = { columns, edge, worth };
  }
  return best;
}

const gapFor = (edge: number) => (edge > 80 ? 12 : edge > 40 ? 8 : 5);

/** The colours from the most negative weight to the most positive. */
function scaleBar(x: number, y: number, width: number, planes: 1 | 3, largest: number): string {
  const steps = 101;
  const values = Array.from({ length: steps }, (_, i) => (2 * i) / (steps - 1) - 1);
  const pixels =
    planes === 3
      ? values.flatMap((v) => Array(3).fill(Math.round(127.5 * (1 + v))))
      : values.flatMap((v) => [...diverging(v)]);
  const strip: Picture = { width: steps, height: 1, channels: 3, pixels: Uint8Array.from(pixels) };
  const place = { x, y, width, height: 10 };
  const label = (at: number, content: string, anchor: "start" | "middle" | "end") =>
    text(at, y + 26, content, { size: 12, colour: muted, anchor });
  return (
    image(strip, place) +
    rectangle(place, { fill: "none", stroke: faint }) +
    label(x, `−${significant(largest)}`, "start") +
    label(x + width / 2, "0", "middle") +
    label(x + width, significant(largest), "end")
  );
}
