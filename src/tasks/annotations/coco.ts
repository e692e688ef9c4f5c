/** COCO: one JSON file for many pictures, of boxes and masks, or of captions. */
import { DataError } from "../../data/dataset.js";
import { said } from "../../door/said.js";
import { parseJson } from "../../formats/json.js";
import type {
  AnnotatedObject,
  AnnotatedPicture,
  AnnotationFault,
  Annotations,
  GivenObject,
  GivenPicture,
} from "./annotated.js";
import { countsOf, maskPixels, type ObjectMask } from "./masks.js";
import { shortest } from "./shortest.js";

/** What a file of COCO's form holds. */
export interface CocoContent {
  readonly pictures: readonly GivenPicture[];
  readonly classes: readonly string[];
  /** Where they are numbers. */
  readonly classIds?: readonly number[];
  readonly notes: readonly string[];
}

type JsonObject = { readonly [name: string]: unknown };

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Pictures with objects and captions of a file of COCO's form. A box [x, y, width, height] is read as left x, top y, right
 * x + width, bottom y + height; classes are in the order of their numbers.
 *
 * @param faults  is told of objects that are none
 * @throws DataError where it is no such file
 * Lin et al.: Microsoft COCO: Common Objects in Context, ECCV 2014; cocodataset.org/#format-data.
 */
export function cocoContent(text: string, name: string, faults: AnnotationFault[]): CocoContent {
  const refuse = (why: string): never => {
    throw new DataError(`${name}: ${why}`);
  };
  const json = parseJson(text.replace(/^\uFEFF/, ""), "it", refuse);
  if (!isObject(json) || !Array.isArray(json.images))
    return refuse("has no list `images`, expected a JSON object of COCO's form");
  const listed = (key: string): readonly unknown[] =>
    json[key] === undefined ? [] : Array.isArray(json[key]) ? json[key] : refuse(`\`${key}\` is no list`);

  const categories = listed("categories")
    .map((category, i) => {
      const id = isObject(category) ? idOf(category.id) : undefined;
      if (id === undefined || typeof (category as JsonObject).name !== "string")
        return refuse(`categories[${i}] has no id and name`);
      return { id: Number(id), key: id, name: (category as JsonObject).name as string };
    })
    // Those that are no numbers keep their order.
    .sort((a, b) => a.id - b.id || 0);
  const names = new Map(categories.map((category) => [category.key, category.name]));
  if (names.size < categories.length) refuse("two categories have the same id");

  const found = new Map<string, { picture: GivenPicture; objects: GivenObject[]; captions: string[] }>();
  for (const [i, image] of json.images.entries()) {
    const id = isObject(image) ? idOf(image.id) : undefined;
    if (id === undefined || typeof (image as JsonObject).file_name !== "string")
      return refuse(`images[${i}] has no id and file_name`);
    const { file_name, width, height } = image as { file_name: string } & JsonObject;
    if (![width, height].every((side) => Number.isInteger(side) && (side as number) > 0))
      return refuse(`images[${i}] (${file_name}) has the size ${said(width)}×${said(height)}`);
    if (found.has(id)) refuse(`two images have the id ${id} (${file_name})`);
    const number = Number(id);
    const picture = {
      name: file_name,
      width: width as number,
      height: height as number,
      ...(Number.isSafeInteger(number) ? { id: number } : {}),
    };
    found.set(id, {
      picture: { ...picture, place: `${name}, ${file_name}` },
      objects: [],
      captions: [],
    });
  }

  const numbers = new Map<GivenPicture, number>();
  let keypoints = 0;
  for (const [i, annotation] of listed("annotations").entries()) {
    if (!isObject(annotation)) return refuse(`annotations[${i}] is ${said(annotation)}`);
    const of = found.get(idOf(annotation.image_id) ?? "");
    if (!of) {
      faults.push({
        place: `${name}, annotations[${i}]`,
        why: `belongs to the image ${said(annotation.image_id)}, which there is not`,
      });
      continue;
    }
    if (Array.isArray(annotation.keypoints)) keypoints++;
    if (typeof annotation.caption === "string" && annotation.bbox === undefined) {
      of.captions.push(annotation.caption);
      continue;
    }
    const number = (numbers.get(of.picture) ?? 0) + 1;
    numbers.set(of.picture, number);
    const place = `box ${number}${Number.isInteger(annotation.id) ? ` (annotation ${annotation.id})` : ""}`;
    const object = objectOf(annotation, names);
    if ("why" in object) faults.push({ place: `${of.picture.place}, ${place}`, why: object.why });
    else of.objects.push({ ...object, place });
  }
  return {
    pictures: [...found.values()].map(({ picture, objects, captions }) => ({
      ...picture,
      objects,
      ...(captions.length > 0 ? { captions } : {}),
    })),
    classes: categories.map((category) => category.name),
    ...(categories.every(({ id }) => Number.isSafeInteger(id))
      ? { classIds: categories.map(({ id }) => id) }
      : {}),
    notes:
      keypoints > 0
        ? [`${name}: keypoints of ${keypoints} ${keypoints === 1 ? "object" : "objects"} are passed over`]
        : [],
  };
}

