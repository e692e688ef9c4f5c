/** Sheets of the methods that show what units look for: a tile for each. */
import { picturesAt } from "../data/dataset.js";
import * as explain from "../explain/index.js";
import type { Picture } from "../images/picture.js";
import { count, significant } from "../report/numbers.js";
import type { ContactSheet, Section, Tile } from "../report/pictures/contact-sheet.js";
import { cut, extremes, heatPicture, pictureOf, signedPicture } from "../report/pictures/numbers.js";
import { loadData } from "./data-sets.js";
import { type Asked, classCount, classNames, dataOf, needed } from "./explain-asked.js";
import { UsageError } from "./failure.js";

export async function filterSheet({ network: { model }, layer: named }: Asked): Promise<ContactSheet> {
  const { layer, filters } = explain.filters(model, named);
  const [height, width, channels, number] = filters.shape;
  const values = filters.own as Float32Array;
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

export async function mapSheet(asked: Asked): Promise<ContactSheet> {
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
    const values = maps.own!.slice(i * each, (i + 1) * each);
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

export async function topSheet(asked: Asked): Promise<ContactSheet> {
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

export async function maximisedSheet(asked: Asked): Promise<ContactSheet> {
  const { network, layer, unit, classes, running, regularisation, steps, seed } = asked;
  const { model } = network;
  const units =
    unit ?? Array.from({ length: layer === undefined ? 0 : explain.unitCount(model, layer) }, (_, k) => k);
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
          picture: pictureOf(images.own!.subarray(i * each, (i + 1) * each), { height, width }, channels),
          caption: [names[i], `${significant(before[i])} → ${significant(scores[i])}`] as const,
        })),
      },
    ],
  };
}
