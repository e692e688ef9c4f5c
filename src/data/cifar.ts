import type { cifarFiles } from "./cifar-layouts.js";
import type { Splits } from "./dataset.js";
import type { LoadOptions } from "./places.js";

/** One of the CIFAR data sets, as a row of a table. */
export interface CifarEntry {
  name: keyof typeof cifarFiles;
  description: string;
  classes: readonly string[];
  sizes: { train: number; test: number };
}

/** Krizhevsky: Learning Multiple Layers of Features from Tiny Images, 2009. */
export const cifar10Entry: CifarEntry = {
  name: "cifar10",
  description: "small photographs of ten kinds of things (CIFAR-10)",
  classes: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
  sizes: { train: 50_000, test: 10_000 },
};

export const cifar100Entry: CifarEntry = {
  name: "cifar100",
  description: "small photographs of a hundred kinds of things (CIFAR-100)",
  classes: (
    "apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can " +
    "castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin " +
    "elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster " +
    "man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck " +
    "pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk " +
    "skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger " +
    "tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm"
  ).split(" "),
  sizes: { train: 50_000, test: 10_000 },
};

/** CIFAR-10: 50,000 + 10,000 photographs of 32×32 pixels in ten classes. */
export const cifar10 = (options?: LoadOptions): Promise<Splits> => load(cifar10Entry, options);

/** CIFAR-100: 50,000 + 10,000 photographs of 32×32 pixels in a hundred classes. */
export const cifar100 = (options?: LoadOptions): Promise<Splits> => load(cifar100Entry, options);

/** What reads the files is loaded when it is asked for: a page that draws its own digits does without. */
async function load(entry: CifarEntry, options?: LoadOptions): Promise<Splits> {
  const { loadCifar } = await import("./cifar-files.js");
  return loadCifar(entry, options);
}
