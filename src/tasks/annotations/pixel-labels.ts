/** The class of each pixel of annotated pictures: from maps of labels, or from the masks of objects. */
import { DataError } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { list } from "../../door/rules.js";
import type { AnnotatedPicture, Annotations } from "./annotated.js";
import { someAnnotations } from "./box-examples.js";
import { readLabels, vocPalette } from "./labels.js";
import { maskPixels } from "./masks.js";

/** Stands in maps for "does not count". */
export const notCounted = 255;

/** How {@link pixelLabels} reads what does not say it itself. */
export interface PixelLabelOptions {
  /** Names of the classes in the order of the maps' labels, where the annotations have none; their numbers if left out. */
  classes?: readonly string[];
  /** Labels of maps that do not count, beside 255. */
  ignore?: readonly number[];
}

/** A class for each pixel. */
export interface PixelLabels {
  readonly classes: readonly string[];
  /** Red, green and blue of each class. */
  readonly colours: Uint8Array;
  /** Those whose pixels have classes. */
  readonly pictures: readonly AnnotatedPicture[];
  /** Of one of them H×W, 255 where a pixel does not count. */
  of(picture: AnnotatedPicture): Promise<Uint8Array>;
}

/** Pascal VOC's, in the order of its maps: in a few pictures not all of them are. */
const ofVoc = [
  ...["aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "diningtable"],
  ...["dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor"],
];

/** Everything that is no object. */
const ground = "background";

/**
 * The classes of the pixels of annotated pictures: of maps of labels, or of masks of objects, where the ground is the first.
 * @throws DataError  one line that names the file: no map and no mask at all, a map of another size than its picture, a label
 *     that is none of the classes
 */
export async function pixelLabels(
  annotations: Annotations,
  options: PixelLabelOptions = {},
): Promise<PixelLabels> {
  checkArgument("pixelLabels", "what is given", annotations, someAnnotations);
  const { classes: named, ignore = [] } = optionsOf("pixelLabels", options, {
    classes: list("names"),
    ignore: list("labels"),
  });
  const { name, pictures } = annotations;
  if (pictures.some(({ labels }) => labels !== undefined))
    return ofMaps(annotations, { named, ignored: new Set([...ignore, notCounted]) });
  if (pictures.length > 0 && !pictures.some(({ objects }) => objects.some(({ mask }) => mask)))
    throw new DataError(`${name}: has neither maps of labels nor masks of objects`);
  const classes = [ground, ...annotations.classes];
  checkNames(name, classes, named);
  const of = async (picture: AnnotatedPicture) => painted(picture);
  return { classes, colours: vocPalette().slice(0, 3 * classes.length), pictures, of };
}

/** Names are for what has none. */
function checkNames(name: string, own: readonly string[], named?: readonly string[]): void {
  if (named && String(named) !== String(own))
    throw new DataError(
      `${name}: its classes are ${own.join(", ")}, those that are named ${named.join(", ")}`,
    );
}

async function ofMaps(
  annotations: Annotations,
  { named, ignored }: { named?: readonly string[]; ignored: ReadonlySet<number> },
): Promise<PixelLabels> {
  const pictures = annotations.pictures.filter(({ labels }) => labels !== undefined);
  const known = namesIn(annotations);
  if (known) checkNames(annotations.name, known, named);
  const classes = known ?? named ?? numbers(1 + (await largest(pictures, ignored)));
  const { palette } = await readLabels(pictures[0].labels!);
  const enough = palette && palette.length >= 3 * classes.length;
  return {
    classes,
    colours: (enough ? palette : vocPalette()).slice(0, 3 * classes.length),
    pictures,
    async of({ labels: file, width, height }) {
      const map = await readLabels(file!);
      if (map.width !== width || map.height !== height)
        throw new DataError(
          `${file}: is ${map.width}×${map.height} pixels, its picture is ${width}×${height}`,
        );
      return map.labels.map((label, at) => {
        if (ignored.has(label)) return notCounted;
        if (label < classes.length) return label;
        const others = [...ignored].sort((a, b) => a - b).join(" or ");
        throw new DataError(
          `${file}: the pixel in row ${Math.floor(at / width)} and column ${at % width} has the label ${label}, expected 0 to ${classes.length - 1}, or ${others} where it does not count`,
        );
      });
    },
  };
}

/** What the annotations call the labels; undefined where they do not. */
function namesIn({ classes, pictures }: Annotations): readonly string[] | undefined {
  if (classes.length === 0) return undefined;
  // Where there are objects, too, classes are theirs: maps begin with what is none.
  if (!pictures.some(({ objects }) => objects.length > 0)) return classes;
  return [ground, ...(classes.every((one) => ofVoc.includes(one)) ? ofVoc : classes)];
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, label) => String(label));

async function largest(pictures: readonly AnnotatedPicture[], ignored: ReadonlySet<number>): Promise<number> {
  let most = 0;
  for (const { labels } of pictures)
    for (const label of (await readLabels(labels!)).labels)
      if (label > most && !ignored.has(label)) most = label;
  return most;
}

/** Objects over each other, the larger ones below; where an object has a box alone, nobody knows. */
function painted({ width, height, objects }: AnnotatedPicture): Uint8Array {
  const map = new Uint8Array(width * height);
  const masks = objects.map(({ label, mask, box }) => {
    const pixels = mask ? maskPixels(mask, height, width) : boxPixels(box, { width, height });
    return {
      value: mask ? 1 + label : notCounted,
      pixels,
      area: pixels.reduce((sum, one) => sum + Number(one !== 0), 0),
    };
  });
  for (const { value, pixels } of masks.sort((a, b) => b.area - a.area))
    for (let i = 0; i < map.length; i++) if (pixels[i] !== 0) map[i] = value;
  return map;
}

function boxPixels(
  [top, left, bottom, right]: AnnotatedPicture["objects"][number]["box"],
  { width, height }: { width: number; height: number },
): Uint8Array {
  const pixels = new Uint8Array(width * height);
  for (let i = Math.floor(top); i < Math.min(height, Math.ceil(bottom)); i++)
    pixels.fill(1, i * width + Math.floor(left), i * width + Math.min(width, Math.ceil(right)));
  return pixels;
}
