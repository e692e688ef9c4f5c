/** Sheets of the methods that show what units look for: a tile for each. */

import { picturesAt } from "../../data/dataset.js";
import { UsageError } from "../../door/usage-error.js";
import * as explain from "../../explain/index.js";
import { count, minus, significant } from "../../formatting/numbers.js";
import { extremes, pictureOf, signedPicture } from "../../images/colour-maps.js";
import type { Picture } from "../../images/picture.js";
import { greyScale, signedScale } from "../pictures/colour-scale.js";
import type { Section, Tile } from "../pictures/contact-sheet.js";
import { cut, shaded } from "../pictures/numbers.js";
import { writableNames } from "../sheet/characters.js";
import {
  type Answer,
  type Asked,
  classCount,
  classNames,
  dataOf,
  layerOf,
  uninterrupted,
  unitNames,
  writtenNames,
} from "./asked.js";

export async function filterSheet({ network: { model }, layer: named }: Asked): Promise<Answer> {
  const { layer, filters } = await explain.filters(model, named);
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
          caption: channels === 1 ? String(f) : `${f} / ${c}`,
        });
  }
  const deep = channels !== 3 && channels !== 1;
  const ends = { range: [-largest, largest] as const, unit: "weight" };
  const cutShort = deep && channels > 24 ? `, the first 24 of ${channels} channels` : "";
  return {
    sheet: {
      title: `Filters: ${layer} of ${model.name}`,
      subtitle: `${filters.shape.join("×")} (height × width × channels × filters), all on one scale${deep ? "; below each tile filter / channel" : ""}${shown < number ? `; the first ${shown} of ${number} filters` : ""}${cutShort}`,
      sections: [
        {
          title: "weights",
          tiles,
          scale:
            channels === 3 ? greyScale({ ...ends, unit: "weight of red, green, blue" }) : signedScale(ends),
          ...(deep
            ? { columns: channels < 12 ? channels * Math.floor(12 / channels) : Math.min(channels, 24) }
            : {}),
          edge: 120,
        },
      ],
    },
    facts: { layer, shape: filters.shape, largest },
    map: filters,
  };
}

/** A scale for all maps of the layer, or for each map its own; where values are of both signs it diverges. */
export async function mapSheet(asked: Asked): Promise<Answer> {
  const { network, images, pictures, files, running, scale } = asked;
  const layer = layerOf(asked, "featureMaps");
  const maps = await explain.featureMaps(network.model, images, {
    layer,
    ...uninterrupted(running),
  });
  const [, height, width, channels] = maps.shape;
  const shown = asked.unit ?? Array.from({ length: Math.min(channels, 256) }, (_, k) => k);
  checkUnits("feature-maps", layer, shown, channels);
  const each = height * width * channels;
  const nameOf = unitNames(asked, layer);
  const sections = pictures.map((picture, i): Section => {
    const values = maps.own!.slice(i * each, (i + 1) * each);
    const plane = (k: number) =>
      Float32Array.from({ length: height * width }, (_, at) => values[at * channels + k]);
    const [low, high] = extremes(values);
    const range = [Math.min(0, low), Math.max(high, low < 0 ? 0 : 1e-9)] as const;
    const layerScale = shaded(
      values,
      { height: 1, width: values.length },
      { unit: "activation", range },
    ).scale;
    return {
      title: files[i],
      remark: `${height}×${width}×${channels}`,
      ...(scale === "layer" ? { scale: layerScale } : {}),
      tiles: [
        { picture, caption: "the picture" },
        ...shown.map((k): Tile => {
          const own = plane(k);
          const [least, most] = extremes(own);
          const between = least === most ? "even" : `${significant(least)} to ${significant(most)}`;
          const ends = scale === "layer" ? range : ([Math.min(0, least), Math.max(most, 1e-9)] as const);
          return {
            picture: shaded(own, { height, width }, { unit: "activation", range: ends }).picture,
            caption: scale === "layer" ? nameOf(k) : [nameOf(k), between],
          };
        }),
      ],
      edge: 160,
    };
  });
  const first = shown.length < channels && !asked.unit ? `; the first ${shown.length} of ${channels}` : "";
  return {
    sheet: {
      title: `Feature maps: ${layer} of ${network.model.name}`,
      subtitle: `one tile for each filter${first}, ${scale === "layer" ? "all on one scale" : "each on its own scale from 0 on, its numbers below it"}; negative blue, positive red where there are both, else black to bright`,
      sections,
    },
    facts: { layer, shape: maps.shape.slice(1), pictures: files.map((image) => ({ image })) },
    map: maps,
  };
}

function checkUnits(method: string, layer: string, units: readonly number[], count: number): void {
  const outside = units.find((k) => k >= count);
  if (outside !== undefined)
    throw new UsageError(
      `explain ${method}: there is no unit ${outside}; ${layer} has the units 0 to ${count - 1}`,
    );
}

