import { findInk, type Ink } from "./find-ink.js";
import { lengthOf } from "./ink-parts.js";
import { amountOf, borderIsGreat, type Contrast, inkContrast, type Plane } from "./paper.js";
import { brightness, type Picture } from "./picture.js";
import { type Region, resample } from "./resample.js";

/** Edge of an MNIST picture, and of the box into which its digit was scaled. */
const edge = 28;
const box = 20;

/**
 * A picture of one digit as MNIST would show it: 28×28×1, light ink on black, the digit's longer side 20 pixels,
 * its centre of mass in the middle. Takes scans, photographs, drawings, any size, dark on light or light on dark.
 *
 * A picture that already has 28×28 pixels is only made grey and, where it is dark on light, inverted.
 * A picture without ink comes back black; of several digits the clearest one does.
 *
 * Light may fall unevenly, paper may be ruled, a thumb or a table may be seen at the border: see `inkContrast` and `findInk`.
 *
 * LeCun, Cortes, Burges: The MNIST database, on how the digits were size-normalised and centred.
 */
export function prepareDigit(picture: Picture): Picture {
  return findDigit(picture).digit ?? asPicture(new Float32Array(edge * edge));
}

/** How many digits there are, and the clearest of them. */
export interface FoundDigit {
  readonly digits: number;
  readonly digit?: Picture;
}

/**
 * The same, or the reason why not.
 *
 * @param lines  whether it must be the line of a pen, so that a thumb is none; what is not a digit may have any form
 */
export function findDigit(picture: Picture, { lines = true } = {}): FoundDigit {
  if (picture.width === edge && picture.height === edge) return asItIs(picture);
  const whole = { top: 0, left: 0, width: picture.width, height: picture.height };
  const { contrast, ink, place } = search(picture, whole, lines);
  if (!ink || !place) return { digits: 0 };
  // What is small in a large picture is looked at from nearby.
  const near = around(place, picture);
  const closer =
    near.width * 2 < picture.width && near.height * 2 < picture.height
      ? search(picture, near, lines)
      : undefined;
  const shown = closer?.ink ? { contrast: closer.contrast, ink: closer.ink } : { contrast, ink };
  return { digits: ink.digits, digit: shownAsMnist(shown.contrast, shown.ink) };
}

/** A digit's strokes as MNIST would show them. */
export const shownAsMnist = (contrast: Contrast, ink: Pick<Ink, "parts" | "strokes">): Picture =>
  asPicture(centred(fitted(cutOut(contrast, ink))));

function asItIs(picture: Picture): FoundDigit {
  const grey: Plane = { width: edge, height: edge, values: brightness(picture) };
  const [least, greatest] = [Math.min(...grey.values), Math.max(...grey.values)];
  // Less, between the darkest and the brightest, is noise or an artefact of compression.
  if (greatest - least < 16) return { digits: 0 };
  return {
    digits: 1,
    digit: asPicture(borderIsGreat(grey) ? grey.values.map((value) => 255 - value) : grey.values),
  };
}

/** More pixels at the longer side hold only noise and cost time. */
const longest = 640;

/** The ink in a region, and where in the picture it lies. */
function search(
  picture: Picture,
  region: Region,
  lines: boolean,
): { contrast: Contrast; ink?: Ink; place?: Region } {
  const contrast = inkContrast(picture, region, longest);
  const ink = findInk(contrast, { lines });
  if (!ink) return { contrast };
  const { top, left, bottom, right } = boundsOf(ink);
  const scale = region.width / contrast.width;
  return {
    contrast,
    ink,
    place: {
      top: region.top + top * scale,
      left: region.left + left * scale,
      height: (bottom - top + 1) * scale,
      width: (right - left + 1) * scale,
    },
  };
}

/** With as much paper on each side as the digit is long. */
function around({ top, left, height, width }: Region, picture: Picture): Region {
  const margin = Math.max(height, width);
  const [first, last] = [Math.max(0, top - margin), Math.min(picture.height, top + height + margin)];
  const [west, east] = [Math.max(0, left - margin), Math.min(picture.width, left + width + margin)];
  return { top: first, left: west, height: last - first, width: east - west };
}

const boundsOf = ({ strokes }: Pick<Ink, "strokes">) => ({
  top: Math.min(...strokes.map(({ top }) => top)),
  left: Math.min(...strokes.map(({ left }) => left)),
  bottom: Math.max(...strokes.map(({ bottom }) => bottom)),
  right: Math.max(...strokes.map(({ right }) => right)),
});

/**
 * The strokes at their bounding box, from 0 to 255. Up to a quarter of full ink is paper, from three quarters on
 * is full ink: that evens out the paper and keeps soft edges, which reach a little beyond the strokes' own pixels.
 */
