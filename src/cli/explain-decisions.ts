/** Sheets of the methods that explain a decision: a picture, and where in it the reasons are. */
import { picturesAt } from "../data/dataset.js";
import * as explain from "../explain/index.js";
import type { Picture } from "../images/picture.js";
import { percent, significant } from "../report/numbers.js";
import type { ContactSheet, Section, Tile } from "../report/pictures/contact-sheet.js";
import {
  classPicture,
  cut,
  extremes,
  heatPicture,
  overlay,
  signedColours,
  signedPicture,
} from "../report/pictures/numbers.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { loadData } from "./data-sets.js";
import { type Asked, aimed, classNames, dataOf, needed, readings } from "./explain-asked.js";
import type { Network } from "./network.js";

/** One section for a picture: it, the map, and the map laid over it. */
export async function attributionSheet(
  asked: Asked,
  description: string,
  method: (asked: Asked) => Promise<Tensor>,
): Promise<ContactSheet> {
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
}

/** Every map is shown as numbers in colours, and over the picture in grey. */
function drawn(photo: Picture, maps: Tensor, i: number, words: readonly [string, string]): Tile[] {
  const [, height, width, channels = 0] = maps.shape;
  const size = { height, width };
  const each = maps.size / maps.shape[0];
  const values = maps.own!.slice(i * each, (i + 1) * each);
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

export async function occlusionSheet(asked: Asked): Promise<ContactSheet> {
  const { network, images, pictures, files, size, stride } = asked;
  const found = await explain.occlusion(network.model, images, { ...aimed(asked), size, stride });
  const [, height, width] = found.map.shape;
  const each = height * width;
  const words = await readings(asked);
  const nameOf = classNames(asked);
  const sections = pictures.map((photo, i): Section => {
    const map = found.map.own!.slice(i * each, (i + 1) * each) as Float32Array;
    const read = found.predicted.own!.slice(i * each, (i + 1) * each);
    const [before] = found.before.own!.slice(i, i + 1);
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

export async function deconvnetSheet(asked: Asked): Promise<ContactSheet> {
  const { network, images, pictures, files, running } = asked;
  const layer = needed(asked, "deconvnet");
  const units =
    asked.unit ?? Array.from({ length: Math.min(12, explain.unitCount(network.model, layer)) }, (_, k) => k);
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
      const values = pixels.own!.slice(i * each, (i + 1) * each);
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

export async function sanitySheet(asked: Asked): Promise<ContactSheet> {
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
          const values = map.own!.slice(0, map.size / n);
          const strength = channels === 0 ? values : strongestOf(values, channels);
          const picture = heatPicture(Array.from(strength, Math.abs), { height, width });
          const alike = stage === 0 ? "" : `alike ${likeness[name][stage - 1].toFixed(2)}`;
          return [{ picture, caption: [stages[stage], alike] }];
        }),
      }),
    ),
  };
}
