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

/**
 * Along columns, then along rows; each takes a profile's reach away on both sides. A profile is symmetric: two
 * pixels share a weight; and two weights share a pass over the row, which so is loaded and stored half as often.
 */
function blurred({ values, width, height }: Source, weights: Float64Array): Source {
  const reach = (weights.length - 1) / 2;
  const [w, h] = [width - 2 * reach, height - 2 * reach];
  const row = new Float32Array(width);
  const result = new Float32Array(w * h);
  for (let i = 0; i < h; i++) {
    gather(values, (i + reach) * width, width, weights, row, 0, width);
    gather(row, reach, 1, weights, result, i * w, w);
  }
  return { values: result, width: w, height: h };
}

/** to[into + j] = Σ_t weights[reach + t] · from[at + t · step + j] over t = −reach … reach */
function gather(
  from: Float32Array,
  at: number,
  step: number,
  weights: Float64Array,
  to: Float32Array,
  into: number,
  count: number,
): void {
  const reach = (weights.length - 1) / 2;
  for (let j = 0; j < count; j++) to[into + j] = weights[reach] * from[at + j];
  for (let t = 1; t <= reach; t += 2) {
    const a = weights[reach + t];
    const b = t < reach ? weights[reach + t + 1] : 0;
    const [left, right] = [at - t * step, at + t * step];
    const [lefter, righter] = t < reach ? [left - step, right + step] : [left, right];
    for (let j = 0; j < count; j++)
      to[into + j] += a * (from[left + j] + from[right + j]) + b * (from[lefter + j] + from[righter + j]);
  }
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
