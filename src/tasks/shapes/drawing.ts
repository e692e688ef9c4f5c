/** A picture of shapes on a textured ground. */
import type { RandomStream } from "../../random/threefry.js";
import { colourValues } from "./kinds.js";
import { outlineOf } from "./outline.js";
import type { PlacedShape } from "./scene.js";

/** What was drawn. */
export interface Drawing {
  /** S×S×3 */
  readonly pixels: Uint8Array;
  /** S×S: which object is seen there, counted from 1 in the order in which they were drawn; 0 where none is. */
  readonly owners: Uint8Array;
}

// By names of the module: a test runner's own realm (Jest's) looks each global up anew.
const { floor, imul, max, min } = Math;

/**
 * Draws the objects one over the other. Only + − · / and square roots, which are exact to the last bit everywhere, so that a
 * seed is the same picture on every machine.
 */
export function drawShapes(placed: readonly PlacedShape[], edge: number, random: RandomStream): Drawing {
  const colours = ground(edge, random);
  const owners = new Uint8Array(edge * edge);
  for (const [i, one] of placed.entries()) paint(colours, owners, one, { edge, owner: i + 1, random });
  const pixels = new Uint8Array(edge * edge * 3);
  let grain = random.word() | 1;
  for (let at = 0; at < pixels.length; at += 3) {
    // Xorshift (Marsaglia 2003): a grain for each pixel need not be more random.
    grain ^= grain << 13;
    grain ^= grain >>> 17;
    grain ^= grain << 5;
    const noise = ((grain & 0xf) - 7.5) * 0.8 + 0.5;
    pixels[at] = max(0, min(255, colours[at] + noise));
    pixels[at + 1] = max(0, min(255, colours[at + 1] + noise));
    pixels[at + 2] = max(0, min(255, colours[at + 2] + noise));
  }
  return { pixels, owners };
}

/** Between two dull colours: clouds, stripes, tiles or a slope. */
function ground(edge: number, random: RandomStream): Float32Array {
  const level = random.uniform(70, 190);
  const tint = () => random.uniform(-16, 16);
  const from = [level + tint(), level + tint(), level + tint()];
  const far = random.uniform(18, 46) * (level > 130 ? -1 : 1);
  const [r, g, b] = from;
  const [dr, dg, db] = from.map(() => far + tint() / 2);
  const clouds = cloudsOf(edge, random);
  const [kind, period, lean] = [random.integer(4), random.uniform(18, 56), random.uniform(-1, 1)];
  const colours = new Float32Array(edge * edge * 3);
  for (let i = 0, p = 0; i < edge; i++)
    for (let j = 0; j < edge; j++, p++) {
      let share = clouds[p];
      if (kind === 1) share = 0.55 * wave((j + lean * i + 14 * share) / period) + 0.45 * share;
      else if (kind === 2) share = 0.5 * tiles(i / period, j / period) + 0.5 * share;
      else if (kind === 3) share = 0.6 * ((lean < 0 ? i : j) / edge) + 0.4 * share;
      colours[3 * p] = r + dr * share;
      colours[3 * p + 1] = g + dg * share;
      colours[3 * p + 2] = b + db * share;
    }
  return colours;
}

/** 0 to 1 and back, softly. */
function wave(at: number): number {
  const t = at - floor(at);
  return smooth(t < 0.5 ? 2 * t : 2 - 2 * t);
}

/** Light and dark by turns, with a dark line between them. */
function tiles(y: number, x: number): number {
  const i = floor(y);
  const j = floor(x);
  const line = min(y - i, x - j) < 0.06 ? 0.25 : 0;
  return ((i + j) & 1 ? 0.75 : 0.25) - line;
}

/** Smooth noise of two scales, 0 to 1. */
function cloudsOf(edge: number, random: RandomStream): Float32Array {
  const seed = random.word();
  const clouds = new Float32Array(edge * edge);
  addNoise(clouds, edge, { step: random.uniform(28, 64), weight: 0.68, seed, salt: 1 });
  addNoise(clouds, edge, { step: random.uniform(7, 14), weight: 0.32, seed, salt: 2 });
  return clouds;
}

/** Random numbers on a lattice, and between them smoothly from one to the next: first down its columns, then along a row. */
function addNoise(
  to: Float32Array,
  edge: number,
  { step, weight, seed, salt }: { step: number; weight: number; seed: number; salt: number },
): void {
  const cells = floor(edge / step) + 2;
  const values = Float32Array.from({ length: cells * cells }, (_, n) => weight * hashed(seed, n, salt));
  const cell = Int32Array.from({ length: edge }, (_, j) => floor(j / step));
  const within = Float32Array.from({ length: edge }, (_, j) => smooth(j / step - floor(j / step)));
  const row = new Float32Array(cells);
  for (let i = 0, p = 0; i < edge; i++) {
    const at = cell[i] * cells;
    const v = within[i];
    for (let c = 0; c < cells; c++) {
      const upper = values[at + c];
      row[c] = upper + (values[at + cells + c] - upper) * v;
    }
    for (let j = 0; j < edge; j++, p++) {
      const left = row[cell[j]];
      to[p] += left + (row[cell[j] + 1] - left) * within[j];
    }
  }
}

const smooth = (t: number): number => t * t * (3 - 2 * t);

/** A number of 0 to 1 for a place (the finaliser of MurmurHash3, Appleby). */
function hashed(seed: number, place: number, salt: number): number {
  let h = (seed ^ imul(place + 1, 0x9e3779b1) ^ imul(salt, 0x85ebca6b)) | 0;
  h = imul(h ^ (h >>> 16), 0x85ebca6b);
  h = imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 8) / 0x1000000;
}

/** One shape: its shadow, its rim, and its face, which is lit from above. */
function paint(
  colours: Float32Array,
  owners: Uint8Array,
  one: PlacedShape,
  { edge, owner, random }: { edge: number; owner: number; random: RandomStream },
): void {
  const distance = outlineOf(one.shape, one);
  const light = random.uniform(0.9, 1.06);
  const [r, g, b] = colourValues[one.colour].map((value) => value * light + random.uniform(-6, 6));
  const shadow = 1.5 + one.size * 0.05;
  const rim = min(2.2, max(0.9, one.size * 0.03));
  const reach = one.size / 2 + shadow + 1;
  const [top, bottom] = [max(0, floor(one.y - reach)), min(edge, floor(one.y + reach) + 1)];
  const [left, right] = [max(0, floor(one.x - reach)), min(edge, floor(one.x + reach) + 1)];
  for (let i = top; i < bottom; i++)
    for (let j = left; j < right; j++) {
      const far = distance(j + 0.5, i + 0.5);
      if (far >= shadow) continue;
      const p = i * edge + j;
      const cover = far <= -0.5 ? 1 : far >= 0.5 ? 0 : 0.5 - far;
      const dark = far <= 0 ? 0.34 : 0.34 * (1 - far / shadow) * (1 - far / shadow);
      const slope = 1.1 - 0.22 * ((i + 0.5 - one.y) / one.size + 0.5);
      const face = far > -rim ? slope * (0.72 + 0.28 * min(1, max(0, -far / rim))) : slope;
      const below = (1 - dark) * (1 - cover);
      const above = face * cover;
      colours[3 * p] = colours[3 * p] * below + r * above;
      colours[3 * p + 1] = colours[3 * p + 1] * below + g * above;
      colours[3 * p + 2] = colours[3 * p + 2] * below + b * above;
      if (far <= 0) owners[p] = owner;
    }
}
