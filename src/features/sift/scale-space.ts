/**
 * Scale space, piece by piece. An octave of a large photograph would need gigabytes if all of its levels were kept;
 * so it is cut into tiles, each of which brings as much around it as blurs and descriptors look at.
 */
import type { Plane } from "../raster.js";
import { blurTile, type Source, type TileShape } from "./blur-tile.js";
import { engineBlur } from "./blur-tile-engine.js";
import { blurOf, cameraBlur, type ScaleSettings, whitest } from "./settings.js";

/** Pixels in rows, read piece by piece. */
export interface RowSource {
  readonly width: number;
  readonly height: number;
  /** Writes the pixels of row y from x on. */
  readRow(y: number, x: number, into: Float32Array): void;
}

/** A part of an octave, blurred by more and more. */
export interface Tile {
  /** The part's place in the octave; keypoints are looked for inside it. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Around it so many pixels more on every side are in `levels`. */
  readonly margin: number;
  /** Numbers of a row of a level: width + 2 · margin, or more. */
  readonly stride: number;
  /** s + 3 of them, each twice as blurred as the one s before it. */
  readonly levels: readonly Float32Array[];
  /** For each pixel of the part, bit i: level i + 1 of the differences has an extremum there. */
  readonly extrema: Uint8Array;
}

export interface Octave {
  readonly width: number;
  readonly height: number;
  /** Pixels of the picture between pixels of the octave: ½ for the doubled picture. */
  readonly step: number;
  /** Where in the picture its pixel 0 lies. */
  readonly origin: number;
  tiles(): AsyncGenerator<Tile, void, void>;
}

/** Descriptors reach furthest: 2.5 · √2 cells of 3σ around a keypoint, and a pixel more for gradients. */
const reachOf = (settings: ScaleSettings): number =>
  Math.ceil(2.5 * Math.SQRT2 * 3 * blurOf(settings, settings.scales + 0.5)) + 2;

const tileWidth = 2048;
const tileHeight = 512;
/** Below so many pixels plain loops are done before the engine has compiled its kernels. */
const enginePays = 2_000_000;

/** Samples of a Gaussian up to four deviations. */
export function profile(sigma: number): Float64Array {
  const reach = Math.max(1, Math.round(4 * sigma));
  const samples = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  );
  const total = samples.reduce((sum, w) => sum + w, 0);
  return samples.map((w) => w / total);
}

/**
 * The octaves of a picture, from the largest on, each half the size of the one before: its level s, every second
 * pixel. An octave's tiles must have been read before the next octave is asked for.
 *
 * @param doubled  begin with the picture at twice its size: finds finer keypoints
 * Lowe: Distinctive Image Features from Scale-Invariant Keypoints, IJCV 60, 2004, section 3.
 */
export function* octaves(
  picture: Plane,
  settings: ScaleSettings,
  { doubled, least }: { doubled: boolean; least: number },
): Generator<Octave, void, void> {
  let source = doubled ? doubledRows(picture) : rowsOf(picture);
  let step = doubled ? 0.5 : 1;
  let first: number | undefined = Math.sqrt(Math.max(0.01, settings.sigma ** 2 - (cameraBlur / step) ** 2));
  while (Math.min(source.width, source.height) >= least) {
    const next = { width: source.width >> 1, height: source.height >> 1, values: new Float32Array(0) };
    next.values = new Float32Array(next.width * next.height);
    const [rows, blur] = [source, first];
    yield {
      width: source.width,
      height: source.height,
      step,
      origin: doubled ? -0.25 : 0,
      tiles: () => tilesOf(rows, settings, { first: blur, next }),
    };
    source = rowsOf(next);
    step *= 2;
    first = undefined;
  }
}

