/** The methods of `receptive explain`: each asks the library, and says how its answer looks on a sheet. */
import { picturesAt } from "../data/dataset.js";
import * as explain from "../explain/index.js";
import type { Picture } from "../images/picture.js";
import { count, percent, significant } from "../report/numbers.js";
import type { ContactSheet, Section, Tile } from "../report/pictures/contact-sheet.js";
import {
  classPicture,
  cut,
  heatPicture,
  overlay,
  pictureOf,
  signedColours,
  signedPicture,
} from "../report/pictures/numbers.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { predict } from "../training/predict.js";
import { loadData } from "./data-sets.js";
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

interface Method {
  description: string;
  takesPictures: boolean;
  run(asked: Asked): Promise<ContactSheet>;
}

export const methods: { readonly [name: string]: Method } = {
  filters: {
    description: "the weights of a convolution",
    takesPictures: false,
    run: filterSheet,
  },
  "feature-maps": {
    description: "every map of a layer for a picture",
    takesPictures: true,
    run: mapSheet,
  },
  "top-activations": {
    description: "the pictures of a data set, and the parts of them, that drive units highest",
    takesPictures: false,
    run: topSheet,
  },
  "activation-maximisation": {
    description: "the picture that each unit of a layer, or each class, answers to most",
    takesPictures: false,
    run: maximisedSheet,
  },
  fooling: {
    description: "pictures of noise that the network is sure of, by gradient",
    takesPictures: false,
    run: (asked) => foolingSheet(asked, "by gradient", explain.foolingImages),
  },
  evolution: {
    description: "pictures that the network is sure of, by evolution of pixels and of patterns",
    takesPictures: false,
    run: evolutionSheet,
  },
  saliency: attribution("how strongly each pixel moves the score", (asked) =>
    explain.saliency(asked.network.model, asked.images, aimed(asked)),
  ),
  smoothgrad: attribution("saliency of the mean gradient over noisy copies", (asked) =>
    explain.smoothGrad(asked.network.model, asked.images, {
      ...aimed(asked),
      copies: asked.steps,
      seed: asked.seed,
    }),
  ),
  "gradient-times-input": attribution("each pixel's part in the score, to first order", (asked) =>
    explain.gradientTimesInput(asked.network.model, asked.images, aimed(asked)),
  ),
  "integrated-gradients": attribution("each pixel's part in the score, from black on", (asked) =>
    explain.integratedGradients(asked.network.model, asked.images, { ...aimed(asked), steps: asked.steps }),
  ),
  "guided-backpropagation": attribution("the gradient without what is negative on its way", (asked) =>
    explain.guidedBackpropagation(asked.network.model, asked.images, aimed(asked)),
  ),
  "grad-cam": attribution("where the maps of a layer speak for the class", (asked) =>
    explain.gradCam(asked.network.model, asked.images, { ...aimedAtClass(asked), layer: asked.layer }),
  ),
  "guided-grad-cam": attribution("guided backpropagation where Grad-CAM points", (asked) =>
    explain.guidedGradCam(asked.network.model, asked.images, { ...aimedAtClass(asked), layer: asked.layer }),
  ),
  occlusion: {
    description: "the class's probability while a grey square slides over the picture",
    takesPictures: true,
    run: occlusionSheet,
  },
  deconvnet: {
    description: "units of a layer projected back to the pixels that drove them",
    takesPictures: true,
    run: deconvnetSheet,
  },
  "sanity-check": {
    description: "which methods depend on what was learned: maps while weights become random",
    takesPictures: false,
    run: sanitySheet,
  },
};

const classNames =
  ({ network: { classes } }: Asked) =>
  (k: number) =>
    classes[k]?.split(",")[0] ?? `class ${k}`;

const aimedAtClass = ({ classes, pictures, running }: Asked): explain.Aimed => ({
  ...running,
  ...(classes === undefined ? {} : { target: forEach(classes, pictures.length) }),
});

/** The class, or the unit of the layer, that is to be explained. */
const aimed = (asked: Asked): explain.Aimed =>
  asked.layer === undefined
    ? aimedAtClass(asked)
    : {
        ...asked.running,
        target: { layer: asked.layer, unit: forEach(asked.unit ?? [0], asked.pictures.length) },
      };

const forEach = (given: number[], n: number): number | number[] =>
  given.length === 1 ? given[0] : given.slice(0, n);

