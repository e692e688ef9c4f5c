/** Ink apart from paper, where light falls unevenly: gradients, a lamp's vignette, the shadow of a hand. */
import { resample } from "./resample.js";

/** Brightness, or amount of ink, 0..255. */
export interface Grey {
  width: number;
  height: number;
  values: Float32Array;
}

/**
 * Whether ink is darker than paper. Every pixel is compared with the median around it, which is paper, as strokes are
 * narrower than what lies between them: what stands out the most is ink, and light that falls unevenly does not. In small
 * pictures, cut out as MNIST's are, strokes fill too much for that: ink is dark there if the border is brighter than the
 * mean of the whole.
 */
export function isDarkOnLight(grey: Grey): boolean {
  if (Math.max(grey.width, grey.height) <= smallEdge) {
    const border = borderOf(grey).sort((a, b) => a - b);
    return (
      border[border.length >> 1] > grey.values.reduce((sum, value) => sum + value, 0) / grey.values.length
    );
  }
  const { width, height, values } = thumbnail(grey, 64);
  const reach = Math.max(1, Math.round(Math.max(width, height) / 8));
  let balance = 0;
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) {
      const around: number[] = [];
      for (let y = Math.max(0, i - reach); y <= Math.min(height - 1, i + reach); y++)
        for (let x = Math.max(0, j - reach); x <= Math.min(width - 1, j + reach); x++)
          around.push(values[y * width + x]);
      around.sort((a, b) => a - b);
      const rest = values[i * width + j] - around[around.length >> 1];
      balance += Math.sign(rest) * Math.max(0, Math.abs(rest) - faint);
    }
  return balance < 0;
}

const smallEdge = 40;

/** What stands out by less is the light itself. */
const faint = 12;

function borderOf({ width, height, values }: Grey): number[] {
  const rim = Math.max(1, Math.round(Math.min(width, height) / 25));
  const border: number[] = [];
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++)
      if (i < rim || i >= height - rim || j < rim || j >= width - rim) border.push(values[i * width + j]);
  return border;
}

/**
 * How much brighter each pixel is than the paper around it, where ink is brighter than paper: the picture less its opening
 * (the greatest of the least values around each pixel), which passes over strokes but follows the light.
 * Serra: Image Analysis and Mathematical Morphology, 1982, top-hat transform.
 */
export function aboveThePaper(grey: Grey): Grey {
  const small = thumbnail(grey, 100);
  // Strokes of up to a quarter of the picture are passed over.
  const reach = Math.max(2, Math.round(Math.max(small.width, small.height) / 8));
  const floor = smoothed(extreme(extreme(small, reach, Math.min), reach, Math.max));
  const paper = resample(floor.values, { ...floor, channels: 1 }, grey);
  return { ...grey, values: grey.values.map((value, i) => Math.max(0, value - paper[i])) };
}

function thumbnail(grey: Grey, edge: number): Grey {
  const scale = edge / Math.max(grey.width, grey.height);
  if (scale >= 1) return grey;
  const width = Math.max(1, Math.round(grey.width * scale));
  const height = Math.max(1, Math.round(grey.height * scale));
  return { width, height, values: resample(grey.values, { ...grey, channels: 1 }, { height, width }) };
}

/** The least or greatest value within so many pixels along both axes. */
function extreme({ width, height, values }: Grey, reach: number, of: (a: number, b: number) => number): Grey {
  const along = (from: Float32Array, length: number, step: number, lines: number, lineStep: number) => {
    const to = new Float32Array(from.length);
    for (let line = 0; line < lines; line++)
      for (let k = 0; k < length; k++) {
        let best = from[line * lineStep + k * step];
        for (let t = Math.max(0, k - reach); t <= Math.min(length - 1, k + reach); t++)
          best = of(best, from[line * lineStep + t * step]);
        to[line * lineStep + k * step] = best;
      }
    return to;
  };
  const rows = along(values, width, 1, height, width);
  return { width, height, values: along(rows, height, width, width, 1) };
}

/** Mean of 3×3 pixels. */
export function smoothed({ width, height, values }: Grey): Grey {
  const to = new Float32Array(values.length);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) {
      let [sum, count] = [0, 0];
      for (let a = Math.max(0, i - 1); a <= Math.min(height - 1, i + 1); a++)
        for (let b = Math.max(0, j - 1); b <= Math.min(width - 1, j + 1); b++) {
          sum += values[a * width + b];
          count++;
        }
      to[i * width + j] = sum / count;
    }
  return { width, height, values: to };
}
