/** What stands where in a picture, drawn from a random stream. */
import { exp, ln } from "../../random/elementary.js";
import type { RandomStream } from "../../random/threefry.js";
import { colourNames, isHeldOut, shapeNames } from "./kinds.js";

/** An object before it is drawn. */
export interface PlacedShape {
  /** Places among `shapeNames` and `colourNames`. */
  readonly shape: number;
  readonly colour: number;
  /** Its middle, and its longer side, in pixels. */
  readonly x: number;
  readonly y: number;
  readonly size: number;
  /** Tangent of half the angle by which it is turned. */
  readonly lean: number;
}

export interface SceneOptions {
  /** Edge of the picture, in pixels. */
  readonly size: number;
  readonly least: number;
  readonly most: number;
  /** Pairs of shape and colour that are held out may occur. */
  readonly heldOut: boolean;
}

/** Longer sides, in pixels; and the part of the smaller of two boxes that may lie in the other. */
const [smallest, largest, mostShared] = [16, 120, 0.3];
/** In captions left is left by that many pixels at least; above and below are clear by such parts of the picture. */
const [clearlyLeft, clearlyLevel, clearlyApart] = [10, 0.1, 0.16];

/** Objects from the first drawn to the last, which covers those before it. */
export function sceneOf(random: RandomStream, options: SceneOptions): PlacedShape[] {
  const wanted = options.least + random.integer(options.most - options.least + 1);
  for (;;) {
    const placed = placedIn(random, wanted, options);
    if (placed.length >= options.least && (placed.length > 3 || isClear(placed, options.size))) return placed;
  }
}

function placedIn(
  random: RandomStream,
  wanted: number,
  { size: edge, heldOut }: SceneOptions,
): PlacedShape[] {
  const placed: PlacedShape[] = [];
  // Many objects are smaller ones, so that they find room.
  const longest = Math.min(largest, edge * (wanted > 4 ? 0.36 : 0.47));
  for (let tries = 0; placed.length < wanted && tries < 40 * wanted; tries++) {
    const size = longest * exp(random.uniform() * ln(smallest / longest));
    const one = {
      ...kindOf(random, heldOut),
      size,
      x: random.uniform(size / 2 + 1, edge - size / 2 - 1),
      y: random.uniform(size / 2 + 1, edge - size / 2 - 1),
      lean: random.uniform(-0.12, 0.12),
    };
    if (placed.every((other) => shared(one, other) <= mostShared)) placed.push(one);
  }
  return placed;
}

function kindOf(random: RandomStream, heldOut: boolean): { shape: number; colour: number } {
  for (;;) {
    const [shape, colour] = [random.integer(shapeNames.length), random.integer(colourNames.length)];
    if (heldOut || !isHeldOut(shape, colour)) return { shape, colour };
  }
}

/** The part of the smaller one's square that lies in the other's. */
function shared(a: PlacedShape, b: PlacedShape): number {
  const side = (p: number, q: number) =>
    Math.max(0, Math.min(p + a.size / 2, q + b.size / 2) - Math.max(p - a.size / 2, q - b.size / 2));
  return (side(a.x, b.x) * side(a.y, b.y)) / Math.min(a.size * a.size, b.size * b.size);
}

/** Whether nobody could doubt who is left of whom, and who above. */
const isClear = (placed: readonly PlacedShape[], edge: number): boolean => {
  const row = fromLeft(placed);
  return row.slice(1).every((one, i) => {
    const apart = Math.abs(one.y - row[i].y) / edge;
    return one.x - row[i].x >= clearlyLeft && (apart <= clearlyLevel || apart >= clearlyApart);
  });
};

export const fromLeft = <T extends { readonly x: number }>(placed: readonly T[]): T[] =>
  [...placed].sort((a, b) => a.x - b.x);

/** Those that a caption names, in its order: from left to right, of more than three the largest three. */
export const namedOf = (placed: readonly PlacedShape[]): PlacedShape[] =>
  fromLeft([...placed].sort((a, b) => b.size - a.size).slice(0, 3));

/**
 * A sentence that names the objects from left to right, each with where it is to the next: "a red circle above a blue star
 * beside an orange ring". Of more than three the largest three are named.
 */
export function captionOf(placed: readonly PlacedShape[], edge: number): string {
  const named = namedOf(placed);
  return named
    .map(({ shape, colour, y }, i) => {
      const name = `${/^[aeiou]/.test(colourNames[colour]) ? "an" : "a"} ${colourNames[colour]} ${shapeNames[shape]}`;
      if (i === 0) return name;
      const lower = (y - named[i - 1].y) / edge;
      const between = (clearlyLevel + clearlyApart) / 2;
      return `${lower > between ? "above" : lower < -between ? "below" : "beside"} ${name}`;
    })
    .join(" ");
}