async function* tilesOf(
  source: RowSource,
  settings: ScaleSettings,
  { first, next }: { first: number | undefined; next: Plane },
): AsyncGenerator<Tile, void, void> {
  const { width, height } = source;
  const isLarge = width * height > enginePays;
  // A tile that is the whole octave has nothing around it.
  const margin = isLarge ? reachOf(settings) : 0;
  const [w, h] = isLarge ? [Math.min(tileWidth, width), Math.min(tileHeight, height)] : [width, height];
  const steps = Array.from({ length: settings.scales + 2 }, (_, i) => {
    const [from, to] = [blurOf(settings, i), blurOf(settings, i + 1)];
    return profile(Math.sqrt(to ** 2 - from ** 2));
  });
  const shape: TileShape = {
    width: w + 2 * margin,
    height: h + 2 * margin,
    margin,
    first: first === undefined ? undefined : profile(first),
    steps,
    threshold: prelimThreshold(settings),
  };
  const blur = isLarge ? engineBlur(shape) : (piece: Source) => blurTile(piece, shape);
  const places: { x: number; y: number }[] = [];
  // The last tiles of a row and a column begin earlier, so that all have one size; what they share counts once.
  for (let y = 0; y < height; y += h) for (let x = 0; x < width; x += w) places.push({ x, y });
  const begin = ({ x, y }: { x: number; y: number }) => {
    const [left, top] = [Math.min(x, width - w), Math.min(y, height - h)];
    const blurred = blur(surroundings(source, { x: left, y: top }, shape));
    return blurred.then(({ levels, extrema }): Tile => {
      const tile = { x: left, y: top, width: w, height: h, margin, stride: shape.width, levels, extrema };
      for (let i = 0; i < y - top; i++) extrema.fill(0, i * w, (i + 1) * w);
      if (x > left) for (let i = 0; i < h; i++) extrema.fill(0, i * w, i * w + (x - left));
      return tile;
    });
  };
  // The engine's threads blur the next tile while this one is being searched.
  let coming = begin(places[0]);
  for (let i = 0; i < places.length; i++) {
    const tile = await coming;
    if (i + 1 < places.length) coming = begin(places[i + 1]);
    halve(tile, settings.scales, next);
    yield tile;
  }
}

/** Half of the least contrast: what is below it will not get above by being looked at between pixels. */
const prelimThreshold = ({ contrast, scales }: ScaleSettings): number => (0.5 * contrast * whitest) / scales;

/** The tile with what its blurs see around it, mirrored at the octave's edges. */
function surroundings(
  source: RowSource,
  { x, y }: { x: number; y: number },
  { width, height, margin, first, steps }: TileShape,
): Source {
  const reach = reachOfBlurs(first, steps);
  const [w, h] = [width + 2 * reach, height + 2 * reach];
  const values = new Float32Array(w * h);
  const [left, top] = [x - margin - reach, y - margin - reach];
  const [begin, end] = [Math.max(0, -left), Math.min(w, source.width - left)];
  for (let i = 0; i < h; i++) {
    const row = values.subarray(i * w, (i + 1) * w);
    source.readRow(mirrored(top + i, source.height), left + begin, row.subarray(begin, end));
    for (let j = 0; j < begin; j++) row[j] = row[mirrored(left + j, source.width) - left];
    for (let j = end; j < w; j++) row[j] = row[mirrored(left + j, source.width) - left];
  }
  return { values, width: w, height: h };
}

export const reachOfBlurs = (first: Float64Array | undefined, steps: readonly Float64Array[]): number =>
  [...(first ? [first] : []), ...steps].reduce((sum, { length }) => sum + (length - 1) / 2, 0);

/** … 2 1 0 1 2 … n−2 n−1 n−2 …: the same for any distance from the picture. */
function mirrored(i: number, n: number): number {
  if (n === 1) return 0;
  const period = 2 * (n - 1);
  const m = ((i % period) + period) % period;
  return m < n ? m : period - m;
}

/** Every second pixel of level s, into the next octave. */
function halve({ x, y, width, height, margin, stride, levels }: Tile, level: number, next: Plane): void {
  const values = levels[level];
  for (let i = y + (y & 1); i < y + height; i += 2) {
    if (i >> 1 >= next.height) break;
    for (let j = x + (x & 1); j < x + width; j += 2)
      if (j >> 1 < next.width)
        next.values[(i >> 1) * next.width + (j >> 1)] = values[(i - y + margin) * stride + j - x + margin];
  }
}

const rowsOf = ({ width, height, values }: Plane): RowSource => ({
  width,
  height,
  readRow: (y, x, into) => into.set(values.subarray(y * width + x, y * width + x + into.length)),
});

/**
 * Twice the size: every pixel becomes four, each a quarter pixel from its middle and interpolated between it and the
 * nearest neighbours. So all new pixels are blurred alike; kept pixels between means would flicker.
 */
function doubledRows({ width, height, values }: Plane): RowSource {
  return {
    width: 2 * width,
    height: 2 * height,
    readRow(y, x, into) {
      const near = (y >> 1) * width;
      const far = Math.min(Math.max((y >> 1) + (y & 1 ? 1 : -1), 0), height - 1) * width;
      for (let k = 0; k < into.length; k++) {
        const j = (x + k) >> 1;
        const side = Math.min(Math.max((x + k) & 1 ? j + 1 : j - 1, 0), width - 1);
        into[k] =
          0.5625 * values[near + j] +
          0.1875 * (values[near + side] + values[far + j]) +
          0.0625 * values[far + side];
      }
    },
  };
}