function cutOut(
  { width, height, values, isDark }: Contrast,
  { parts, strokes }: Pick<Ink, "parts" | "strokes">,
): Plane {
  const { top, left, bottom, right } = boundsOf({ strokes });
  const labels = new Set(strokes.map(({ label }) => label));
  let [sum, count] = [0, 0];
  for (let at = 0; at < values.length; at++)
    if (labels.has(parts.labels[at])) {
      sum += amountOf(values[at], isDark);
      count++;
    }
  const full = sum / count;
  const cut: Plane = { width: right - left + 1, height: bottom - top + 1, values: new Float32Array(0) };
  cut.values = new Float32Array(cut.width * cut.height);
  const soft = Math.max(1, Math.round(lengthOf(strokes[0]) / 50));
  const isStroke = (i: number, j: number) => {
    for (let y = Math.max(0, i - soft); y <= Math.min(height - 1, i + soft); y++)
      for (let x = Math.max(0, j - soft); x <= Math.min(width - 1, j + soft); x++)
        if (labels.has(parts.labels[y * width + x])) return true;
    return false;
  };
  for (let i = 0; i < cut.height; i++)
    for (let j = 0; j < cut.width; j++) {
      const at = (top + i) * width + left + j;
      const value = ((amountOf(values[at], isDark) / full - 0.25) / 0.5) * 255;
      if (value <= 0 || (parts.labels[at] && !labels.has(parts.labels[at])) || !isStroke(top + i, left + j))
        continue;
      cut.values[i * cut.width + j] = Math.min(value, 255);
    }
  return cut;
}

/** Scaled so that the longer side has 20 pixels; thin strokes are first thickened to MNIST's, about 2 of these. */
function fitted(ink: Plane): Plane {
  const scale = box / Math.max(ink.width, ink.height);
  const missing = 2 / scale - strokeWidth(ink);
  // Below 1.5 pixels; only where shrinking: a small picture's strokes are as thick as its pixels allow.
  const source = scale < 1 && missing * scale > 0.5 ? thickened(ink, Math.round(missing / 2)) : ink;
  const sourceScale = box / Math.max(source.width, source.height);
  const width = Math.max(1, Math.round(source.width * sourceScale));
  const height = Math.max(1, Math.round(source.height * sourceScale));
  const values = resample(source.values, { ...source, channels: 1 }, { height, width });
  const brightest = values.reduce((a, b) => Math.max(a, b), 1);
  return { width, height, values: values.map((value) => (value / brightest) * 255) };
}

/** Mean width of the strokes in pixels: a long stroke of width s has s pixels and two edges for each of its length. */
function strokeWidth({ width, height, values }: Plane): number {
  const isInk = (i: number, j: number) =>
    i >= 0 && i < height && j >= 0 && j < width && values[i * width + j] >= 128;
  let [area, rim] = [0, 0];
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) {
      if (!isInk(i, j)) continue;
      area++;
      for (const [y, x] of [
        [i - 1, j],
        [i + 1, j],
        [i, j - 1],
        [i, j + 1],
      ])
        if (!isInk(y, x)) rim++;
    }
  return rim === 0 ? 0 : (2 * area) / rim;
}

/** Every pixel becomes the greatest within `radius` of it; the picture grows by the radius on each side. */
function thickened(ink: Plane, radius: number): Plane {
  const width = ink.width + 2 * radius;
  const height = ink.height + 2 * radius;
  const values = new Float32Array(width * height);
  for (let i = 0; i < ink.height; i++)
    for (let j = 0; j < ink.width; j++) {
      const value = ink.values[i * ink.width + j];
      if (value === 0) continue;
      for (let a = -radius; a <= radius; a++)
        for (let b = -radius; b <= radius; b++) {
          if (a * a + b * b > radius * radius) continue;
          const at = (i + radius + a) * width + j + radius + b;
          if (value > values[at]) values[at] = value;
        }
    }
  return { width, height, values };
}

/**
 * In a 28×28 field, shifted by whole pixels so that nothing is cut off and the centre of mass lies in pixel (14, 14),
 * counted from 0: there it lies in every picture of MNIST, half a pixel right of and below the exact middle.
 */
function centred({ width, height, values }: Plane): Float32Array {
  let [mass, x, y] = [0, 0, 0];
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) {
      const value = values[i * width + j];
      mass += value;
      y += value * i;
      x += value * j;
    }
  const top = Math.min(Math.max(Math.round(edge / 2 - y / mass), 0), edge - height);
  const left = Math.min(Math.max(Math.round(edge / 2 - x / mass), 0), edge - width);
  const field = new Float32Array(edge * edge);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) field[(top + i) * edge + left + j] = values[i * width + j];
  return field;
}

const asPicture = (values: Float32Array): Picture => ({
  width: edge,
  height: edge,
  channels: 1,
  pixels: Uint8Array.from(values, Math.round),
});
