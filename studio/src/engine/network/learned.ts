/** What the room Learned asks of the network that is shown, and is answered within a second or so. */
import {
  checkpointOf,
  type data,
  evaluate,
  explain,
  type Model,
  nn,
  pixelsFor,
  predict,
  principalComponents,
  setModelWeights,
  type Tensor,
  tensor,
} from "receptive";
import { pictureAt } from "./data-sets.js";
import type { Codes, Move, Moved, Square } from "./learned-answers.js";
import type { Asks } from "./protocol.js";
import type { Shown } from "./run.js";
import { turn } from "./turns.js";

type Answer<K extends keyof Asks> = Promise<Asks[K]["answer"]>;

const shapeOf = (model: Model) => model.inputShape as [height: number, width: number, channels: number];

/** Pixels of 0 to 255, which need not be whole, of pictures of this network. */
const taken = (model: Model, pixels: Float32Array): Tensor => {
  const shape = shapeOf(model);
  return pixelsFor(model, tensor(pixels, [pixels.length / shape.reduce((a, b) => a * b, 1), ...shape]));
};

export async function hiddenAt(
  { model, step }: Shown,
  picture: Uint8Array,
  { size, grey, top, left }: Square & { top: number; left: number },
): Answer<"hidden"> {
  const [height, width, channels] = shapeOf(model);
  const pixels = Float32Array.from(picture);
  for (let i = Math.max(0, top); i < Math.min(top + size, height); i++)
    for (let j = Math.max(0, left); j < Math.min(left + size, width); j++)
      pixels.fill(grey, (i * width + j) * channels, (i * width + j + 1) * channels);
  const [reading] = await predict(model, taken(model, pixels));
  return { step, reading };
}

export async function hidingMap(
  { model, step }: Shown,
  picture: Uint8Array,
  { size, stride, grey, target }: Asks["hiding"]["asked"],
): Answer<"hiding"> {
  // As the network takes it: a pixel like any other.
  const [value] = await taken(model, new Float32Array(picture.length).fill(grey)).data();
  const images = tensor(picture, [1, ...shapeOf(model)]);
  const found = await explain.occlusion(model, images, { size, stride, value, target });
  return {
    step,
    shape: found.map.shape.slice(1) as [number, number],
    map: Float32Array.from(await found.map.data()),
    predicted: Int32Array.from(await found.predicted.data()),
    before: (await found.before.data())[0],
    stride: found.stride,
  };
}

/** Turned about its middle and scaled, then moved; pixels between pixels are interpolated linearly, beside it is black. */
export function movedPicture(
  picture: ArrayLike<number>,
  [height, width, channels]: readonly [number, number, number],
  { right, down, turn: degrees, scale }: Move,
): Float32Array {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle) / scale, Math.sin(angle) / scale];
  const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2];
  const moved = new Float32Array(picture.length);
  const at = (i: number, j: number, c: number) =>
    i < 0 || j < 0 || i >= height || j >= width ? 0 : picture[(i * width + j) * channels + c];
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) {
      const [y, x] = [i - middleY - down, j - middleX - right];
      const [fromY, fromX] = [middleY + cos * y + sin * x, middleX + cos * x - sin * y];
      const [top, left] = [Math.floor(fromY), Math.floor(fromX)];
      const [below, beside] = [fromY - top, fromX - left];
      for (let c = 0; c < channels; c++) {
        const above = at(top, left, c) * (1 - beside) + at(top, left + 1, c) * beside;
        const under = at(top + 1, left, c) * (1 - beside) + at(top + 1, left + 1, c) * beside;
        moved[(i * width + j) * channels + c] = above * (1 - below) + under * below;
      }
    }
  return moved;
}

