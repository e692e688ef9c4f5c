/** Sheets of the methods that explain a decision: a picture, and where in it the reasons are. */
import { picturesAt } from "../../data/dataset.js";
import * as explain from "../../explain/index.js";
import { minus, percent, significant } from "../../formatting/numbers.js";
import { classColours, classPicture, extremes, heatPicture, pictureOf } from "../../images/colour-maps.js";
import type { Picture } from "../../images/picture.js";
import type { Network } from "../../openers/network.js";
import { tensor } from "../../tensor/creation.js";
import { Tensor } from "../../tensor/tensor.js";
import type { Section, Tile } from "../pictures/contact-sheet.js";
import { cut, overlaid, shaded } from "../pictures/numbers.js";
import { writableNames } from "../sheet/characters.js";
import {
  type Answer,
  type Asked,
  about,
  aimed,
  aimedAtClass,
  dataOf,
  layerOf,
  subjectsOf,
  uninterrupted,
  unitNames,
  writtenNames,
} from "./asked.js";

/** For each picture: it, the map with its scale, and the map laid over it. */
export async function attributionSheet(asked: Asked, method: explain.HeatMapMethod): Promise<Answer> {
  const { network, images, layer: named, chosen } = asked;
  const layer = method.looksAtMaps ? layerOf(asked, method.title) : undefined;
  const aim = method.looksAtMaps ? aimedAtClass(asked) : await aimed(asked);
  const { layer: _, unit: __, class: ___, ...settings } = chosen;
  const map = await method.run(
    network.model,
    { images },
    { ...aim, ...(method.looksAtMaps ? { layer: named } : {}), ...explain.namedOptions(method, settings) },
  );
  const subjects = await subjectsOf(asked, aim);
  const { unit } = method.answer;
  const baseline = await method.baseline?.(network.model);
  const how = [network.model.name, method.description, ...(baseline ? [baseline] : [])];
  return {
    sheet: {
      title: `${method.title}: ${about(asked, subjects)}`,
      subtitle: `${how.join("; ")}${layer ? `; maps of ${layer}` : ""}`,
      sections: [
        {
          title: "",
          columns: Math.min(6, Math.max(3, 3 * Math.min(2, asked.pictures.length))),
          edge: 420,
          tiles: asked.pictures.flatMap((photo, i) =>
            drawn(photo, map, i, { words: [asked.files[i], subjects[i].words], unit }),
          ),
        },
      ],
    },
    facts: {
      ...(layer === undefined ? {} : { layer }),
      ...(baseline === undefined ? {} : { baseline }),
      unit,
      pictures: subjects.map(({ facts }) => facts),
    },
    map,
  };
}

/** Every map is shown as numbers in colours, and over the picture in grey. */
function drawn(
  photo: Picture,
  maps: Tensor,
  i: number,
  { words, unit }: { words: readonly [string, string]; unit: string },
): Tile[] {
  const [, height, width, channels = 1] = maps.shape;
  const size = { height, width };
  const each = maps.size / maps.shape[0];
  const values = maps.own!.slice(i * each, (i + 1) * each);
  const strength = maps.rank === 3 ? values : strongestOf(values, channels);
  const shown = shaded(values, size, { unit, channels });
  const over = overlaid(photo, strength, size, {
    unit: maps.rank === 3 ? unit : `${unit}, unsigned`,
  });
  return [
    { picture: photo, caption: words },
    { ...shown, caption: captionOf(shown, channels) },
    { ...over, caption: "over the picture" },
  ];
}

const captionOf = (
  { scale: { range } }: { scale: { range: readonly [number, number] } },
  channels: number,
) =>
  channels === 3
    ? "in the channels' own colours; grey: 0"
    : range[0] < 0
      ? "red: for it, blue: against it"
      : "bright: strong";

const strongestOf = (values: ArrayLike<number>, channels: number): Float32Array =>
  Float32Array.from({ length: values.length / channels }, (_, i) => {
    let most = 0;
    for (let c = 0; c < channels; c++) most = Math.max(most, Math.abs(values[i * channels + c]));
    return most;
  });

/** Classes that are named beside their colour, those that are read most. */
const legendLines = 5;

