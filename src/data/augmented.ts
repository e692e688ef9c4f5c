import { checkArgument } from "../door/argument.js";
import { optionsOf } from "../door/options.js";
import { recordOf, rule, wholeNumber } from "../door/rules.js";
import { said } from "../door/said.js";
import { show } from "../tensor/shapes.js";
import type { DType, TypedArray } from "../tensor/tensor.js";
import { type AffineMap, stepsOf } from "./augment-steps.js";
import { type Augment, changedPictures } from "./augmentation.js";
import { DataError } from "./dataset.js";
import { batchOf } from "./example-batches.js";
import {
  checkExamples,
  type Examples,
  type Field,
  type Fields,
  printableFields,
  showField,
} from "./examples.js";

/** What becomes of boxes and masks at the edges of a changed picture. */
export interface AugmentedOptions {
  /** A box of which less than this share of its area is left in the picture is dropped; 0.25 if left out. */
  leastVisible?: number;
  /** What masks say where nothing is left of the picture: −1 if left out, and 255 in masks of bytes. */
  ignored?: number;
}

type Size = readonly [h: number, w: number];
type Maps = readonly AffineMap[];

/**
 * Examples whose pictures are changed in training, and with them what their fields hold (`Field.holds`): boxes, points and
 * masks move with the picture, colours do not touch them.
 *
 *     data.augmented(examples, data.compose(data.randomFlip(), data.colourJitter()));
 *
 * Every field of pixels H×W×C is a picture; several in an example are changed alike. A box becomes the smallest one around
 * its moved corners, cut off at the picture's edges; one that is then smaller than `leastVisible` of itself, or has no area,
 * is dropped with its rows of the fields that lie along. Points outside the picture stay where they are, and are not seen
 * where a third number says so; what is not seen to begin with stays as it is. Masks take their nearest pixel. Left and
 * right change places in a mirror, names of points do not. What is random follows from the draw and an example's place;
 * without a draw nothing changes.
 *
 * @returns  the same fields; pictures are f32, of 0 to 255 as before
 * @throws DataError where there is no picture, or a mask is of another size; TypeError where something moves with the
 *     picture and the augmentation has a step of the caller's, of which nobody knows what it does to places
 */
export function augmented<F extends Fields>(
  examples: Examples<F>,
  augment: Augment,
  options: AugmentedOptions = {},
): Examples<F> {
  const { leastVisible = 0.25, ignored } = optionsOf("augmented", options, {
    leastVisible: rule("a number from 0 to 1", (value) => (value as number) >= 0 && (value as number) <= 1),
    ignored: wholeNumber,
  });
  checkArgument(
    "augmented",
    "what is given",
    examples,
    recordOf("of examples: { name, length, fields, at }"),
  );
  checkExamples("augmented", examples);
  if (typeof augment !== "function")
    throw new TypeError(
      `augmented: the augmentation is ${typeof augment}, expected one such as randomFlip()`,
    );
  const { name, fields } = examples;
  for (const [key, field] of Object.entries(fields)) checkHeld(`augmented: ${key} of ${name}`, field, fields);
  const isPicture = ({ pixels, shape }: Field) => pixels && shape.length === 3 && !shape.includes(null);
  const pictures = Object.keys(fields).filter((key) => isPicture(fields[key]));
  if (pictures.length === 0)
    throw new DataError(`augmented: ${name} has no field of pixels, H×W×C, which could be augmented`);
  const size = fields[pictures[0]].shape.slice(0, 2) as unknown as Size;
  const moving = Object.keys(fields).filter((key) => fields[key].holds !== undefined);
  const steps = stepsOf(augment);
  if (moving.length > 0) {
    const sized = [...pictures, ...moving.filter((key) => fields[key].holds === "mask")];
    for (const key of sized) checkSize(key, fields[key], pictures[0], size);
    if (!steps)
      throw new TypeError(
        `augmented: the augmentation has a step of your own, which does not say how it moves ${moving.join(", ")} of ${name}; change these in its \`at\``,
      );
  }
  const changed = Object.entries(fields).map(([key, field]) => [
    key,
    pictures.includes(key) ? { ...field, dtype: "f32" } : field,
  ]);
  return printableFields<Examples<F>>({
    name,
    length: examples.length,
    fields: Object.fromEntries(changed),
    ...(examples.classes ? { classes: examples.classes } : {}),
    fresh: examples.fresh,
    readsAhead: Math.max(examples.readsAhead ?? 1, 3),
    async at(places, draw) {
      const values = await examples.at(places, draw);
      batchOf(examples, values, places); // which says what is wrong with them
      const found: Record<string, unknown> = { ...values };
      await Promise.all(
        pictures.map(async (key) => {
          const pixels = values[key] as Uint8Array | Float32Array;
          const shape = [places.length, ...fields[key].shape] as [number, number, number, number];
          found[key] = draw
            ? await changedPictures(pixels, augment, { ...draw, indices: places, shape })
            : new Float32Array(pixels);
        }),
      );
      if (!draw || !steps) return found as typeof values;
      const maps = Array.from(places, (place) =>
        steps.flatMap(({ mapOf }) => (mapOf ? [mapOf(draw, place, size)] : [])),
      );
      for (const key of moving) {
        const field = fields[key];
        if (field.holds === "mask")
          found[key] = movedMasks(
            values[key] as Mask,
            maps,
            size,
            ignored ?? (field.dtype === "u8" ? 255 : -1),
          );
        if (field.holds === "points") found[key] = movedPoints(values[key], field, maps, size);
        if (field.holds === "boxes") moveBoxes(key, { fields, values, found, maps, size, leastVisible });
      }
      return found as typeof values;
    },
  });
}