/** One section for a picture: it, the map, and the map laid over it. */
function attribution(description: string, method: (asked: Asked) => Promise<Tensor>): Method {
  return {
    description,
    takesPictures: true,
    async run(asked) {
      const map = await method(asked);
      const words = await readings(asked);
      return {
        title: `${asked.network.model.name}: ${description}`,
        subtitle: asked.layer ? `layer ${asked.layer}` : "of the class named below each picture",
        sections: [
          {
            title: "",
            columns: Math.min(6, Math.max(3, 3 * Math.min(2, asked.pictures.length))),
            edge: 420,
            tiles: asked.pictures.flatMap((photo, i) => drawn(photo, map, i, [asked.files[i], words[i]])),
          },
        ],
      };
    },
  };
}

/** Every map is shown as numbers in colours, and over the picture in grey. */
function drawn(photo: Picture, maps: Tensor, i: number, words: readonly [string, string]): Tile[] {
  const [, height, width, channels = 0] = maps.shape;
  const size = { height, width };
  const each = maps.size / maps.shape[0];
  const values = maps.values!.slice(i * each, (i + 1) * each);
  const picture =
    channels === 0
      ? heatPicture(values, size)
      : channels === 3
        ? signedColours(values, size)
        : signedPicture(values, size);
  const strength = channels === 0 ? values : strongestOf(values, channels);
  return [
    { picture: photo, caption: words },
    { picture, caption: channels === 0 ? "bright: strong" : "grey or white: 0" },
    { picture: overlay(photo, strength, size), caption: "over the picture" },
  ];
}

const strongestOf = (values: ArrayLike<number>, channels: number): Float32Array =>
  Float32Array.from({ length: values.length / channels }, (_, i) => {
    let most = 0;
    for (let c = 0; c < channels; c++) most = Math.max(most, Math.abs(values[i * channels + c]));
    return most;
  });

/** "tabby (93.1 %)" for each picture: the class that is explained, and its probability. */
async function readings(asked: Asked): Promise<string[]> {
  const probabilities = await predict(asked.network.model, asked.images);
  const nameOf = classNames(asked);
  return probabilities.map((p, i) => {
    const given = asked.classes && forEach(asked.classes, asked.pictures.length);
    const k = given === undefined ? p.indexOf(Math.max(...p)) : typeof given === "number" ? given : given[i];
    return `${nameOf(k)} (${percent(p[k])})`;
  });
}

async function filterSheet({ network: { model }, layer: named }: Asked): Promise<ContactSheet> {
  const { layer, filters } = explain.filters(model, named);
  const [height, width, channels, number] = filters.shape;
  const values = filters.values as Float32Array;
  const largest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-12);
  const size = { height, width };
  const plane = (f: number, c: number) =>
    Array.from({ length: height * width }, (_, at) => values[(at * channels + c) * number + f]);
  const shown = Math.min(number, channels === 3 || channels === 1 ? 256 : 24);
  const colour = (f: number): Picture =>
    pictureOf(
      Array.from({ length: height * width * 3 }, (_, at) => 127.5 * (1 + values[at * number + f] / largest)),
      size,
      3,
    );
  const tiles: Tile[] = [];
  for (let f = 0; f < shown; f++) {
    if (channels === 3) tiles.push({ picture: colour(f), caption: String(f) });
    else
      for (let c = 0; c < Math.min(channels, 24); c++)
        tiles.push({
          picture: signedPicture(plane(f, c), size, largest),
          caption: channels === 1 ? String(f) : `${f} of ${c}`,
        });
  }
  const deep = channels !== 3 && channels !== 1;
  return {
    title: `${model.name}: filters of ${layer}`,
    subtitle: `${filters.shape.join("×")}, all on one scale of ±${significant(largest)}; ${channels === 3 ? "zero is grey" : "negative blue, positive red"}${shown < number ? `; the first ${shown} of ${number}` : ""}`,
    sections: [
      {
        title: "",
        tiles,
        ...(deep ? { columns: Math.min(channels, 24) } : {}),
        edge: 120,
        remark: "",
      },
    ],
  };
}

