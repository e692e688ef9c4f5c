/** Sheets of pictures that fool a network. */
import * as explain from "../explain/index.js";
import { count, percent } from "../report/numbers.js";
import type { ContactSheet, Section } from "../report/pictures/contact-sheet.js";
import { pictureOf } from "../report/pictures/numbers.js";
import { type Asked, classCount, classNames } from "./explain-asked.js";

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
      picture: pictureOf(images.own!.subarray(i * each, (i + 1) * each), { height, width }, channels),
      caption: [nameOf(k), percent(confidences[i], 2)] as const,
    })),
  };
}

const someClasses = (asked: Asked): number[] =>
  asked.classes ?? Array.from({ length: Math.min(10, classCount(asked.network)) }, (_, k) => k);

export async function foolingSheet(
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

export async function evolutionSheet(asked: Asked): Promise<ContactSheet> {
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
