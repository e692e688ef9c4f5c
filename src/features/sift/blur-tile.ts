/** The levels of a tile and the extrema of their differences, in plain loops. */

export interface TileShape {
  /** Of a level: the tile and its margin. */
  readonly width: number;
  readonly height: number;
  readonly margin: number;
  /** Blurs that lead from the source to level 0 (none where it is the source) and from each level to the next. */
  readonly first: Float64Array | undefined;
  readonly steps: readonly Float64Array[];
  /** Least size of a difference that may be an extremum. */
  readonly threshold: number;
}

export interface BlurredTile {
  readonly levels: Float32Array[];
  readonly extrema: Uint8Array;
}

export interface Source {
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
}

/**
 * @param source  the tile, its margin, and around them what the blurs take away: it is used up
 */
export async function blurTile(source: Source, shape: TileShape): Promise<BlurredTile> {
  let picture = source;
  if (shape.first) picture = blurred(picture, shape.first);
  const levels = [cropped(picture, shape)];
  for (const step of shape.steps) {
    picture = blurred(picture, step);
    levels.push(cropped(picture, shape));
  }
  return { levels, extrema: extremaOf(levels, shape) };
}

/** Along columns, then along rows; each takes a profile's reach away on both sides. */
function blurred({ values, width, height }: Source, weights: Float64Array): Source {
  const taken = weights.length - 1;
  const [w, h] = [width - taken, height - taken];
  const row = new Float64Array(width);
  const result = new Float32Array(w * h);
  for (let i = 0; i < h; i++) {
    row.fill(0);
    for (let t = 0; t < weights.length; t++) {
      const [weight, at] = [weights[t], (i + t) * width];
      for (let j = 0; j < width; j++) row[j] += weight * values[at + j];
    }
    for (let j = 0; j < w; j++) {
      let sum = 0;
      for (let t = 0; t < weights.length; t++) sum += weights[t] * row[j + t];
      result[i * w + j] = sum;
    }
  }
  return { values: result, width: w, height: h };
}

/** The middle of the picture, of a level's size. */
function cropped(picture: Source, { width, height }: TileShape): Float32Array {
  const result = new Float32Array(width * height);
  const [top, left] = [(picture.height - height) / 2, (picture.width - width) / 2];
  for (let i = 0; i < height; i++) {
    const from = (top + i) * picture.width + left;
    result.set(picture.values.subarray(from, from + width), i * width);
  }
  return result;
}

/** Bit k of a pixel: difference k + 1 is there at least as large, or as small, as at its 26 neighbours. */
function extremaOf(
  levels: readonly Float32Array[],
  { width, height, margin, threshold }: TileShape,
): Uint8Array {
  const differences = levels.slice(1).map((level, i) => level.map((v, at) => v - levels[i][at]));
  const [w, h] = [width - 2 * margin, height - 2 * margin];
  const found = new Uint8Array(w * h);
  const around = [-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1];
  for (let k = 0; k + 2 < differences.length; k++) {
    const [below, here, above] = differences.slice(k, k + 3);
    for (let i = 0; i < h; i++)
      for (let j = 0, at = (i + margin) * width + margin; j < w; j++, at++) {
        const v = here[at];
        if (v <= threshold && v >= -threshold) continue;
        const sign = v > 0 ? 1 : -1;
        const size = v * sign;
        let isExtremum = size >= below[at] * sign && size >= above[at] * sign;
        for (let n = 0; isExtremum && n < 8; n++) {
          const by = at + around[n];
          isExtremum = size >= here[by] * sign && size >= below[by] * sign && size >= above[by] * sign;
        }
        if (isExtremum) found[i * w + j] |= 1 << k;
      }
  }
  return found;
}