async function mapSheet(asked: Asked): Promise<ContactSheet> {
  const { network, images, pictures, files, running } = asked;
  const layer = needed(asked, "feature-maps");
  const maps = await explain.featureMaps(network.model, images, { layer, ...running });
  const [, height, width, channels] = maps.shape;
  const shown = asked.unit ?? Array.from({ length: Math.min(channels, 256) }, (_, k) => k);
  const outside = shown.find((k) => k >= channels);
  if (outside !== undefined)
    throw new UsageError(
      `explain feature-maps: there is no unit ${outside}; ${layer} has the units 0 to ${channels - 1}`,
    );
  const each = height * width * channels;
  const sections = pictures.map((picture, i): Section => {
    const values = maps.values!.slice(i * each, (i + 1) * each);
    const plane = (k: number) => Array.from({ length: height * width }, (_, at) => values[at * channels + k]);
    const range = [Math.min(0, ...extremes(values)), Math.max(...extremes(values))] as const;
    return {
      title: files[i],
      remark: `${height}×${width}×${channels}, from ${significant(range[0])} (black) to ${significant(range[1])} (bright)`,
      tiles: [
        { picture, caption: "the picture" },
        ...shown.map((k) => ({
          picture: heatPicture(plane(k), { height, width }, range),
          caption: String(k),
        })),
      ],
      edge: 160,
    };
  });
  return {
    title: `${network.model.name}: feature maps of ${layer}`,
    subtitle: "one tile for each filter",
    sections,
  };
}

function extremes(values: ArrayLike<number>): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  return [low, high];
}

async function topSheet(asked: Asked): Promise<ContactSheet> {
  const { network, running, top, unit } = asked;
  const layer = needed(asked, "top-activations");
  const dataset = (await loadData(dataOf(asked), { limit: asked.limit, folder: network })).test;
  const found = await explain.topActivations(network.model, dataset, { layers: layer, k: top, ...running });
  const hits = found.get(layer)!;
  const units = unit ?? Array.from({ length: Math.min(hits.length, 24) }, (_, k) => k);
  const [height, width, channels] = dataset.shape;
  const sections: Section[] = [];
  for (const k of units) {
    if (!hits[k])
      throw new UsageError(
        `explain top-activations: there is no unit ${k}; ${layer} has the units 0 to ${hits.length - 1}`,
      );
    const bytes = await picturesAt(
      dataset,
      Int32Array.from(hits[k], ({ index }) => index),
    );
    const size = height * width * channels;
    const whole = hits[k].map((_, i) =>
      pictureOf(bytes.subarray(i * size, (i + 1) * size), { height, width }, channels),
    );
    const seesAll = hits[k].every(({ box }) => box.height === height && box.width === width);
    sections.push({
      title: `unit ${k}`,
      remark: `activations ${significant(hits[k][0].activation)} to ${significant(hits[k].at(-1)!.activation)}`,
      columns: Math.max(top, 9),
      edge: 130,
      tiles: hits[k].flatMap((hit, i) => ({
        picture: whole[i],
        ...(seesAll ? {} : { box: hit.box }),
        caption: dataset.classes[dataset.labels[hit.index]],
      })),
    });
    if (!seesAll)
      sections.push({
        title: "",
        columns: Math.max(top, 9),
        edge: 130,
        tiles: hits[k].map(({ box }, i) => ({ picture: cut(whole[i], box) })),
      });
  }
  return {
    title: `${network.model.name}: what drives ${layer}`,
    subtitle: `of ${count(dataset.length)} pictures of ${dataset.name} those with the greatest activation${sections.length > units.length ? ", and below them what the unit sees there" : ""}`,
    sections,
  };
}

async function maximisedSheet(asked: Asked): Promise<ContactSheet> {
  const { network, layer, unit, classes, running, regularisation, steps, seed } = asked;
  const { model } = network;
  const units = unit ?? Array.from({ length: layer === undefined ? 0 : unitsOf(model, layer) }, (_, k) => k);
  const wanted = classes ?? Array.from({ length: classCount(network) }, (_, k) => k);
  const target = layer === undefined ? wanted.slice(0, 100) : { layer, unit: units.slice(0, 256) };
  const { images, scores, before } = await explain.activationMaximisation(model, {
    ...running,
    target,
    regularisation,
    steps,
    seed,
  });
  const [n, height, width, channels] = images.shape;
  const each = height * width * channels;
  const names = layer === undefined ? (target as number[]).map(classNames(asked)) : units.map(String);
  return {
    title: `${model.name}: what ${layer ?? "each class"} answers to most`,
    subtitle: `activation maximisation, ${regularisation}, ${steps ?? 256} steps of Adam, seed ${seed}; below each picture the score at first and at the end`,
    sections: [
      {
        title: "",
        edge: n <= 20 ? 160 : Math.max(96, Math.min(240, width)),
        tiles: Array.from({ length: n }, (_, i) => ({
          picture: pictureOf(images.values!.subarray(i * each, (i + 1) * each), { height, width }, channels),
          caption: [names[i], `${significant(before[i])} → ${significant(scores[i])}`] as const,
        })),
      },
    ],
  };
}

