/** The first pictures that are trained on, as they are changed, with their captions as the network knows them. */
import { epochOrder } from "../../data/batches.js";
import { batchAt } from "../../data/example-batches.js";
import { renderPanels } from "../../report/features/panels.js";
import { drawable } from "../../report/sheet/characters.js";
import type { CaptionBeginning } from "../../tasks/captions/index.js";

/** A PNG of them. */
export async function firstCaptions(
  { examples, batchSize, captioner: { vocabulary } }: CaptionBeginning,
  seed: number,
): Promise<Uint8Array> {
  const places = epochOrder(examples.length, { seed, epoch: 0 }).slice(0, Math.min(8, batchSize));
  const { fields } = await batchAt(examples, places, { seed, epoch: 0 });
  const [n, height, width] = fields.images.shape;
  const [pixels, words] = [await fields.images.data(), await fields.words.data()];
  const [size, longest] = [height * width * 3, fields.words.shape[1]];
  return renderPanels({
    title: `The first pictures of ${examples.name}`,
    subtitle: `as they are trained on, ${height}×${width}, with their captions; words that are not known are "?"`,
    columns: Math.min(4, n),
    panels: Array.from({ length: n }, (_, i) => {
      const own = Array.from(words.slice(i * longest, (i + 1) * longest), (number) =>
        vocabulary.wordOf(number),
      );
      return {
        caption: drawable(own.filter((word) => word !== "" && !word.startsWith("<")).join(" ")),
        picture: {
          width,
          height,
          channels: 3,
          pixels: Uint8Array.from(pixels.slice(i * size, (i + 1) * size), Math.round),
        },
      };
    }),
  });
}