/** A number or a text: some programs write the numbers of pictures and classes in quotes, or names in their place. */
const idOf = (value: unknown): string | undefined => {
  if (typeof value === "string" && value.trim() !== "")
    return /^\d+$/.test(value) ? String(Number(value)) : value;
  return Number.isInteger(value) ? String(value) : undefined;
};

function objectOf(
  annotation: JsonObject,
  names: ReadonlyMap<string, string>,
): GivenObject | { readonly why: string } {
  const named = names.get(idOf(annotation.category_id) ?? "");
  if (named === undefined)
    return { why: `is of the category ${said(annotation.category_id)}, which there is not` };
  const { bbox, segmentation, area, iscrowd, ignore, id, attributes } = annotation;
  if (!Array.isArray(bbox) || bbox.length !== 4 || !bbox.every((n) => Number.isFinite(n)))
    return { why: `has the bbox ${said(bbox)}, expected [x, y, width, height]` };
  const [x, y, width, height] = bbox as number[];
  const mask = maskOf(segmentation);
  if (mask && "why" in mask) return mask;
  const pixels = mask && "counts" in mask ? sumOfOdd(mask.counts) : width * height;
  return {
    class: named,
    box: [y, x, y + height, x + width],
    ...(mask ? { mask } : {}),
    area: Number.isFinite(area) && (area as number) >= 0 ? (area as number) : pixels,
    ...(ignore === 1 ? { difficult: true } : {}),
    ...(iscrowd === 1 ? { crowd: true } : {}),
    ...(Number.isInteger(id) ? { id: id as number } : {}),
    ...(isObject(attributes) && Object.keys(attributes).length > 0
      ? {
          attributes: Object.fromEntries(
            Object.entries(attributes).map(([key, value]) => [key, String(value)]),
          ),
        }
      : {}),
  };
}

/** Of runs how many pixels belong to the mask. */
const sumOfOdd = (counts: readonly number[]): number =>
  counts.reduce((sum, count, i) => sum + (i % 2) * count, 0);

function maskOf(segmentation: unknown): ObjectMask | { readonly why: string } | undefined {
  if (segmentation === undefined || segmentation === null) return undefined;
  if (Array.isArray(segmentation)) {
    if (segmentation.length === 0) return undefined;
    if (!segmentation.every(Array.isArray)) return { why: "has a segmentation that is no list of polygons" };
    return { polygons: segmentation as number[][] };
  }
  if (!isObject(segmentation) || !Array.isArray(segmentation.size) || segmentation.size.length !== 2)
    return { why: `has the segmentation ${said(segmentation)}, expected polygons or { size, counts }` };
  const { counts } = segmentation;
  const runs = typeof counts === "string" ? countsOf(counts) : Array.isArray(counts) ? counts : undefined;
  if (!runs) return { why: "has a mask whose runs cannot be unpacked" };
  return { size: segmentation.size as [number, number], counts: runs };
}

/** Files of COCO's form: one of objects, and where there are captions one of those. */
export function cocoTexts({ classes, classIds, pictures }: Annotations): {
  instances: string;
  captions?: string;
} {
  const ids = classIds ?? classes.map((_, i) => i + 1);
  const imageIds = numbered(pictures);
  const objects = pictures.flatMap((picture) => picture.objects);
  const objectIds = numbered(objects);
  const images = pictures.map((picture, i) => ({
    id: imageIds[i],
    file_name: picture.name,
    width: picture.width,
    height: picture.height,
  }));
  let next = 0;
  const annotations = pictures.flatMap((picture, i) =>
    picture.objects.map((object) => ({
      id: objectIds[next++],
      image_id: imageIds[i],
      category_id: ids[object.label],
      ...asJson(object, picture),
    })),
  );
  const categories = classes.map((name, i) => ({ id: ids[i], name }));
  const captions = pictures.flatMap((picture, i) =>
    (picture.captions ?? []).map((caption) => ({ image_id: imageIds[i], caption })),
  );
  return {
    instances: JSON.stringify({ images, annotations, categories }),
    ...(captions.length > 0
      ? {
          captions: JSON.stringify({
            images,
            annotations: captions.map((one, i) => ({ id: i + 1, ...one })),
          }),
        }
      : {}),
  };
}

/** The numbers that they have, and for others those that none has. */
function numbered(all: readonly { readonly id?: number }[]): number[] {
  const taken = new Set(all.map(({ id }) => id));
  let next = 1;
  return all.map(({ id }) => {
    if (id !== undefined) return id;
    while (taken.has(next)) next++;
    return next++;
  });
}

function asJson(
  { box: [top, left, bottom, right], mask, area, difficult, crowd, attributes }: AnnotatedObject,
  { width, height }: AnnotatedPicture,
) {
  const [wide, high] = [
    [left, right],
    [top, bottom],
  ].map(([from, to]) => shortest(to - from, to, (written) => from + written));
  return {
    bbox: [left, top, wide, high],
    area: area ?? (mask ? maskPixels(mask, height, width).reduce((sum, one) => sum + one, 0) : wide * high),
    iscrowd: crowd ? 1 : 0,
    ...(difficult ? { ignore: 1 } : {}),
    segmentation: !mask ? [] : "polygons" in mask ? mask.polygons : { size: mask.size, counts: mask.counts },
    ...(attributes ? { attributes } : {}),
  };
}
