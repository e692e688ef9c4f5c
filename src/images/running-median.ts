/**
 * The median (of an even number, the upper one) of what lies within so many pixels along both axes of each pixel, less at the
 * borders. One histogram, over the ranks of all values, moves along each row: only the columns that come and go are counted.
 *
 * Huang, Yang, Tang: A Fast Two-Dimensional Median Filtering Algorithm, IEEE Trans. ASSP 27, 1979.
 */
export function runningMedian(
  { width, height, values }: { width: number; height: number; values: Float32Array },
  reach: number,
): Float32Array {
  const sorted = values.slice().sort();
  const ranks = ranksIn(sorted, values);
  const medians = new Float32Array(values.length);
  for (let i = 0; i < height; i++) {
    const top = Math.max(0, i - reach);
    const bottom = Math.min(height - 1, i + reach);
    const histogram = new Int32Array(values.length);
    // How many lie in the window, how many of them below `rank`, which moves to the median's.
    let count = 0;
    let below = 0;
    let rank = 0;
    const changeColumn = (j: number, by: 1 | -1) => {
      for (let y = top; y <= bottom; y++) {
        const at = ranks[y * width + j];
        histogram[at] += by;
        if (at < rank) below += by;
      }
      count += by * (bottom - top + 1);
    };
    for (let j = 0; j < Math.min(reach, width); j++) changeColumn(j, 1);
    for (let j = 0; j < width; j++) {
      if (j + reach < width) changeColumn(j + reach, 1);
      if (j - reach > 0) changeColumn(j - reach - 1, -1);
      const wanted = count >> 1;
      while (below > wanted) below -= histogram[--rank];
      while (below + histogram[rank] <= wanted) below += histogram[rank++];
      medians[i * width + j] = sorted[rank];
    }
  }
  return medians;
}

/** The place of the first of its kind, for each value. */
function ranksIn(sorted: Float32Array, values: Float32Array): Int32Array {
  const ranks = new Int32Array(values.length);
  for (let at = 0; at < values.length; at++) {
    let low = 0;
    let high = sorted.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] < values[at]) low = middle + 1;
      else high = middle;
    }
    ranks[at] = low;
  }
  return ranks;
}