/** @throws ExplainError where there is no such layer */
function unitsOf(model: Network["model"], layer: string): number {
  return explain.unitCount(model, layer);
}

const classCount = ({ model }: Network): number => model.summary().layers.at(-1)!.output.at(-1)!;

function foolingSection(
  asked: Asked,
  title: string,
  { classes, images, confidences, steps }: explain.Fooling,
): Section {
  const [, height, width, channels] = images.shape;
  const each = height * width * channels;
  const nameOf = classNames(asked);
  return {
    title,
    remark: `after ${count(steps)} rounds`,
    edge: Math.max(110, Math.min(220, width)),
    tiles: classes.map((k, i) => ({
      picture: pictureOf(images.values!.subarray(i * each, (i + 1) * each), { height, width }, channels),
      caption: [nameOf(k), percent(confidences[i], 2)] as const,
    })),
  };
}

const someClasses = (asked: Asked): number[] =>
  asked.classes ?? Array.from({ length: Math.min(10, classCount(asked.network)) }, (_, k) => k);

async function foolingSheet(
  asked: Asked,
  how: string,
  method: typeof explain.foolingImages,
): Promise<ContactSheet> {
  const { network, running, seed, steps } = asked;
  const found = await method(network.model, { ...running, classes: someClasses(asked), seed, steps });
  return {
    title: `${network.model.name} is fooled`,
    subtitle: "pictures that no person would read so, and how sure the network is of them",
    sections: [foolingSection(asked, how, found)],
  };
}

async function evolutionSheet(asked: Asked): Promise<ContactSheet> {
  const { network, running, seed, steps } = asked;
  const options = { ...running, classes: someClasses(asked), seed, generations: steps };
  const sections: Section[] = [];
  for (const encoding of ["direct", "indirect"] as const)
    sections.push(
      foolingSection(
        asked,
        encoding === "direct" ? "by evolution of pixels" : "by evolution of patterns",
        await explain.evolvedImages(network.model, { ...options, encoding }),
      ),
    );
  return {
    title: `${network.model.name} is fooled`,
    subtitle: "pictures that evolved without a gradient, and how sure the network is of them",
    sections,
  };
}

async function occlusionSheet(asked: Asked): Promise<ContactSheet> {
  const { network, images, pictures, files, size, stride } = asked;
  const found = await explain.occlusion(network.model, images, { ...aimed(asked), size, stride });
  const [, height, width] = found.map.shape;
  const each = height * width;
  const words = await readings(asked);
  const nameOf = classNames(asked);
  const sections = pictures.map((photo, i): Section => {
    const map = found.map.values!.slice(i * each, (i + 1) * each) as Float32Array;
    const read = found.predicted.values!.slice(i * each, (i + 1) * each);
    const [before] = found.before.values!.slice(i, i + 1);
    const kinds = [...new Set(Array.from(read))].map(
      (k) => [k, Array.from(read).filter((r) => r === k).length] as const,
    );
    kinds.sort((a, b) => b[1] - a[1]);
    return {
      title: files[i],
      remark: `${words[i]}; the square has ${found.size} pixels and moves by ${found.stride}`,
      edge: 310,
      columns: 4,
      tiles: [
        { picture: photo, caption: "the picture" },
        {
          picture: heatPicture(map, { height, width }, extremes(map)),
          caption: ["the class, by where the square is", "dark: hiding this place costs most"],
        },
        {
          picture: overlay(
            photo,
            map.map((v) => Math.max(0, before - v)),
            { height, width },
          ),
          caption: "what is lost, over the picture",
        },
        {
          picture: classPicture(read, { height, width }),
          caption: [
            "the class that is read",
            kinds
              .slice(0, 3)
              .map(([k, n]) => `${nameOf(k)} ${percent(n / each, 0)}`)
              .join(", "),
          ],
        },
      ],
    };
  });
  return {
    title: `${network.model.name}: what hiding parts of a picture does`,
    subtitle: "occlusion by a grey square",
    sections,
  };
}

