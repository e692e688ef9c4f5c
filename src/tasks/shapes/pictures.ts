/** Pictures of shapes as a data set: nothing of them is there before it is asked for. */

import { DataError, type Draw } from "../../data/dataset.js";
import type { Examples, Field, FieldValues } from "../../data/examples.js";
import { printableFields } from "../../data/examples.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { fromOneOn, rule, wholeNumber } from "../../door/rules.js";
import type { Picture } from "../../images/picture.js";
import { shapesToTest, shapesToTrain } from "../../random/streams.js";
import { RandomStream } from "../../random/threefry.js";
import type { Corners } from "../../training/objectives/average-precision.js";
import type { Annotations } from "../annotations/annotated.js";
import { annotationsOf } from "../annotations/annotated.js";
import { runsOf } from "../annotations/masks.js";
import { drawShapes } from "./drawing.js";
import { colourNames, shapeNames } from "./kinds.js";
import { captionOf, namedOf, type SceneOptions, sceneOf } from "./scene.js";

/** How many pictures {@link shapes} has, of which size, with how much in them. */
export interface ShapesOptions {
  /** Edge of the pictures, in pixels; 256 if left out. */
  size?: number;
  /** How many there are to train on; 8000 if left out. */
  train?: number;
  /** How many to test by; 2000 if left out. They are the same ones whatever the seed. */
  test?: number;
  /** At least and at most so many objects in a picture; [1, 8] if left out, [2, 3] for captions. */
  objects?: readonly [least: number, most: number];
  /** Gives other pictures to train on; 0 if left out. */
  seed?: number;
}

/** An object as it is seen. */
export interface DrawnShape {
  /** Places among `shapeNames` and `colourNames`. */
  readonly label: number;
  readonly colour: number;
  /** The smallest box around the pixels of it that are seen: [top, left, bottom, right]. */
  readonly box: Corners;
  /** S×S: 1 where it is seen. */
  readonly mask: () => Uint8Array;
}

/** A picture of shapes with what is in it. */
export interface DrawnPicture {
  readonly picture: Picture;
  /** From the first drawn to the last, which covers those before it. */
  readonly objects: readonly DrawnShape[];
  /** S×S: 1 + label of the shape that is seen, 0 on the ground. */
  readonly map: Uint8Array;
  /** "a red circle above a blue star" */
  readonly caption: string;
  /** Places among the objects, in the order in which the caption names them. */
  readonly named: readonly number[];
}

type ShapeField = "images" | "boxes" | "labels" | "colours" | "map";

/**
 * Fields `images` (S×S×3), `boxes` (?×4), `labels` and `colours` (?, −1 where a batch is filled up) and `map` (S×S: 1 + label,
 * 0 on the ground).
 */
export interface ShapePictures extends Examples<{ readonly [K in ShapeField]: Field }> {
  /** The picture at a place, drawn. */
  drawn(place: number): DrawnPicture;
  /** What is said of the picture at a place, which need not be drawn for it. */
  caption(place: number): string;
}

/**
 * Pictures of coloured shapes, drawn by code when they are asked for, a few milliseconds each: circles, rings, squares,
 * triangles, stars, crosses and hearts in eight colours, 16 to 120 pixels large, on clouds, stripes, tiles or slopes of dull
 * colours. Of two that overlap up to 30 % of the smaller is covered. Each has its box, its mask and a place in a caption.
 *
 * One colour of each shape (`heldOutPairs`) is never in a picture to train on.
 */
export function shapes(options: ShapesOptions = {}): { train: ShapePictures; test: ShapePictures } {
  const {
    size = 256,
    train = 8000,
    test = 2000,
    objects: [least, most] = [1, 8],
    seed = 0,
  } = optionsOf("shapes", options, {
    size: rule("a whole number from 64 to 1024", (n) => Number.isInteger(n) && +n! >= 64 && +n! <= 1024),
    train: fromOneOn,
    test: fromOneOn,
    objects: rule(
      "[least, most], whole numbers from 1 to 8",
      (range) =>
        Array.isArray(range) &&
        range.length === 2 &&
        range.every((n) => Number.isInteger(n) && n >= 1 && n <= 8) &&
        range[0] <= range[1],
    ),
    seed: wholeNumber,
  });
  const scene = { size, least, most };
  return {
    train: shapePictures("shapes, train", train, { ...scene, heldOut: false }, seed, shapesToTrain),
    test: shapePictures("shapes, test", test, { ...scene, heldOut: true }, 0, shapesToTest),
  };
}

