/** Photographs of handwritten digits, made by code: what a person has no trouble to read, and blank sheets. */
import { digitShapes } from "../../src/data/digit-strokes.js";
import type { Picture } from "../../src/images/picture.js";

type Colour = readonly [number, number, number];
/** How much ink lies at a place of the digit's box, u to the right and v downwards, both from 0 to 1. */
export type Ink = (u: number, v: number) => number;

export interface Scene {
  width: number;
  height: number;
  paper: Colour;
  pen: Colour;
  /** How bright the light is at (x, y), both from 0 to 1. */
  light: (x: number, y: number) => number;
  /** Centre of the digit's box, in parts of width and height, and its edge in parts of the height. */
  place: { x: number; y: number; size: number };
  /** In degrees. */
  turned: number;
  /** How much narrower the far side of the box is than the near one. */
  tilt: number;
  /** Printed on the paper: how strongly, at a pixel. */
  print: (x: number, y: number) => number;
  printColour: Colour;
  /** What else lies there, over the paper: undefined where nothing does. */
  thing: (x: number, y: number) => Colour | undefined;
  noise: number;
  /** Radius of the box that blurs, in pixels, used twice. */
  blur: number;
  /** Steps to which the coefficients of blocks of 8×8 pixels are rounded. */
  jpeg: number;
  more: { x: number; y: number; ink: Ink }[];
}

export const onWhite: Scene = {
  width: 400,
  height: 300,
  paper: [236, 234, 228],
  pen: [40, 42, 60],
  light: () => 0.95,
  place: { x: 0.5, y: 0.5, size: 0.5 },
  turned: 0,
  tilt: 0,
  print: () => 0,
  printColour: [150, 170, 205],
  thing: () => undefined,
  noise: 3,
  blur: 1,
  jpeg: 0,
  more: [],
};

/** Numbers from 0 to 1. Mulberry32, which is fast enough for the noise of a photograph. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const none: Ink = () => 0;

/** A digit of MNIST as a pen would have left it: edges are sharp again. */
export function enlarged(pixels: Uint8Array): Ink {
  const at = (i: number, j: number) => (i < 0 || j < 0 || i > 27 || j > 27 ? 0 : pixels[28 * i + j] / 255);
  return (u, v) => {
    // The box is that of the ink, 20×20 pixels and a few around it.
    const [x, y] = [u * 22 + 2.5, v * 22 + 2.5];
    const [j, i] = [Math.floor(x), Math.floor(y)];
    const [b, a] = [x - j, y - i];
    const value =
      (1 - a) * ((1 - b) * at(i, j) + b * at(i, j + 1)) + a * ((1 - b) * at(i + 1, j) + b * at(i + 1, j + 1));
    return Math.min(1, Math.max(0, (value - 0.5) * 6 + 0.5));
  };
}

/** A digit as the strokes of a pen, whose width is a part of the box. */
export function penned(digit: number, way: number, penWidth: number): Ink {
  const shapes = digitShapes[digit];
  const lines = shapes[way % shapes.length].strokes.map(({ points }) => points);
  const pieces = lines.flatMap((points) => points.slice(1).map((to, k) => [points[k], to] as const));
  return (u, v) => {
    let nearest = 1;
    for (const [from, to] of pieces) {
      // Strokes stand in a box of height 1; here they leave a margin for the pen.
      const [x, y] = [u * 1.15 - 0.025, v * 1.15 - 0.075];
      const [dx, dy] = [to.x - from.x, to.y - from.y];
      const along = Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy)));
      nearest = Math.min(nearest, Math.hypot(x - from.x - along * dx, y - from.y - along * dy));
    }
    return nearest < penWidth / 2 ? 1 : 0;
  };
}