export async function occlusionSheet(asked: Asked): Promise<Answer> {
  const { network, images, pictures, files, size, stride } = asked;
  const aim = await aimed(asked);
  const isUnit = asked.layer !== undefined;
  const unit = isUnit ? "activation" : "probability";
  const found = await explain.occlusion(network.model, images, { ...aim, size, stride });
  const [, height, width] = found.map.shape;
  const each = height * width;
  const subjects = await subjectsOf(asked, aim);
  const nameOf = writtenNames(asked);
  const said = (value: number) => (isUnit ? significant(value) : percent(value));
  const costs = pictures.map((_, i) => {
    const before = found.before.own![i];
    return Float32Array.from(found.map.own!.slice(i * each, (i + 1) * each), (v) => before - v);
  });
  const sections = pictures.map((photo, i): Section => {
    const cost = costs[i];
    const [lowest, most] = extremes(cost);
    // What is hardly to be seen is none: the scale need not turn to two colours for it.
    const least = -lowest > 0.02 * most ? lowest : 0;
    const read = Array.from(found.predicted.own!.slice(i * each, (i + 1) * each));
    const kinds = [...new Set(read)].map((k) => [k, read.filter((r) => r === k).length] as const);
    kinds.sort((a, b) => b[1] - a[1]);
    const colourOf = classColours(read);
    const ends = { range: [Math.min(0, least), Math.max(most, 1e-9)] as const, unit: `${unit} lost` };
    return {
      title: files[i],
      remark: `${subjects[i].words}; the square has ${found.size} pixels and moves by ${found.stride}`,
      edge: 310,
      columns: 4,
      tiles: [
        { picture: photo, caption: ["the picture", `${unit} ${said(found.before.own![i])}`] },
        {
          ...shaded(cost, { height, width }, ends),
          caption: [
            "what a cell costs when it is hidden",
            `at most ${said(most)}${least < 0 ? `; blue: hiding it gains, at most ${said(-least)}` : ""}`,
          ],
        },
        {
          ...overlaid(photo, cost, { height, width }, { unit: `${unit} lost`, most: Math.max(most, 1e-9) }),
          caption: "what is lost, over the picture",
        },
        {
          picture: classPicture(read, { height, width }),
          caption: "the class that is read, by where the square is",
          legend: kinds.slice(0, legendLines).map(([k, n]) => ({
            colour: colourOf(k),
            text: `${nameOf(k)}: ${percent(n / each, 0)} of the places`,
          })),
        },
      ],
    };
  });
  return {
    sheet: {
      title: `Occlusion: ${about(asked, subjects)}`,
      subtitle: `${network.model.name}; what of the ${unit} is lost while a grey square hides a part of the picture`,
      sections,
    },
    facts: {
      size: found.size,
      stride: found.stride,
      unit: `${unit} lost`,
      pictures: subjects.map(({ facts }, i) => ({
        ...facts,
        before: found.before.own![i],
        greatestLoss: extremes(costs[i])[1],
      })),
    },
    map: Tensor.from(Float32Array.from(costs.flatMap((cost) => [...cost])), found.map.shape, "f32"),
  };
}

/** Units that are shown where none are named. */
const strongestShown = 12;

export async function deconvnetSheet(asked: Asked): Promise<Answer> {
  const { network, images, pictures, files, running } = asked;
  const { model } = network;
  const layer = layerOf(asked, "deconvnet");
  const chosen =
    asked.unit?.map((k) => pictures.map(() => k)) ??
    ranks(
      await explain.strongestUnits(model, images, { layer, count: strongestShown, speaker: "deconvnet" }),
    );
  const nameOf = unitNames(asked, layer);
  const sections = pictures.map((_, i) => ({
    title: files[i],
    tiles: [] as Tile[],
    edge: 110,
    columns: 12,
  }));
  const facts = files.map((image) => ({ image, units: [] as object[] }));
  for (const units of chosen) {
    const { pixels, hits } = await explain.deconvnet(model, images, {
      ...uninterrupted(running),
      layer,
      unit: units.map((k) => k ?? 0),
    });
    const [, height, width, channels] = pixels.shape;
    const each = height * width * channels;
    pictures.forEach((photo, i) => {
      const k = units[i];
      if (k === undefined) return;
      const values = pixels.own!.slice(i * each, (i + 1) * each);
      const { box, activation, at } = hits[i];
      const { picture: back, scale } = shaded(values, { height, width }, { unit: "", channels });
      sections[i].tiles.push(
        {
          picture: cut(back, box),
          caption: [`${nameOf(k)}: ${significant(activation)}`, `±${significant(scale.range[1])}`],
        },
        { picture: cut(photo, box), caption: ["what it saw", `at ${at[0]}, ${at[1]}`] },
      );
      facts[i].units.push({ unit: k, activation, at, box });
    });
  }
  return {
    sheet: {
      title: `Deconvnet: ${layer} of ${model.name}, back to the pixels`,
      subtitle: `${asked.unit ? "each unit" : "the strongest units, each"} by its greatest activation (the number), projected back, beside what it saw; ${images.shape[3] === 3 ? "grey: 0, dark and bright" : "white: 0, blue and red"}: the number below, per unit of the input`,
      sections: sections.map((section) =>
        section.tiles.length > 0 ? section : { ...section, remark: "every unit is silent" },
      ),
    },
    facts: { layer, pictures: facts },
  };
}