function shapePictures(
  name: string,
  length: number,
  scene: SceneOptions,
  seed: number,
  stream: number,
): ShapePictures {
  const { size } = scene;
  const begun = (place: number) => {
    if (!(Number.isInteger(place) && place >= 0 && place < length))
      throw new DataError(`${name}: there is no picture ${place}, expected 0 to ${length - 1}`);
    const random = new RandomStream(seed, stream, place);
    return { random, placed: sceneOf(random, scene) };
  };
  const drawn = (place: number): DrawnPicture => {
    const { random, placed } = begun(place);
    const { pixels, owners } = drawShapes(placed, size, random);
    const boxes = boxesOf(owners, size, placed.length);
    const map = owners.map((owner) => (owner === 0 ? 0 : 1 + placed[owner - 1].shape));
    return {
      picture: { width: size, height: size, channels: 3, pixels },
      objects: placed.map(({ shape, colour }, i) => ({
        label: shape,
        colour,
        box: boxes[i],
        mask: () => owners.map((owner) => Number(owner === i + 1)),
      })),
      map,
      caption: captionOf(placed, size),
      named: namedOf(placed).map((one) => placed.indexOf(one)),
    };
  };
  return printableFields<ShapePictures>({
    name,
    length,
    classes: shapeNames,
    fields: {
      images: { shape: [size, size, 3], dtype: "u8", pixels: true },
      boxes: { shape: [null, 4], dtype: "f32", holds: "boxes", multiple: 8 },
      labels: { shape: [null], dtype: "i32", along: "boxes", pad: -1, multiple: 8 },
      colours: { shape: [null], dtype: "i32", along: "boxes", pad: -1, multiple: 8 },
      map: { shape: [size, size], dtype: "u8", holds: "mask" },
    },
    fresh: true,
    drawn,
    caption: (place: number) => captionOf(begun(place).placed, size),
    async at(places: Int32Array, _draw?: Draw): Promise<{ readonly [K in ShapeField]: FieldValues }> {
      const pixels = size * size;
      const images = new Uint8Array(places.length * pixels * 3);
      const map = new Uint8Array(places.length * pixels);
      const all = Array.from(places, (place, n) => {
        const one = drawn(place);
        images.set(one.picture.pixels, n * pixels * 3);
        map.set(one.map, n * pixels);
        return one.objects;
      });
      return {
        images,
        map,
        boxes: all.map((objects) => Float32Array.from(objects.flatMap(({ box }) => box))),
        labels: all.map((objects) => Int32Array.from(objects, ({ label }) => label)),
        colours: all.map((objects) => Int32Array.from(objects, ({ colour }) => colour)),
      };
    },
  });
}

/** The smallest box around the pixels of each owner. */
function boxesOf(owners: Uint8Array, size: number, count: number): Corners[] {
  const boxes = Array.from({ length: count }, () => [size, size, 0, 0]);
  for (let p = 0; p < owners.length; p++) {
    if (owners[p] === 0) continue;
    const i = Math.floor(p / size);
    const j = p - i * size;
    const box = boxes[owners[p] - 1];
    if (i < box[0]) box[0] = i;
    if (j < box[1]) box[1] = j;
    if (i >= box[2]) box[2] = i + 1;
    if (j >= box[3]) box[3] = j + 1;
  }
  return boxes as unknown as Corners[];
}

const drawnPictures = rule("pictures as shapes() gives them: its train, or its test", (value) => {
  const { drawn, length } = (value ?? {}) as Partial<ShapePictures>;
  return typeof drawn === "function" && fromOneOn.holds(length);
});

/**
 * Pictures of shapes as annotations, with masks and captions: to be written in a format that other programs read.
 * @param count  so many from the first on; all if left out
 */
export function shapeAnnotations(pictures: ShapePictures, count = pictures?.length): Annotations {
  checkArgument("shapeAnnotations", "what is given", pictures, drawnPictures);
  checkArgument("shapeAnnotations", "the count", count, fromOneOn);
  const given = Array.from({ length: Math.min(count, pictures.length) }, (_, place) => {
    const { picture, objects, caption } = pictures.drawn(place);
    const { width, height } = picture;
    return {
      name: `${String(place).padStart(5, "0")}.png`,
      width,
      height,
      objects: objects.map(({ label, colour, box, mask }) => ({
        class: shapeNames[label],
        box,
        mask: runsOf(mask(), [height, width]),
        attributes: { colour: colourNames[colour] },
      })),
      captions: [caption],
    };
  });
  return annotationsOf(pictures.name, given, { classes: shapeNames });
}