export async function movedBy(
  { model, step }: Shown,
  picture: Uint8Array,
  { moves }: Asks["moved"]["asked"],
): Answer<"moved"> {
  const shape = shapeOf(model);
  const pictures = [picture, ...moves.map((move) => movedPicture(picture, shape, move))];
  const all = new Float32Array(pictures.length * picture.length);
  for (const [i, one] of pictures.entries()) all.set(one, i * picture.length);
  const images = taken(model, all);
  const readings = await predict(model, images);
  const distances: Record<string, number>[] = moves.map(() => ({}));
  for (const [path, { output }] of await explain.layerOutputs(model, images)) {
    if (path.includes("/")) continue;
    const values = await output.data();
    const size = values.length / pictures.length;
    let whole = 0;
    for (let i = 0; i < size; i++) whole += values[i] ** 2;
    for (const [m, of] of distances.entries()) {
      let squares = 0;
      for (let i = 0; i < size; i++) squares += (values[(m + 1) * size + i] - values[i]) ** 2;
      of[path] = Math.sqrt(squares / (whole || 1));
    }
  }
  const moved = moves.map(
    (_, m): Moved => ({
      pixels: pictures[m + 1] as Float32Array,
      reading: readings[m + 1],
      distances: distances[m],
    }),
  );
  return { step, moved };
}

export async function movedEverywhere(
  { model, step }: Shown,
  picture: Uint8Array,
  { most, target }: Asks["everywhere"]["asked"],
): Answer<"everywhere"> {
  const edge = 2 * most + 1;
  const shape = shapeOf(model);
  const map = new Float32Array(edge * edge);
  const predicted = new Int32Array(edge * edge);
  for (let i = 0; i < edge; i++) {
    const row = new Float32Array(edge * picture.length);
    for (let j = 0; j < edge; j++)
      row.set(
        movedPicture(picture, shape, { right: j - most, down: i - most, turn: 0, scale: 1 }),
        j * picture.length,
      );
    for (const [j, reading] of (await predict(model, taken(model, row))).entries()) {
      map[i * edge + j] = reading[target];
      predicted[i * edge + j] = reading.indexOf(Math.max(...reading));
    }
  }
  return { step, map, predicted };
}

export async function toleranceOf(
  { model, step }: Shown,
  test: data.Dataset,
  { pictures, most }: Asks["tolerance"]["asked"],
): Answer<"tolerance"> {
  const without = await withoutPooling(model);
  const as: number[] = [];
  const cornered: number[] = [];
  for (let right = 0; right <= most; right++) {
    const part = movedPart(test, pictures, right);
    as.push((await evaluate(model, part, { batchSize: 250 })).accuracy);
    if (without) cornered.push((await evaluate(without, part, { batchSize: 250 })).accuracy);
    await turn();
  }
  return { step, as, withoutPooling: without && cornered };
}

function movedPart(test: data.Dataset, pictures: number, right: number): data.Dataset {
  const [height, width, channels] = test.shape;
  const length = Math.min(pictures, test.length);
  const images = new Uint8Array(length * height * width * channels);
  for (let row = 0; row < length * height; row++) {
    const from = row * width * channels;
    images.set(
      test.images.subarray(from, from + Math.max(0, width - right) * channels),
      from + right * channels,
    );
  }
  return { ...test, length, images, labels: test.labels.slice(0, length) };
}

/** The same weights; of each window of a pool the corner in place of the greatest. Undefined where nothing is pooled. */
export async function withoutPooling(model: Model): Promise<Model | undefined> {
  let pools = 0;
  const cornered = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(cornered);
    if (typeof part !== "object" || part === null) return part;
    const layer = part as { type?: string; options?: { size?: number; stride?: number; padding?: unknown } };
    if (layer.type === "maxPool2d" && layer.options) {
      pools++;
      const { size = 1, stride = size } = layer.options;
      // A window of 1 would have places beyond the last whole window: those are left out where the edge does not divide.
      return { ...layer, options: { ...layer.options, size: 1, stride } };
    }
    return Object.fromEntries(Object.entries(layer).map(([key, value]) => [key, cornered(value)]));
  };
  const description = cornered(model.describe());
  if (pools === 0) return undefined;
  const made = nn.fromDescription(description as never) as Model;
  try {
    made.build(model.inputShape as number[], { blank: true });
    const input = model.inputShape as number[];
    const { weights } = await checkpointOf(model, { input, data: { name: "", classes: [] } });
    setModelWeights(made, { model: made.describe(), input, data: { name: "", classes: [] }, weights });
  } catch {
    // Windows that overlap leave fewer places than corners.
    return undefined;
  }
  return made;
}

