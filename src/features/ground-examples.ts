import type { Dataset } from "../data/dataset.js";
import { notNegative, wholeNumber } from "../door/rules.js";
import { groundWindows } from "../random/streams.js";
import { RandomStream } from "../random/threefry.js";
import { settingsOf } from "./settings.js";

/** What the class of windows that show nothing is called. */
export const groundClass = "nothing";

/**
 * A data set with a class more, of windows that show nothing whole: pictures pushed to the side, with a neighbour on
 * the other side or none, much too small or much too large, and empty ones. A window that slides over a page meets
 * these far more often than what it looks for, and a classifier that has never seen them calls each of them something.
 *
 * @param options.share  examples of nothing for each picture
 * Dalal, Triggs, CVPR 2005, section 5: person-free windows.
 */
export function withGround(data: Dataset, options: { share?: number; seed?: number } = {}): Dataset {
  const { share = 0.5, seed = 0 } = settingsOf("withGround", options, {
    share: notNegative,
    seed: wholeNumber,
  });
  const [height, width, channels] = data.shape;
  const size = height * width * channels;
  const extra = Math.round(data.length * share);
  const images = new Uint8Array((data.length + extra) * size);
  images.set(data.images);
  const labels = new Uint8Array(data.length + extra).fill(data.classes.length);
  labels.set(data.labels);
  for (let n = 0; n < extra; n++) {
    const random = new RandomStream(seed, groundWindows, n);
    const window = images.subarray((data.length + n) * size, (data.length + n + 1) * size);
    for (const view of viewsOf(random, [height, width])) {
      const from = random.integer(data.length);
      lay(data.images.subarray(from * size, (from + 1) * size), data.shape, view, window);
    }
  }
  return { ...data, classes: [...data.classes, groundClass], length: data.length + extra, images, labels };
}

/** Where the middle of a picture lies in the window, from its middle on, and how much larger it is. */
interface View {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

function viewsOf(random: RandomStream, [height, width]: readonly [number, number]): View[] {
  const kind = random.uniform();
  if (kind < 0.03) return [];
  const around = (): number => random.uniform(-0.15, 0.15);
  if (kind < 0.2) return [{ x: around() * width, y: around() * height, scale: random.uniform(0.3, 0.6) }];
  if (kind < 0.4)
    return [{ x: 3 * around() * width, y: 3 * around() * height, scale: random.uniform(1.6, 3) }];
  // To the side by a quarter of the window or more, in the direction of any angle; often with a neighbour.
  const angle = random.uniform(0, 2 * Math.PI);
  const scale = random.uniform(0.75, 1.35);
  const first = random.uniform(0.25, 0.7);
  const side = (far: number, turn: number): View => ({
    x: far * width * Math.cos(angle + turn),
    y: far * height * Math.sin(angle + turn),
    scale,
  });
  const hasNeighbour = random.uniform() < 0.6;
  return hasNeighbour ? [side(first, 0), side(random.uniform(0.3, 0.7), Math.PI)] : [side(first, 0)];
}

/** The brighter of what is there and the picture, bilinearly. */
function lay(
  picture: Uint8Array,
  [height, width, channels]: Dataset["shape"],
  { x, y, scale }: View,
  window: Uint8Array,
): void {
  const at = (i: number, j: number, c: number): number =>
    i >= 0 && i < height && j >= 0 && j < width ? picture[(i * width + j) * channels + c] : 0;
  const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2];
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) {
      const [v, u] = [middleY + (i - middleY - y) / scale, middleX + (j - middleX - x) / scale];
      if (v <= -1 || v >= height || u <= -1 || u >= width) continue;
      const [i0, j0] = [Math.floor(v), Math.floor(u)];
      const [down, right] = [v - i0, u - j0];
      for (let c = 0; c < channels; c++) {
        const value =
          (1 - down) * ((1 - right) * at(i0, j0, c) + right * at(i0, j0 + 1, c)) +
          down * ((1 - right) * at(i0 + 1, j0, c) + right * at(i0 + 1, j0 + 1, c));
        const to = (i * width + j) * channels + c;
        window[to] = Math.max(window[to], Math.round(value));
      }
    }
}
