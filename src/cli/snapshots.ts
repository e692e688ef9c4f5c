/** `train --snapshots`: an animation of a network while it learns. */
import { join } from "node:path";
import { type AnyDataset, picturesAt } from "../data/dataset.js";
import { type Snapshot, snapshot } from "../explain/index.js";
import { count, percent, significant } from "../formatting/numbers.js";
import { writeAnimation } from "../images/animation.js";
import { heatPicture, pictureOf, signedPicture } from "../images/colour-maps.js";
import { checkPictureName } from "../images/write.js";
import type { Model } from "../nn/index.js";
import { renderContactSheet, type Tile } from "../report/pictures/contact-sheet.js";
import { tensor } from "../tensor/creation.js";
import type { FitOptions, StepEvent } from "../training/fit.js";

/** About so many frames, however long the training. */
const frameCount = 48;

export interface Film {
  readonly options: NonNullable<FitOptions["snapshots"]>;
  add(event: StepEvent): void;
  /** Writes the animation and says where, or nothing where there was nothing to see. */
  write(folder: string): Promise<string | undefined>;
}

/** @param steps  of the whole training */
export async function film(model: Model, test: AnyDataset, steps: number): Promise<Film> {
  checkPictureName("learning.png");
  const bytes = await picturesAt(test, Int32Array.of(0));
  const image = tensor(bytes, [1, ...test.shape]);
  const frames: { snapshot: Snapshot; event: StepEvent }[] = [];
  return {
    options: {
      every: Math.max(1, Math.ceil(steps / frameCount)),
      take: (learning) => snapshot(learning, { image }),
    },
    add(event) {
      if (event.snapshot) frames.push({ snapshot: event.snapshot, event });
    },
    async write(folder) {
      if (frames.length === 0) return undefined;
      const last = frames[frames.length - 1].snapshot;
      const scales = { filters: largest(last.filters.own!), maps: largest(last.maps!.own!) };
      const [h, w, c] = test.shape;
      const picture = pictureOf(bytes, { height: h, width: w }, c);
      const drawn: Uint8Array[] = [];
      for (const { snapshot: seen, event } of frames)
        drawn.push(
          await renderContactSheet({
            title: `${model.name} learns`,
            subtitle: subtitleOf(event),
            sections: [
              { title: `filters of ${seen.layer}`, tiles: filterTiles(seen, scales.filters), edge: 130 },
              {
                title: "what they make of a picture",
                tiles: [{ picture }, ...mapTiles(seen, scales.maps)],
                edge: 170,
              },
            ],
          }),
        );
      const path = join(folder, "learning.gif");
      await writeAnimation(path, drawn, { milliseconds: 150, width: 840 });
      return path;
    },
  };
}

function subtitleOf({ epoch, step, steps, loss, accuracy }: StepEvent): string {
  const read = accuracy === undefined ? "" : `, accuracy ${percent(accuracy)}`;
  return `epoch ${epoch}, step ${count(step)} of ${count(steps)}: loss ${significant(loss)}${read}`;
}

const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((most, v) => Math.max(most, Math.abs(v)), 1e-12);

/** At most so many filters of a layer. */
const shown = 32;

function filterTiles({ filters }: Snapshot, scale: number): Tile[] {
  const [height, width, channels, n] = filters.shape;
  const values = filters.own!;
  return Array.from({ length: Math.min(n, shown) }, (_, f) => {
    if (channels === 3) {
      const colours = Array.from(
        { length: height * width * 3 },
        (_, at) => 127.5 * (1 + values[at * n + f] / scale),
      );
      return { picture: pictureOf(colours, { height, width }, 3) };
    }
    const plane = Array.from({ length: height * width }, (_, at) => values[at * channels * n + f]);
    return { picture: signedPicture(plane, { height, width }, scale) };
  });
}

function mapTiles({ maps }: Snapshot, scale: number): Tile[] {
  const [, height, width, n] = maps!.shape;
  return Array.from({ length: Math.min(n, shown) }, (_, k) => {
    const plane = Array.from({ length: height * width }, (_, at) => maps!.own![at * n + k]);
    return { picture: heatPicture(plane, { height, width }, [0, scale]) };
  });
}