/** The strongest unit of each picture, then the second of each, and so on. */
const ranks = (units: readonly (readonly number[])[]): (number | undefined)[][] =>
  Array.from({ length: Math.max(...units.map((list) => list.length)) }, (_, rank) =>
    units.map((list) => list[rank]),
  );

export async function sanitySheet(asked: Asked): Promise<Answer> {
  const { network, running, seed } = asked;
  const { model, input } = network;
  const test = await asked.testPictures(dataOf(asked));
  const n = Math.min(8, test.length);
  const bytes = await picturesAt(
    test,
    Int32Array.from({ length: n }, (_, i) => i),
  );
  const images = tensor(bytes, [n, ...input]);
  const target = Array.from(test.labels.subarray(0, n));
  const maps: { [name: string]: explain.MapMethod } = {
    ...Object.fromEntries(
      explain.heatMapMethods.map((method): [string, explain.MapMethod] => [
        inSentence(method.title),
        (m, x) =>
          method.run(
            m,
            { images: x },
            { target, ...quick(seed)[method.name], ...(method.looksAtMaps ? { layer: asked.layer } : {}) },
          ),
      ]),
    ),
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
  const shown = stages.map((_, stage) => stage).filter((k) => k % step === 0 || k === stages.length - 1);
  const place = { columns: Math.max(5, shown.length), edge: 200 };
  const [height, width, channels] = input;
  const picture = pictureOf(bytes.subarray(0, height * width * channels), { height, width }, channels);
  const read = writableNames(test.classes)[target[0]];
  return {
    sheet: {
      title: "Sanity check: which methods depend on what was learned",
      subtitle: `${model.name}; ${
        unmoved.length > 0
          ? `hardly changed by random weights: ${unmoved.join(", ")}`
          : "the maps of all methods change with its weights"
      }; the number: rank correlation with the trained maps, the mean of ${n} ${n === 1 ? "picture" : "pictures"}, 1 is unchanged; each map from 0 (black) to its own greatest value (bright), without its sign`,
      sections: [
        {
          title: "what is explained",
          remark: `the first test picture of ${test.name}, and the score of its class`,
          ...place,
          tiles: [{ picture, caption: read }],
        },
        ...Object.keys(maps).map(
          (name): Section => ({
            title: name,
            remark: unmoved.includes(name) ? "does not: its maps stay when all weights are random" : "",
            ...place,
            tiles: shown
              .filter((stage) => stage < kept[name].length)
              .map((stage): Tile => {
                const map = kept[name][stage];
                const [, height, width, channels = 0] = map.shape;
                const values = map.own!.slice(0, map.size / n);
                const strength = channels === 0 ? values : strongestOf(values, channels);
                const picture = heatPicture(Array.from(strength, Math.abs), { height, width });
                const alike = stage === 0 ? "" : `alike ${minus(likeness[name][stage - 1].toFixed(2))}`;
                return { picture, caption: [stages[stage], alike] };
              }),
          }),
        ),
      ],
    },
    facts: { layers, likeness, unmoved },
  };
}

/** Settings that are good enough to tell maps apart: each is made once for every layer. */
const quick = (seed: number): { readonly [method: string]: object } => ({
  smoothgrad: { copies: 20, seed },
  "integrated-gradients": { steps: 32 },
});

/** "Guided Grad-CAM" as it stands within a sentence: names such as SmoothGrad keep their capitals. */
const inSentence = (title: string): string =>
  /^.[a-z]+\b(?!-)/.test(title) ? title[0].toLowerCase() + title.slice(1) : title;
