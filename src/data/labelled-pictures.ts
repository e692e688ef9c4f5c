import { checkArgument } from "../door/argument.js";
import { optionsOf } from "../door/options.js";
import { callback } from "../door/rules.js";
import { type Augment, type Changes, prepare } from "./batches.js";
import { type AnyDataset, aDataset } from "./dataset.js";
import { type Examples, type Field, printableFields } from "./examples.js";
import type { Mixup } from "./mixup.js";

/** The fields of a data set of pictures with classes. */
export type PictureFields = { readonly images: Field; readonly labels: Field };

/**
 * A data set of pictures with classes as one of named fields: `images`, `labels`, and where pictures are mixed with
 * others, `others`, the classes of those, and `share`, how much of each picture is its own. What is random needs a draw.
 */
export function labelledPictures(
  dataset: AnyDataset,
  options: { augment?: Augment; mixup?: Mixup } = {},
): Examples<PictureFields> {
  checkArgument("labelledPictures", "what is given", dataset, aDataset);
  return picturesByFields(dataset, optionsOf("labelledPictures", options, { augment: callback, mixup: 1 }));
}

/** The same of what is known to be right. */
export function picturesByFields(dataset: AnyDataset, changes: Changes): Examples<PictureFields> {
  const { augment, mixup } = changes;
  const isChanged = augment !== undefined || mixup !== undefined;
  const one: Field = { shape: [], dtype: "i32" };
  return printableFields<Examples<PictureFields>>({
    name: dataset.name,
    length: dataset.length,
    classes: dataset.classes,
    fresh: true,
    // Threads change several batches at a time.
    readsAhead: Math.max(("read" in dataset && dataset.readsAhead) || 1, augment ? 3 : 1),
    fields: {
      images: { shape: dataset.shape, dtype: isChanged ? "f32" : "u8", pixels: true },
      labels: one,
      ...(mixup ? { others: one, share: { shape: [], dtype: "f32" } } : {}),
    },
    async at(places, draw) {
      const { images, labels, mixed } = await prepare(dataset, places, { ...changes, shuffle: draw });
      if (!mixed) return { images, labels };
      const share = new Float32Array(places.length).fill(mixed.share);
      return { images, labels, others: mixed.labels, share };
    },
  });
}
