/**
 * Resize by separable resampling: along an axis that shrinks each new pixel is the mean of the area it covers
 * (nothing is skipped, so thin strokes stay), along an axis that grows it is interpolated linearly.
 *
 * @param values  height·width·channels, channels last
 * @param region  the part to take, in pixels of the source; fractions are allowed
 * @returns       newHeight·newWidth·channels
 */
export function resample(
  values: ArrayLike<number>,
  size: { height: number; width: number; channels: number },
  target: { height: number; width: number },
  region: Region = { top: 0, left: 0, height: size.height, width: size.width },
): Float32Array {
  const { channels } = size;
  const columns = taps(size.width, region.left, region.width, target.width);
  const rows = taps(size.height, region.top, region.height, target.height);

  const narrow = new Float32Array(size.height * target.width * channels);
  for (let i = 0; i < size.height; i++)
    for (let j = 0; j < target.width; j++) {
      const { first, weights } = columns[j];
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let t = 0; t < weights.length; t++)
          sum += weights[t] * values[(i * size.width + first + t) * channels + c];
        narrow[(i * target.width + j) * channels + c] = sum;
      }
    }

  const rowLength = target.width * channels;
  const result = new Float32Array(target.height * rowLength);
  for (let i = 0; i < target.height; i++) {
    const { first, weights } = rows[i];
    for (let t = 0; t < weights.length; t++)
      for (let j = 0; j < rowLength; j++)
        result[i * rowLength + j] += weights[t] * narrow[(first + t) * rowLength + j];
  }
  return result;
}

export interface Region {
  top: number;
  left: number;
  height: number;
  width: number;
}

/** The source pixels that make up one new pixel: `weights[t]` belongs to pixel `first + t`; they sum to 1. */
interface Taps {
  first: number;
  weights: number[];
}

function taps(length: number, start: number, extent: number, newLength: number): Taps[] {
  const step = extent / newLength;
  return Array.from({ length: newLength }, (_, i) => {
    const [low, high] = [start + i * step, start + (i + 1) * step];
    return step > 1 ? coverage(length, low, high) : linear(length, (low + high) / 2);
  });
}

/** Each pixel counts by the share of low..high that it covers. */
function coverage(length: number, low: number, high: number): Taps {
  const first = clamp(Math.floor(low), length);
  const last = clamp(Math.ceil(high) - 1, length);
  const shares = Array.from({ length: last - first + 1 }, (_, t) =>
    Math.max(0, Math.min(high, first + t + 1) - Math.max(low, first + t)),
  );
  const total = shares.reduce((sum, share) => sum + share, 0);
  return { first, weights: shares.map((share) => share / total) };
}

/** Between the two pixels whose centres enclose the point; beyond the outermost centres their value goes on. */
function linear(length: number, centre: number): Taps {
  const position = Math.min(Math.max(centre - 0.5, 0), length - 1);
  const first = Math.floor(position);
  const share = position - first;
  return share === 0 ? { first, weights: [1] } : { first, weights: [1 - share, share] };
}

const clamp = (index: number, length: number) => Math.min(Math.max(index, 0), length - 1);