export function photograph(ink: Ink, changes: Partial<Scene>, random: () => number): Picture {
  const scene = { ...onWhite, ...changes };
  const { width, height, paper, pen, place } = scene;
  const pixels = new Float32Array(3 * width * height);
  const edge = place.size * height;
  const angle = (scene.turned * Math.PI) / 180;
  const inkAt = (i: number, j: number, x: number, y: number, of: Ink) => {
    const dx = j - x * width;
    const dy = i - y * height;
    if (Math.abs(dx) > edge || Math.abs(dy) > edge) return 0;
    const v = (-Math.sin(angle) * dx + Math.cos(angle) * dy) / edge;
    const u = (Math.cos(angle) * dx + Math.sin(angle) * dy) / edge / (1 + scene.tilt * v);
    return Math.abs(u) > 0.5 || Math.abs(v) > 0.5 ? 0 : of(u + 0.5, v + 0.5);
  };
  const all = [{ ...place, ink }, ...scene.more];
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) {
      const x = (j + 0.5) / width;
      const y = (i + 0.5) / height;
      const light = scene.light(x, y);
      const thing = scene.thing(x, y);
      const print = scene.print(j, i);
      let amount = 0;
      if (!thing) for (const one of all) amount = Math.max(amount, inkAt(i, j, one.x, one.y, one.ink));
      for (let c = 0; c < 3; c++) {
        const sheet = thing ? thing[c] : paper[c] + print * (scene.printColour[c] - paper[c]);
        pixels[3 * (i * width + j) + c] = light * (sheet + amount * (pen[c] - sheet));
      }
    }
  for (let times = 0; times < 2; times++) blur(pixels, width, height, scene.blur);
  for (let i = 0; i < pixels.length; i++)
    pixels[i] += scene.noise * 2 * (random() + random() + random() - 1.5);
  if (scene.jpeg) compress(pixels, width, height, scene.jpeg);
  return { width, height, channels: 3, pixels: Uint8ClampedArray.from(pixels) as unknown as Uint8Array };
}

/** Means over 2·radius + 1 pixels along rows, then columns. */
function blur(pixels: Float32Array, width: number, height: number, radius: number): void {
  if (radius === 0) return;
  const line = new Float32Array(Math.max(width, height));
  const along = (length: number, step: number, start: number) => {
    for (let k = 0; k < length; k++) line[k] = pixels[start + k * step];
    const at = (k: number) => line[k < 0 ? 0 : k < length ? k : length - 1];
    let sum = 0;
    for (let k = -radius; k <= radius; k++) sum += at(k);
    for (let k = 0; k < length; k++) {
      pixels[start + k * step] = sum / (2 * radius + 1);
      sum += at(k + radius + 1) - at(k - radius);
    }
  };
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < height; i++) along(width, 3, 3 * i * width + c);
    for (let j = 0; j < width; j++) along(height, 3 * width, 3 * j + c);
  }
}

const cosines = Float64Array.from({ length: 64 }, (_, at) => {
  const [k, n] = [at >> 3, at & 7];
  return Math.cos(((2 * n + 1) * k * Math.PI) / 16) * Math.sqrt((k ? 2 : 1) / 8);
});

/** What JPEG does to brightness: high frequencies are rounded more coarsely. */
function compress(pixels: Float32Array, width: number, height: number, step: number): void {
  // Along one axis, which the other becomes.
  const turn = (block: Float64Array, to: Float64Array, back: boolean) => {
    for (let k = 0; k < 8; k++)
      for (let line = 0; line < 8; line++) {
        let sum = 0;
        for (let n = 0; n < 8; n++)
          sum += block[8 * n + line] * (back ? cosines[8 * n + k] : cosines[8 * k + n]);
        to[8 * line + k] = sum;
      }
  };
  const block = new Float64Array(64);
  const other = new Float64Array(64);
  for (let c = 0; c < 3; c++)
    for (let top = 0; top + 8 <= height; top += 8)
      for (let left = 0; left + 8 <= width; left += 8) {
        const place = (at: number) => 3 * ((top + (at >> 3)) * width + left + (at & 7)) + c;
        for (let at = 0; at < 64; at++) block[at] = pixels[place(at)];
        turn(block, other, false);
        turn(other, block, false);
        for (let at = 0; at < 64; at++) {
          const by = step * (1 + ((at >> 3) + (at & 7)) / 3);
          block[at] = Math.round(block[at] / by) * by;
        }
        turn(block, other, true);
        turn(other, block, true);
        for (let at = 0; at < 64; at++) pixels[place(at)] = block[at];
      }
}
