/** The first pictures that are trained on, as they are changed, with their classes: whoever sees them sees what is wrong. */
import { epochOrder } from "../../data/batches.js";
import { batchAt } from "../../data/example-batches.js";
import type { Picture } from "../../images/picture.js";
import { renderPanels } from "../../report/features/panels.js";
import { coloured } from "../../report/segmentation/coloured.js";
import { writableNames } from "../../report/sheet/characters.js";
import type { SegmentationBeginning } from "../../tasks/segmentation/index.js";

/** A PNG of them: each picture, and below it the same under the colours of its classes. */
export async function firstBatch(
  { examples, batchSize, segmenter }: SegmentationBeginning,
  seed: number,
): Promise<Uint8Array> {
  const places = epochOrder(examples.length, { seed, epoch: 0 }).slice(0, Math.min(4, batchSize));
  const { fields } = await batchAt(examples, places, { seed, epoch: 0 });
  const [n, height, width] = fields.images.shape;
  const [pixels, map] = [await fields.images.data(), await fields.map.data()];
  const size = height * width;
  const names = writableNames(segmenter.classes);
  const each = Array.from({ length: n }, (_, i) => {
    const picture: Picture = {
      width,
      height,
      channels: 3,
      pixels: Uint8Array.from(pixels.slice(3 * i * size, 3 * (i + 1) * size), Math.round),
    };
    const labels = map.slice(i * size, (i + 1) * size);
    const there = names.filter((_, label) => labels.includes(label));
    return { picture, labels, there };
  });
  return renderPanels({
    title: `The first pictures of ${examples.name}`,
    subtitle: `as they are trained on, ${height}×${width}; below under the colours of their classes, what does not count uncoloured`,
    columns: n,
    panels: [
      ...each.map(({ picture, there }) => ({ caption: there.join(", "), picture })),
      ...each.map(({ picture, labels, there }) => ({
        caption: `${there.length} ${there.length === 1 ? "class" : "classes"}`,
        picture: coloured(picture, { labels, palette: segmenter.colours }),
      })),
    ],
  });
}