const kindsHeld: {
  readonly [kind in NonNullable<Field["holds"]>]: {
    expected: string;
    isFit(shape: Field["shape"], dtype: DType): boolean;
  };
} = {
  boxes: {
    expected: "?×4 of f32",
    isFit: ([count, four, ...rest], dtype) =>
      count === null && four === 4 && rest.length === 0 && dtype === "f32",
  },
  points: {
    expected: "K×2 or K×3 of f32",
    isFit: ([, each, ...rest], dtype) => (each === 2 || each === 3) && rest.length === 0 && dtype === "f32",
  },
  mask: {
    expected: "H×W or H×W×1 of i32 or u8",
    isFit: ([h, w, one = 1, ...rest], dtype) =>
      [h, w].every((extent) => typeof extent === "number") &&
      one === 1 &&
      rest.length === 0 &&
      (dtype === "i32" || dtype === "u8"),
  },
};

/** @throws DataError where a field is not what it is said to hold, or lies along one that holds no boxes */
function checkHeld(speaker: string, { holds, along, shape, dtype }: Field, fields: Fields): void {
  const held = holds === undefined ? undefined : kindsHeld[holds];
  if (holds !== undefined && !held?.isFit(shape, dtype))
    throw new DataError(
      `${speaker} holds ${said(holds)} and is ${showField(shape)} of ${dtype}, expected ${held?.expected ?? "boxes, points or a mask"}`,
    );
  if (along !== undefined && !(shape[0] === null && fields[along]?.holds === "boxes"))
    throw new DataError(
      `${speaker} is ${showField(shape)} along ${along}, expected a ragged field along one that holds boxes`,
    );
}

function checkSize(key: string, { shape }: Field, picture: string, [h, w]: Size): void {
  if (shape[0] !== h || shape[1] !== w)
    throw new DataError(
      `augmented: ${key} is ${show(shape as number[])}, expected ${h}×${w} as ${picture}, with which it moves`,
    );
}

type Mask = Uint8Array | Int32Array;

/** Step by step, as the picture: what has left it does not come back. */
function movedMasks(masks: Mask, maps: readonly Maps[], [h, w]: Size, ignored: number): Mask {
  const all = masks.slice();
  const before = all.slice(0, h * w);
  for (const [n, steps] of maps.entries())
    for (const { yy, yx, y0, xy, xx, x0 } of steps) {
      const mask = all.subarray(n * h * w, (n + 1) * h * w);
      before.set(mask);
      for (let i = 0, at = 0; i < h; i++)
        for (let j = 0; j < w; j++, at++) {
          const fromI = Math.floor(yy * i + yx * j + y0 + 0.5);
          const fromJ = Math.floor(xy * i + xx * j + x0 + 0.5);
          const isThere = fromI >= 0 && fromI < h && fromJ >= 0 && fromJ < w;
          mask[at] = isThere ? before[fromI * w + fromJ] : ignored;
        }
    }
  return all;
}

