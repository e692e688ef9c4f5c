import { aboveThePaper, type Grey, isDarkOnLight, smoothed } from "./paper.js";
import { brightness, type Picture } from "./picture.js";
import { resample } from "./resample.js";

/** Edge of an MNIST picture, and of the box into which its digit was scaled. */
const edge = 28;
const box = 20;

/**
 * A picture of one digit as MNIST would show it: 28×28×1, light ink on black, the digit's longer side 20 pixels,
 * its centre of mass in the middle. Takes scans, photographs, drawings, any size, dark on light or light on dark.
 *
 * A picture that already has 28×28 pixels is only made grey and, where it is dark on light, inverted.
 * A picture without ink comes back black.
 *
 * Light may fall unevenly: ink is what stands out of the paper around it, see `isDarkOnLight` and `aboveThePaper`.
 *
 * LeCun, Cortes, Burges: The MNIST database, on how the digits were size-normalised and centred.
 */
export function prepareDigit(picture: Picture): Picture {
  return findDigit(picture) ?? asPicture(new Float32Array(edge * edge));
}

/** The same, or undefined where no ink stands out of the paper. */
export function findDigit(picture: Picture): Picture | undefined {
  const grey: Grey = { width: picture.width, height: picture.height, values: brightness(picture) };
  if (isDarkOnLight(grey)) for (let i = 0; i < grey.values.length; i++) grey.values[i] = 255 - grey.values[i];
  if (grey.width === edge && grey.height === edge)
    return contrastOf(grey.values) < leastContrast ? undefined : asPicture(grey.values);
  const ink = inkOf(aboveThePaper(shrunk(grey)));
  return ink && asPicture(centred(fitted(ink)));
}

/** Less, between the darkest and the brightest, is noise or a compression artefact. */
const leastContrast = 16;

const contrastOf = (values: Float32Array): number =>
  values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b));

/** At most 400 pixels at the longer side: more holds only noise and costs time. */
function shrunk(grey: Grey): Grey {
  const scale = 400 / Math.max(grey.width, grey.height);
  if (scale >= 1) return grey;
  const width = Math.max(1, Math.round(grey.width * scale));
  const height = Math.max(1, Math.round(grey.height * scale));
  return { width, height, values: resample(grey.values, { ...grey, channels: 1 }, { height, width }) };
}

/**
 * The ink without paper and specks, cut out at its bounding box; undefined where there is none.
 *
 * Otsu's threshold splits the pixels into paper and ink. Values up to a quarter of the way from the paper's mean
 * to the ink's are paper, from three quarters on they are full ink: that evens out the paper and keeps soft edges.
 */
function inkOf({ width, height, values }: Grey): Grey | undefined {
  // Noise would split strokes and make specks: the mask is that of the smoothed picture, the values are its own.
  const even = Math.max(width, height) > 100 ? smoothed({ width, height, values }).values : values;
  const { threshold, paper, ink } = otsu(even);
  if (ink - paper < leastContrast) return undefined;
  const strokes = largeParts(width, height, (at) => even[at] > threshold);

  let [top, left, bottom, right] = [height, width, -1, -1];
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++)
      if (strokes[i * width + j]) {
        [top, bottom] = [Math.min(top, i), Math.max(bottom, i)];
        [left, right] = [Math.min(left, j), Math.max(right, j)];
      }
  const cut: Grey = { width: right - left + 1, height: bottom - top + 1, values: new Float32Array(0) };
  cut.values = new Float32Array(cut.width * cut.height);
  const dark = paper + (ink - paper) / 4;
  for (let i = 0; i < cut.height; i++)
    for (let j = 0; j < cut.width; j++) {
      const at = (top + i) * width + left + j;
      const value = ((values[at] - dark) / ((ink - paper) / 2)) * 255;
      // A speck's pixels are paper; the soft edge of a stroke, below the threshold, is not a speck.
      const isSpeck = values[at] > threshold && !strokes[at];
      cut.values[i * cut.width + j] = isSpeck ? 0 : Math.min(Math.max(value, 0), 255);
    }
  return cut;
}

/**
 * The threshold that splits values into two classes of the greatest variance between them, and the classes' means.
 * Otsu: A Threshold Selection Method from Gray-Level Histograms, IEEE Trans. SMC 9, 1979.
 */
function otsu(values: Float32Array): { threshold: number; paper: number; ink: number } {
  const histogram = new Float64Array(256);
  let total = 0;
  for (const value of values) {
    const level = Math.round(value);
    histogram[level]++;
    total += level;
  }
  const best = { threshold: 255, paper: total / values.length, ink: total / values.length };
  let [greatest, below, sumBelow] = [0, 0, 0];
  for (let level = 0; level < 255; level++) {
    below += histogram[level];
    sumBelow += level * histogram[level];
    const above = values.length - below;
    if (below === 0 || above === 0) continue;
    const paper = sumBelow / below;
    const ink = (total - sumBelow) / above;
    const between = below * above * (ink - paper) ** 2;
    if (between > greatest) {
      greatest = between;
      Object.assign(best, { threshold: level + 0.5, paper, ink });
    }
  }
  return best;
}

/**
 * The connected parts (over eight neighbours) that have at least a twentieth of the largest one's pixels:
 * a digit may be written in several strokes, a speck of dust or a row of noise is smaller.
 */
function largeParts(width: number, height: number, isInk: (at: number) => boolean): Uint8Array {
  const part = new Int32Array(width * height); // 0: not visited or no ink
  const sizes = [0];
  for (let start = 0; start < part.length; start++) {
    if (part[start] || !isInk(start)) continue;
    const label = sizes.length;
    sizes.push(0);
    part[start] = label;
    const stack = [start];
    while (stack.length > 0) {
      const at = stack.pop()!;
      sizes[label]++;
      const [i, j] = [Math.floor(at / width), at % width];
      for (let y = Math.max(0, i - 1); y <= Math.min(height - 1, i + 1); y++)
        for (let x = Math.max(0, j - 1); x <= Math.min(width - 1, j + 1); x++) {
          const next = y * width + x;
          if (part[next] || !isInk(next)) continue;
          part[next] = label;
          stack.push(next);
        }
    }
  }
  const least = sizes.reduce((largest, size) => Math.max(largest, size), 0) / 20;
  return Uint8Array.from(part, (label) => (label > 0 && sizes[label] >= least ? 1 : 0));
}

/** Scaled so that the longer side has 20 pixels; thin strokes are first thickened to MNIST's, about 2 of these. */
function fitted(ink: Grey): Grey {
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
function strokeWidth({ width, height, values }: Grey): number {
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
function thickened(ink: Grey, radius: number): Grey {
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
function centred({ width, height, values }: Grey): Float32Array {
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