export async function topSheet(asked: Asked): Promise<Answer> {
  const { network, running, top, unit } = asked;
  const layer = layerOf(asked, "topActivations");
  const all = explain.unitCount(network.model, layer);
  const units = unit ?? Array.from({ length: Math.min(all, 24) }, (_, k) => k);
  checkUnits("top-activations", layer, units, all);
  const dataset = await asked.testPictures(dataOf(asked));
  const found = await explain.topActivations(network.model, dataset, { layers: layer, k: top, ...running });
  const hits = found.get(layer)!;
  const nameOf = unitNames(asked, layer);
  const written = writableNames(dataset.classes);
  const [height, width, channels] = dataset.shape;
  const sections: Section[] = [];
  let hasParts = false;
  for (const k of units) {
    if (hits[k].length === 0) {
      sections.push({ title: nameOf(k), remark: "silent: no picture drives it", tiles: [] });
      continue;
    }
    const bytes = await picturesAt(
      dataset,
      Int32Array.from(hits[k], ({ index }) => index),
    );
    const size = height * width * channels;
    const whole = hits[k].map((_, i) =>
      pictureOf(bytes.subarray(i * size, (i + 1) * size), { height, width }, channels),
    );
    const seesAll = hits[k].every(({ box }) => box.height === height && box.width === width);
    const [most, least] = [hits[k][0].activation, hits[k].at(-1)!.activation];
    sections.push({
      title: nameOf(k),
      remark: `${hits[k].length < top ? `only ${hits[k].length} ${hits[k].length === 1 ? "picture drives" : "pictures drive"} it; ` : ""}activations ${significant(most)} to ${significant(least)}`,
      columns: Math.max(top, 9),
      edge: 130,
      tiles: hits[k].flatMap((hit, i) => ({
        picture: whole[i],
        ...(seesAll ? {} : { box: hit.box }),
        caption: written[dataset.labels[hit.index]],
      })),
    });
    if (seesAll) continue;
    hasParts = true;
    sections.push({
      title: "",
      columns: Math.max(top, 9),
      edge: 130,
      tiles: hits[k].map(({ box }, i) => ({ picture: cut(whole[i], box) })),
    });
  }
  const first = units.length < all && !unit ? `; the first ${units.length} of ${all} units` : "";
  return {
    sheet: {
      title: `Top activations: ${layer} of ${network.model.name}`,
      subtitle: `of ${count(dataset.length)} pictures of ${dataset.name} those that drive each unit highest${hasParts ? ", and below them what it sees there" : ""}${first}`,
      sections,
    },
    facts: {
      layer,
      data: dataset.name,
      units: units.map((k) => ({
        unit: k,
        hits: hits[k].map((hit) => ({ ...hit, class: dataset.classes[dataset.labels[hit.index]] })),
      })),
    },
  };
}

export async function maximisedSheet(asked: Asked): Promise<Answer> {
  const { network, layer, unit, classes, running, regularisation, steps, seed } = asked;
  const { model } = network;
  if (layer === undefined && unit !== undefined)
    throw new UsageError("--unit is one of a layer: name it with --layer");
  if (layer !== undefined && classes !== undefined)
    throw new UsageError(
      "--class and --layer are given: pictures are made of classes, or of a layer's units",
    );
  const all = layer === undefined ? classCount(network) : explain.unitCount(model, layer);
  const mostShown = layer === undefined ? 100 : 256;
  const chosen =
    (layer === undefined ? classes : unit) ?? Array.from({ length: Math.min(all, mostShown) }, (_, k) => k);
  const { images, scores, before } = await explain.activationMaximisation(model, {
    ...running,
    target: layer === undefined ? chosen : { layer, unit: chosen },
    regularisation,
    steps,
    seed,
  });
  const [n, height, width, channels] = images.shape;
  const each = height * width * channels;
  const nameOf = layer === undefined ? writtenNames(asked) : unitNames(asked, layer);
  const what = layer === undefined ? `classes of ${model.name}` : `units of ${layer} of ${model.name}`;
  const first = chosen.length < all && !(classes ?? unit) ? `; the first ${chosen.length} of ${all}` : "";
  return {
    sheet: {
      title: `Activation maximisation: ${what}`,
      subtitle: `the picture that it answers to most; regularisation ${regularisation}, ${steps ?? 256} steps of Adam, seed ${seed}; below each picture the ${layer === undefined ? "score" : "activation"} at first and at the end${first}`,
      sections: [
        {
          title: "",
          edge: n <= 20 ? Math.max(160, Math.min(300, width)) : Math.max(96, Math.min(240, width)),
          tiles: Array.from({ length: n }, (_, i) => ({
            picture: pictureOf(images.own!.subarray(i * each, (i + 1) * each), { height, width }, channels),
            caption: [
              nameOf(chosen[i]),
              scores[i] === 0
                ? "silent: nothing wakes it"
                : `${minus(significant(before[i]))} → ${minus(significant(scores[i]))}`,
            ] as const,
          })),
        },
      ],
    },
    facts: {
      ...(layer === undefined ? {} : { layer }),
      regularisation,
      pictures: Array.from({ length: n }, (_, i) => ({
        ...(layer === undefined
          ? { class: classNames(asked)(chosen[i]), index: chosen[i] }
          : { unit: chosen[i] }),
        before: before[i],
        score: scores[i],
      })),
    },
    map: images,
  };
}
