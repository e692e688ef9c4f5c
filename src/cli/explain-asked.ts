/** What `receptive explain` is asked, and how that is said to the library. */
import * as explain from "../explain/index.js";
import type { Picture } from "../images/picture.js";
import { percent } from "../report/numbers.js";
import type { Tensor } from "../tensor/tensor.js";
import { predict } from "../training/predict.js";
import { UsageError } from "./failure.js";
import type { Network } from "./network.js";

/** What a method is asked. */
export interface Asked {
  network: Network;
  /** Names of picture files, the pictures as the network takes them, and the same as one batch. */
  files: readonly string[];
  pictures: readonly Picture[];
  images: Tensor;
  classes?: number[];
  layer?: string;
  unit?: number[];
  data?: string;
  limit?: number;
  top: number;
  regularisation: keyof typeof explain.regularisations;
  steps?: number;
  size?: number;
  stride?: number;
  seed: number;
  running: explain.Running;
}

export const classNames =
  ({ network: { classes } }: Asked) =>
  (k: number) =>
    classes[k]?.split(",")[0] ?? `class ${k}`;

export const aimedAtClass = ({ classes, pictures, running }: Asked): explain.Aimed => ({
  ...running,
  ...(classes === undefined ? {} : { target: forEach(classes, pictures.length) }),
});

/** The class, or the unit of the layer, that is to be explained. */
export const aimed = (asked: Asked): explain.Aimed =>
  asked.layer === undefined
    ? aimedAtClass(asked)
    : {
        ...asked.running,
        target: { layer: asked.layer, unit: forEach(asked.unit ?? [0], asked.pictures.length) },
      };

export const forEach = (given: number[], n: number): number | number[] =>
  given.length === 1 ? given[0] : given.slice(0, n);

/** "tabby (93.1 %)" for each picture: the class that is explained, and its probability. */
export async function readings(asked: Asked): Promise<string[]> {
  const probabilities = await predict(asked.network.model, asked.images);
  const nameOf = classNames(asked);
  return probabilities.map((p, i) => {
    const given = asked.classes && forEach(asked.classes, asked.pictures.length);
    const k = given === undefined ? p.indexOf(Math.max(...p)) : typeof given === "number" ? given : given[i];
    return `${nameOf(k)} (${percent(p[k])})`;
  });
}

export const dataOf = ({ data, network }: Asked): string => {
  const name = data ?? network.data;
  if (name === undefined) throw new UsageError("explain: which data set? Name one with --data");
  return name;
};

export function needed({ layer, network: { model } }: Asked, method: string): string {
  if (layer !== undefined) return layer;
  const names = explain.layersWithMaps(model);
  throw new UsageError(`explain ${method}: which layer? Name one with --layer: ${names.join(", ")}`);
}

export const classCount = ({ model }: Network): number => model.summary().layers.at(-1)!.output.at(-1)!;
