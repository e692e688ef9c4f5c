import { oneOf, rule, wholeOfAtLeast } from "../door/rules.js";
import { filter } from "./filter.js";
import { asRaster, FeatureError, grey, type Plane, type Raster } from "./raster.js";
import { settingsOf } from "./settings.js";

/** A place at which the template was found, in pixels, and its score. */
export interface Match {
  /** The template's upper left corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly score: number;
}

/** Plain convolution, or correlation normalised by mean and deviation. */
export type MatchingMethod = "response" | "normalised";

/**
 * How well a template fits at every place, as convolution: the template is the kernel.
 *
 *     response    r[i,j] = Σ_{a,b} t[a,b] · x[i+a, j+b]
 *     normalised  r[i,j] = Σ (t − t̄)(x − x̄) / √(Σ (t − t̄)² · Σ (x − x̄)²), x̄ the mean under the template
 *
 * The normalised one lies in −1..1 and does not ask how bright the place is; where the picture is flat it is 0.
 * Only places at which the template lies inside the picture are tried.
 *
 * @param picture   grey, or red, green and blue: then its brightness counts
 * @param template  the same, no larger than the picture
 * @returns         (H − h + 1)×(W − w + 1), at each place of the template's upper left corner
 * @throws FeatureError if the template is larger than the picture, or flat for "normalised"
 * Lewis: Fast Normalized Cross-Correlation, Vision Interface 1995.
 */
export async function matchTemplate(
  picture: Raster,
  template: Raster,
  options: { method?: MatchingMethod } = {},
): Promise<Plane> {
  const { method = "normalised" } = settingsOf("matchTemplate", options, {
    method: oneOf("response", "normalised"),
  });
  const [x, t] = [grey(picture), grey(template)];
  if (t.width > x.width || t.height > x.height)
    throw new FeatureError(
      `matchTemplate: the template of ${t.height}×${t.width} is larger than the picture of ${x.height}×${x.width} pixels`,
    );
  const mean = method === "normalised" ? t.values.reduce((sum, v) => sum + v, 0) / t.values.length : 0;
  // Brightness is counted from its mean as well, which changes nothing and keeps f32 sums small.
  const level = method === "normalised" ? x.values.reduce((sum, v) => sum + v, 0) / x.values.length : 0;
  const shifted = { ...x, values: x.values.map((v) => v - level) };
  const weights = Array.from({ length: t.height }, (_, i) =>
    Array.from(t.values.subarray(i * t.width, (i + 1) * t.width), (v) => v - mean),
  );
  const { width, height, pixels } = await filter(asRaster(shifted), weights, { padding: "none" });
  const response = { width, height, values: pixels as Float32Array };
  if (method === "response") return response;
  const energy = weights.flat().reduce((sum, w) => sum + w * w, 0);
  if (energy === 0)
    throw new FeatureError(
      `matchTemplate: the template is flat: every pixel is ${t.values[0]}, nothing can be matched`,
    );
  return normalised(response, shifted, { width: t.width, height: t.height, energy });
}

/** Divides by the deviations; those of the picture come from running sums of x and x². */
function normalised(
  { width, height, values }: Plane,
  picture: Plane,
  template: { width: number; height: number; energy: number },
): Plane {
  const area = template.width * template.height;
  const [sums, squares] = [integral(picture, (v) => v), integral(picture, (v) => v * v)];
  const row = picture.width + 1;
  const score = new Float32Array(values.length);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) {
      const [a, b] = [i * row + j, (i + template.height) * row + j];
      const under = (table: Float64Array) =>
        table[b + template.width] - table[b] - table[a + template.width] + table[a];
      const total = under(sums);
      const spread = under(squares) - (total * total) / area;
      // What is left of rounding in a flat place is no pattern.
      const isFlat = spread <= 1e-9 * under(squares) + 1e-12;
      if (!isFlat) {
        const r = values[i * width + j] / Math.sqrt(spread * template.energy);
        score[i * width + j] = Math.min(1, Math.max(-1, r));
      }
    }
  return { width, height, values: score };
}

/** s[i][j] = Σ over the pixels above and to the left, in f64, with a row and a column of zeros before. */
function integral({ width, height, values }: Plane, f: (v: number) => number): Float64Array {
  const table = new Float64Array((width + 1) * (height + 1));
  for (let i = 0; i < height; i++) {
    let sum = 0;
    for (let j = 0; j < width; j++) {
      sum += f(values[i * width + j]);
      table[(i + 1) * (width + 1) + j + 1] = table[i * (width + 1) + j + 1] + sum;
    }
  }
  return table;
}

/**
 * The best places of a response, best first, each further than half a template from all better ones.
 *
 * @param options.least  places below this score are left out
 */
export function bestPlaces(
  response: Plane,
  template: { readonly width: number; readonly height: number },
  options: { count?: number; least?: number } = {},
): Match[] {
  const { count = 1, least = Number.NEGATIVE_INFINITY } = settingsOf("bestPlaces", options, {
    count: wholeOfAtLeast(0),
    least: rule("a number", (value) => typeof value === "number" && !Number.isNaN(value)),
  });
  const { width, height } = response;
  const values = response.values.slice();
  const found: Match[] = [];
  while (found.length < count) {
    let best = 0;
    for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
    const score = values[best];
    if (!(score >= least) || score === Number.NEGATIVE_INFINITY) break;
    const [y, x] = [Math.floor(best / width), best % width];
    found.push({ x, y, width: template.width, height: template.height, score });
    const [ry, rx] = [template.height / 2, template.width / 2];
    for (let i = Math.max(0, Math.ceil(y - ry)); i <= Math.min(height - 1, y + ry); i++)
      values.fill(
        Number.NEGATIVE_INFINITY,
        i * width + Math.max(0, Math.ceil(x - rx)),
        i * width + Math.min(width, Math.floor(x + rx) + 1),
      );
  }
  return found;
}
