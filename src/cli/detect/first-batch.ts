/** The first pictures that are trained on, as they are changed, with their boxes: whoever sees them sees what is wrong. */
import { epochOrder } from "../../data/batches.js";
import { batchAt } from "../../data/example-batches.js";
import type { Picture } from "../../images/picture.js";
import { boxMarks } from "../../report/features/marks.js";
import { renderPanels } from "../../report/features/panels.js";
import { writableNames } from "../../report/sheet/characters.js";
import type { DetectionBeginning } from "../../tasks/detection/index.js";

/** A PNG of them. */
export async function firstBatch(
  { examples, batchSize, detector }: DetectionBeginning,
  seed: number,
): Promise<Uint8Array> {
  const places = epochOrder(examples.length, { seed, epoch: 0 }).slice(0, Math.min(8, batchSize));
  const { fields } = await batchAt(examples, places, { seed, epoch: 0 });
  const [n, height, width] = fields.images.shape;
  const pixels = await fields.images.data();
  const [boxes, labels] = [await fields.boxes.data(), await fields.labels.data()];
  const most = fields.labels.shape[1];
  const names = writableNames(detector.classes);
  const size = height * width * 3;
  return renderPanels({
    title: `The first pictures of ${examples.name}`,
    subtitle: `as they are trained on, ${height}×${width}, with the boxes that are to be found`,
    columns: Math.min(4, n),
    panels: Array.from({ length: n }, (_, i) => {
      const picture: Picture = {
        width,
        height,
        channels: 3,
        pixels: Uint8Array.from(pixels.slice(i * size, (i + 1) * size), Math.round),
      };
      const own = Array.from({ length: most }, (_, k) => i * most + k).filter((at) => labels[at] >= 0);
      return {
        caption: `${own.length} ${own.length === 1 ? "box" : "boxes"}`,
        picture,
        overlay: boxMarks(
          own.map((at) => {
            const [top, left, bottom, right] = [0, 1, 2, 3].map((side) => boxes[4 * at + side]);
            return { x: left, y: top, width: right - left, height: bottom - top, label: names[labels[at]] };
          }),
        ),
      };
    }),
  });
}