/** Where a place of the picture lies in the changed one. Both count from the upper left corner, the map from the middle of a pixel. */
function movedTo({ yy, yx, y0, xy, xx, x0 }: AffineMap, y: number, x: number): [y: number, x: number] {
  const [down, right] = [y - 0.5 - y0, x - 0.5 - x0];
  const area = yy * xx - yx * xy;
  return [(down * xx - right * yx) / area + 0.5, (right * yy - down * xy) / area + 0.5];
}

function movedPoints(values: unknown, { shape }: Field, maps: readonly Maps[], size: Size): unknown {
  const each = shape[1] as number;
  if (Array.isArray(values))
    return values.map((points: Float32Array, n) => movedPointsOf(points, each, maps[n], size));
  const all = values as Float32Array;
  const length = each * (shape[0] as number);
  const moved = new Float32Array(all.length);
  for (const [n, steps] of maps.entries())
    moved.set(movedPointsOf(all.subarray(n * length, (n + 1) * length), each, steps, size), n * length);
  return moved;
}

function movedPointsOf(points: Float32Array, each: number, maps: Maps, [h, w]: Size): Float32Array {
  const moved = points.slice();
  for (let at = 0; at < points.length; at += each) {
    if (each === 3 && points[at + 2] === 0) continue;
    let [y, x] = [points[at], points[at + 1]];
    for (const map of maps) {
      [y, x] = movedTo(map, y, x);
      if (each === 3 && !(y >= 0 && y < h && x >= 0 && x < w)) moved[at + 2] = 0;
    }
    moved[at] = y;
    moved[at + 1] = x;
  }
  return moved;
}

/** Boxes, and of what lies along the rows that are left. */
function moveBoxes(
  key: string,
  {
    fields,
    values,
    found,
    maps,
    size,
    leastVisible,
  }: {
    fields: Fields;
    values: { readonly [key: string]: unknown };
    found: Record<string, unknown>;
    maps: readonly Maps[];
    size: Size;
    leastVisible: number;
  },
): void {
  const moved = (values[key] as readonly Float32Array[]).map((boxes, n) =>
    Array.from({ length: boxes.length / 4 }, (_, k) =>
      movedBox(boxes.subarray(4 * k, 4 * k + 4), maps[n], size, leastVisible),
    ),
  );
  found[key] = moved.map((boxes) => Float32Array.from(boxes.flatMap((box) => box ?? [])));
  for (const [other, { along, shape }] of Object.entries(fields)) {
    if (along !== key) continue;
    const width = shape.slice(1).reduce<number>((product, extent) => product * extent!, 1);
    found[other] = (values[other] as readonly TypedArray[]).map((rows, n) => {
      if (rows.length !== moved[n].length * width)
        throw new DataError(
          `augmented: ${other} has ${rows.length / width} rows where ${key} has ${moved[n].length} boxes`,
        );
      return rows.filter((_: number, at: number) => moved[n][Math.floor(at / width)]);
    });
  }
}

/** @returns undefined where too little of it is left */
function movedBox(
  box: ArrayLike<number>,
  maps: Maps,
  [h, w]: Size,
  leastVisible: number,
): number[] | undefined {
  let [top, left, bottom, right] = Array.from(box);
  let visible = 1;
  for (const map of maps) {
    const corners = [top, bottom].flatMap((y) => [left, right].map((x) => movedTo(map, y, x)));
    const [ys, xs] = [corners.map(([y]) => y), corners.map(([, x]) => x)];
    const whole = (Math.max(...ys) - Math.min(...ys)) * (Math.max(...xs) - Math.min(...xs));
    [top, left] = [Math.max(0, Math.min(...ys)), Math.max(0, Math.min(...xs))];
    [bottom, right] = [Math.min(h, Math.max(...ys)), Math.min(w, Math.max(...xs))];
    if (!(bottom > top && right > left)) return undefined;
    visible *= ((bottom - top) * (right - left)) / whole;
  }
  // To the last bits: a box that lies within the picture is whole however it is turned.
  return visible >= leastVisible - 1e-9 ? [top, left, bottom, right] : undefined;
}
