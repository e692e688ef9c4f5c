/** Sheets of pictures that fool a network. */
import * as explain from "../../explain/index.js";
import { count, percent } from "../../formatting/numbers.js";
import { pictureOf } from "../../images/colour-maps.js";
import type { Section } from "../pictures/contact-sheet.js";
import { type Answer, type Asked, classCount, classNames, writtenNames } from "./asked.js";

function foolingSection(
  asked: Asked,
  title: string,
  { classes, images, confidences, steps }: explain.Fooling,
): Section {
  const [, height, width, channels] = images.shape;
  const each = height * width * channels;
  const nameOf = writtenNames(asked);
  return {
    title,
    remark: `after ${count(steps)} rounds`,
    edge: Math.max(110, Math.min(220, width)),
    tiles: classes.map((k, i) => ({
      picture: pictureOf(images.own!.subarray(i * each, (i + 1) * each), { height, width }, channels),
      caption: [nameOf(k), percent(confidences[i], 2)] as const,
    })),
  };
}

const someClasses = (asked: Asked): number[] =>
  asked.classes ?? Array.from({ length: Math.min(10, classCount(asked.network)) }, (_, k) => k);

export async function foolingSheet(asked: Asked): Promise<Answer> {
  const { network, running, seed, steps } = asked;
  const found = await explain.foolingImages(network.model, {
    ...running,
    classes: someClasses(asked),
    seed,
    steps,
  });
  return {
    sheet: {
      title: `Fooling images: ${verdict(asked, [found])}`,
      subtitle: "noise, changed along the gradient, and how sure the network is that it shows each class",
      sections: [foolingSection(asked, "by gradient", found)],
    },
    facts: { classes: factsOf(asked, found) },
    map: found.images,
  };
}

export async function evolutionSheet(asked: Asked): Promise<Answer> {
  const { network, running, seed, steps } = asked;
  const options = { ...running, classes: someClasses(asked), seed, generations: steps };
  const direct = await explain.evolvedImages(network.model, { ...options, encoding: "direct" });
  const found: [string, explain.Fooling][] = [["by evolution of pixels", direct]];
  if (!running.stop?.aborted)
    found.push([
      "by evolution of patterns",
      await explain.evolvedImages(network.model, { ...options, encoding: "indirect" }),
    ]);
  return {
    sheet: {
      title: `Evolved images: ${verdict(
        asked,
        found.map(([, fooling]) => fooling),
      )}`,
      subtitle: "made without a gradient, and how sure the network is that they show each class",
      sections: found.map(([how, fooling]) => foolingSection(asked, how, fooling)),
    },
    facts: Object.fromEntries(
      found.map(([, fooling], i) => [i === 0 ? "pixels" : "patterns", factsOf(asked, fooling)]),
    ),
  };
}

/** "lenet5 reads 3 of 10 in them": classes that it is surer of than of all others together. */
function verdict({ network: { model } }: Asked, found: readonly explain.Fooling[]): string {
  const sure = found.flatMap(({ confidences }) => [...confidences]);
  const fooled = sure.filter((q) => q > 0.5).length;
  if (fooled === 0) return `${model.name} is not fooled`;
  return fooled === sure.length
    ? `${model.name} is fooled`
    : `${model.name} is fooled by ${count(fooled)} of ${count(sure.length)}`;
}

const factsOf = (asked: Asked, { classes, confidences }: explain.Fooling): object[] =>
  classes.map((k, i) => ({ class: classNames(asked)(k), index: k, probability: confidences[i] }));