/** What the last network's codes of its test pictures are: they come with every picture, and change with the step alone. */
let known: { model: Model; step: number; layer: string; codes: Float32Array; found: Codes } | undefined;

export async function codesOf(
  { model, step }: Shown,
  test: data.Dataset,
  picture: Uint8Array | undefined,
  { layer, pictures, nearest }: Asks["codes"]["asked"],
): Answer<"codes"> {
  if (known?.model !== model || known.step !== step || known.layer !== layer)
    known = { model, step, layer, ...(await codesOfData(model, step, test, layer, pictures)) };
  const { codes, found, components } = known as typeof known & {
    components: Awaited<ReturnType<typeof principalComponents>>;
  };
  if (!picture) return found;
  const [code] = await rowsAt(model, layer, Float32Array.from(picture));
  const { width } = found;
  const distances = Array.from(found.labels, (truth, index) => {
    let squares = 0;
    for (let i = 0; i < width; i++) squares += (codes[index * width + i] - code[i]) ** 2;
    return { index, distance: Math.sqrt(squares), truth };
  });
  return {
    ...found,
    here: placesOf(code, components),
    // A test picture is its own neighbour, which says nothing.
    nearest: distances
      .filter(({ distance }) => distance > 0)
      .sort((a, b) => a.distance - b.distance)
      .slice(0, nearest)
      .map((one) => ({ ...one, pixels: pictureAt(test, one.index) })),
  };
}

type Components = Awaited<ReturnType<typeof principalComponents>>;

/** A layer's answers, a row for each picture. */
async function rowsAt(model: Model, layer: string, pixels: Float32Array): Promise<Float32Array[]> {
  const images = taken(model, pixels);
  const { output } = (await explain.layerOutputs(model, images, { layers: layer })).get(layer)!;
  const values = Float32Array.from(await output.data());
  const [n] = output.shape;
  const width = values.length / n;
  return Array.from({ length: n }, (_, i) => values.subarray(i * width, (i + 1) * width));
}

async function codesOfData(
  model: Model,
  step: number,
  test: data.Dataset,
  layer: string,
  pictures: number,
): Promise<{ codes: Float32Array; components: Components; found: Codes }> {
  const length = Math.min(pictures, test.length);
  const size = test.images.length / test.length;
  const rows: Float32Array[] = [];
  for (let from = 0; from < length; from += 250) {
    const some = test.images.subarray(from * size, Math.min(from + 250, length) * size);
    rows.push(...(await rowsAt(model, layer, Float32Array.from(some))));
    await turn();
  }
  const width = rows[0].length;
  const codes = new Float32Array(length * width);
  for (const [i, row] of rows.entries()) codes.set(row, i * width);
  const components = await principalComponents(tensor(codes, [length, width]), Math.min(3, width));
  const places = new Float32Array(length * 3);
  for (const [i, row] of rows.entries()) places.set(placesOf(row, components), 3 * i);
  let total = 0;
  for (let i = 0; i < codes.length; i++) total += (codes[i] - components.mean[i % width]) ** 2;
  const shares = [0, 1, 2].map((d) => {
    let along = 0;
    for (let i = d; i < places.length; i += 3) along += places[i] ** 2;
    return along / (total || 1);
  });
  const labels = Uint8Array.from(test.labels.slice(0, length));
  return { codes, components, found: { step, layer, width, places, labels, shares, nearest: [] } };
}

const placesOf = (row: Float32Array, { mean, directions }: Components): Float32Array =>
  Float32Array.from({ length: 3 }, (_, d) =>
    directions[d] ? row.reduce((sum, v, i) => sum + (v - mean[i]) * directions[d][i], 0) : 0,
  );