async function deconvnetSheet(asked: Asked): Promise<ContactSheet> {
  const { network, images, pictures, files, running } = asked;
  const layer = needed(asked, "deconvnet");
  const units =
    asked.unit ?? Array.from({ length: Math.min(12, unitsOf(network.model, layer)) }, (_, k) => k);
  const sections: Section[] = pictures.map((_, i) => ({
    title: files[i],
    tiles: [],
    edge: 110,
    columns: 12,
  }));
  for (const unit of units) {
    const { pixels, hits } = await explain.deconvnet(network.model, images, { layer, unit, ...running });
    const [, height, width, channels] = pixels.shape;
    const each = height * width * channels;
    pictures.forEach((photo, i) => {
      const values = pixels.values!.slice(i * each, (i + 1) * each);
      const back =
        channels === 3 ? signedColours(values, { height, width }) : signedPicture(values, { height, width });
      const { box, activation } = hits[i];
      (sections[i].tiles as Tile[]).push(
        { picture: cut(back, box), caption: `${unit}: ${significant(activation)}` },
        { picture: cut(photo, box) },
      );
    });
  }
  return {
    title: `${network.model.name}: ${layer} back to the pixels`,
    subtitle:
      "each unit's greatest activation through the deconvolutional network, beside the part of the picture that it saw",
    sections,
  };
}

async function sanitySheet(asked: Asked): Promise<ContactSheet> {
  const { network, running, seed } = asked;
  const { model, input } = network;
  const { test } = await loadData(dataOf(asked), { limit: asked.limit, folder: network });
  const n = Math.min(8, test.length);
  const bytes = await picturesAt(
    test,
    Int32Array.from({ length: n }, (_, i) => i),
  );
  const images = tensor(bytes, [n, ...input]);
  const target = Array.from(test.labels.subarray(0, n));
  const maps: { [name: string]: explain.MapMethod } = {
    saliency: (m, x) => explain.saliency(m, x, { target }),
    SmoothGrad: (m, x) => explain.smoothGrad(m, x, { target, copies: 20, seed }),
    "gradient × input": (m, x) => explain.gradientTimesInput(m, x, { target }),
    "integrated gradients": (m, x) => explain.integratedGradients(m, x, { target, steps: 32 }),
    "guided backpropagation": (m, x) => explain.guidedBackpropagation(m, x, { target }),
    "Grad-CAM": (m, x) => explain.gradCam(m, x, { target, layer: asked.layer }),
    "guided Grad-CAM": (m, x) => explain.guidedGradCam(m, x, { target, layer: asked.layer }),
    occlusion: async (m, x) => (await explain.occlusion(m, x, { target, measure: "score" })).map,
  };
  const kept: { [name: string]: Tensor[] } = {};
  const watched = Object.fromEntries(
    Object.entries(maps).map(([name, method]) => [
      name,
      async (m: Network["model"], x: Tensor) => {
        const map = await method(m, x);
        kept[name] = [...(kept[name] ?? []), map];
        return map;
      },
    ]),
  );
  const { layers, likeness, unmoved } = await explain.sanityCheck(model, images, {
    methods: watched,
    seed,
    ...running,
  });
  const stages = ["trained", ...layers.map((layer) => `${layer} random`)];
  const step = Math.max(1, Math.ceil(stages.length / 9));
  return {
    title: `${model.name}: which methods depend on what was learned`,
    subtitle: unmoved.length > 0 ? `hardly changed by random weights: ${unmoved.join(", ")}` : "all of them",
    sections: Object.keys(maps).map(
      (name): Section => ({
        title: name,
        remark: unmoved.includes(name) ? "does not: its maps stay when all weights are random" : "",
        edge: 130,
        columns: 9,
        tiles: kept[name].flatMap((map, stage): Tile[] => {
          if (stage % step !== 0 && stage !== stages.length - 1) return [];
          const [, height, width, channels = 0] = map.shape;
          const values = map.values!.slice(0, map.size / n);
          const strength = channels === 0 ? values : strongestOf(values, channels);
          const picture = heatPicture(Array.from(strength, Math.abs), { height, width });
          const alike = stage === 0 ? "" : `alike ${likeness[name][stage - 1].toFixed(2)}`;
          return [{ picture, caption: [stages[stage], alike] }];
        }),
      }),
    ),
  };
}

const dataOf = ({ data, network }: Asked): string => {
  const name = data ?? network.data;
  if (name === undefined) throw new UsageError("explain: which data set? Name one with --data");
  return name;
};

function needed({ layer, network: { model } }: Asked, method: string): string {
  if (layer !== undefined) return layer;
  const names = explain.layersWithMaps(model);
  throw new UsageError(`explain ${method}: which layer? Name one with --layer: ${names.join(", ")}`);
}
