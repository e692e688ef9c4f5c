import { type FilterOptions, filterBank } from "./filter.js";
import { robinsonMasks } from "./kernels.js";
import { asRaster, grey, type Plane, type Raster } from "./raster.js";
import { aBorder, settingsOf } from "./settings.js";

/** Where the picture brightens, counter-clockwise from the right, 45° from one to the next. */
export const compassDirections = Object.keys(robinsonMasks) as readonly (keyof typeof robinsonMasks)[];

/** What {@link robinson} answers, each of the picture's size. */
export interface CompassEdges {
  /** The answer of each mask, in the order of `compassDirections`. */
  readonly responses: readonly Plane[];
  /** The largest of the eight. */
  readonly strength: Plane;
  /** Which mask gave it: the index into `compassDirections`, among equals the first. */
  readonly direction: { readonly width: number; readonly height: number; readonly values: Uint8Array };
}

/**
 * Robinson's compass: eight masks, each the one before turned by 45°; an edge has the direction of the mask that
 * answers most. Opposite masks are each other's negative, so four are computed.
 *
 * @param picture  grey, or red, green and blue: then its brightness counts
 * Robinson: Edge detection by compass gradient masks, Computer Graphics and Image Processing 6, 1977.
 */
export async function robinson(
  picture: Raster,
  options: Pick<FilterOptions, "padding"> = {},
): Promise<CompassEdges> {
  const { padding = "reflect" } = settingsOf("robinson", options, { padding: aBorder });
  const half = compassDirections.slice(0, 4).map((name) => robinsonMasks[name]);
  const answers = await filterBank(asRaster(grey(picture)), half, { padding });
  const [{ width, height }] = answers;
  const first = answers.map(({ pixels }) => pixels as Float32Array);
  const all = [...first, ...first.map((values) => values.map((v) => -v))];
  const strength = new Float32Array(width * height);
  const direction = new Uint8Array(width * height);
  for (let i = 0; i < strength.length; i++) {
    let best = 0;
    for (let d = 1; d < 8; d++) if (all[d][i] > all[best][i]) best = d;
    strength[i] = all[best][i];
    direction[i] = best;
  }
  return {
    responses: all.map((values) => ({ width, height, values })),
    strength: { width, height, values: strength },
    direction: { width, height, values: direction },
  };
}
