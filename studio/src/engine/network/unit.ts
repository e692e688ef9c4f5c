/**
 * One unit of the network, taken apart: what it took from the layer below, by which weights, and what came of it. The
 * value is the engine's; the parts are what the page adds up beside it.
 */
import { explain, type Model } from "receptive";
import type { Everything } from "./looking.js";
import type { Values } from "./protocol.js";
import type { Made, UnitAnswer, UnitPlace, Wire } from "./unit-answers.js";

type Pair = readonly [number, number];

const pair = (given: unknown, standard: number | Pair = 1): Pair => {
  const value = (given ?? standard) as number | Pair;
  return typeof value === "number" ? [value, value] : value;
};

/** Rows above, or columns before, that padding adds. */
function before(
  padding: unknown,
  axis: 0 | 1,
  along: { input: number; output: number; size: number; stride: number; dilation: number },
): number {
  if (typeof padding === "number") return padding;
  if (Array.isArray(padding)) return (padding as [Pair, Pair])[axis][0];
  if (padding !== "same") return 0;
  const { input, output, size, stride, dilation } = along;
  return Math.floor(Math.max((output - 1) * stride + (size - 1) * dilation + 1 - input, 0) / 2);
}

interface Window {
  readonly top: number;
  readonly left: number;
  readonly size: Pair;
  readonly dilation: Pair;
}

/** Where a unit's window lies in the layer below; its corner may lie in the border. */
function windowOf(
  { options }: Wire,
  { row, column }: Pick<UnitPlace, "row" | "column">,
  shapes: { input: readonly number[]; output: readonly number[] },
  given: { size: Pair; stride: Pair; padding: unknown },
): Window {
  const dilation = pair(options.dilation);
  const [top, left] = ([0, 1] as const).map((axis) => {
    const along = {
      input: shapes.input[axis],
      output: shapes.output[axis],
      size: given.size[axis],
      stride: given.stride[axis],
      dilation: dilation[axis],
    };
    return (axis === 0 ? row : column) * along.stride - before(given.padding, axis, along);
  });
  return { top, left, size: given.size, dilation };
}

interface Span {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
  readonly first: number;
  readonly count: number;
}

/** Of layers that look through a window: its size, its steps. */
function windowed({ type, options }: Wire): { size: Pair; stride: Pair; padding: unknown } | undefined {
  if (type !== "conv2d" && type !== "maxPool2d" && type !== "avgPool2d") return undefined;
  const size = pair(type === "conv2d" ? options.kernel : options.size);
  return { size, stride: pair(options.stride, type === "conv2d" ? 1 : size), padding: options.padding };
}

interface Below {
  /** "" is the picture. */
  readonly path: string;
  readonly values: Values;
}

export class Inspected {
  readonly #wires: ReadonlyMap<string, Wire>;
  readonly #model: Model;
  readonly #seen: Everything;

  constructor(model: Model, seen: Everything) {
    this.#model = model;
    this.#seen = seen;
    this.#wires = new Map(seen.wires.map((wire) => [wire.path, wire]));
  }

  /** @throws where there is no such layer or unit, in words */
  async unit(place: UnitPlace): Promise<Omit<UnitAnswer, "run" | "step">> {
    const wire = this.#wires.get(place.layer);
    const values = this.#seen.maps[place.layer];
    if (!wire?.isShown || !values) {
      const shown = this.#seen.wires.filter(({ isShown }) => isShown).map(({ path }) => path);
      throw new Error(`${place.layer} is not in this network; it has ${shown.join(", ")}.`);
    }
    const [height, width, units] = asMaps(values.shape);
    if (place.unit >= units || place.row >= height || place.column >= width)
      throw new Error(
        `${place.layer} is ${values.shape.join("×")}: it has no unit ${place.unit + 1} at ${place.row + 1}, ${place.column + 1}.`,
      );
    const belows = wire.from.map((path) => this.#below(path));
    const made = await this.#made(wire, place, belows, values);
    return {
      place,
      type: wire.type,
      value: at(values, place),
      sees: explain.pixelsSeen(this.#model, { layer: place.layer, unit: [place.row, place.column] }),
      from: belows.map(({ path }) => path),
      made,
      through: this.#through(place, belows[0]?.path ?? "", made),
      after: this.#after(place),
      feeds: await this.#feeds(place),
    };
  }

  /** What a layer takes, as the layer shows it that made it: flattened maps are the maps. */
  #below(path: string): Below {
    const wire = this.#wires.get(path);
    if (!wire) {
      // A network without a layer that scales takes the pixels as they are.
      return { path: "", values: { shape: this.#model.inputShape as number[], data: new Float32Array() } };
    }
    if (wire.isShown) return { path, values: this.#seen.maps[path] };
    if (wire.type === "flatten" || wire.type === "dropout" || wire.type === "identity")
      return this.#below(wire.from[0]);
    return { path: "", values: this.#seen.maps[path] };
  }

  async #numbers(path: string): Promise<Float32Array | undefined> {
    const found = this.#model.parameters.get(path) ?? this.#model.buffers.get(path);
    return found && (Float32Array.from(await found.data()) as Float32Array);
  }

  async #made(wire: Wire, place: UnitPlace, [below, other]: readonly Below[], out: Values): Promise<Made> {
    const { type, path, options } = wire;
    const { unit, row, column } = place;
    if (!below || below.values.data.length === 0) return { kind: "whole" };
    const input = asMaps(below.values.shape);
    const [, , channels] = input;
    const cut = (window: Window, first: number, count: number) => cutOut(below.values, window, first, count);
    if (type === "conv2d") {
      const filters = (await this.#numbers(`${path}.filters`))!;
      const bias = await this.#numbers(`${path}.bias`);
      const units = asMaps(out.shape)[2];
      const groups = (options.groups as number | undefined) ?? 1;
      const window = windowOf(wire, place, { input, output: out.shape }, windowed(wire)!);
      const count = channels / groups;
      const first = Math.floor(unit / (units / groups)) * count;
      const taken = cut(window, first, count);
      return {
        kind: "products",
        ...taken,
        weights: taken.inputs.map((_, i) => filters[i * units + unit]),
        bias: bias?.[unit],
      };
    }
    if (type === "dense") {
      const weights = (await this.#numbers(`${path}.weights`))!;
      const bias = await this.#numbers(`${path}.bias`);
      const units = out.shape[0];
      const all: Window = { top: 0, left: 0, size: [input[0], input[1]], dilation: [1, 1] };
      const taken = cut(all, 0, channels);
      return {
        kind: "products",
        ...taken,
        weights: taken.inputs.map((_, i) => weights[i * units + unit]),
        bias: bias?.[unit],
      };
    }
    if (type === "maxPool2d" || type === "avgPool2d") {
      const window = windowOf(wire, place, { input, output: out.shape }, windowed(wire)!);
      return { kind: type === "maxPool2d" ? "greatest" : "mean", ...cut(window, unit, 1) };
    }
    if (type === "globalAvgPool2d") {
      const all: Window = { top: 0, left: 0, size: [input[0], input[1]], dilation: [1, 1] };
      return { kind: "mean", ...cut(all, unit, 1) };
    }
    if (type === "residual" && other === undefined) {
      // What went in stands beside what the layers within made of it.
      return { kind: "whole" };
    }
    if (below.values.data.length === out.data.length && wire.from.length === 1)
      return { kind: "function", input: at(below.values, { unit, row, column }) };
    return { kind: "whole" };
  }

  /** From layer to layer down to the picture: what is taken of each, as long as one thing is taken. */
  #through(place: UnitPlace, from: string, made: Made): UnitAnswer["through"] {
    const through: UnitAnswer["through"][number][] = [];
    if (made.kind === "whole" || from === "") return through;
    let box: Span;
    if (made.kind === "function") {
      const { row, column, unit } = place;
      box = { top: row, left: column, bottom: row, right: column, first: unit, count: 1 };
    } else {
      const { top, left, height, width, dilation, first, count } = made.window;
      const [bottom, right] = [top + (height - 1) * dilation[0], left + (width - 1) * dilation[1]];
      box = { top, left, bottom, right, first, count };
    }
    for (let path = from; path !== ""; ) {
      const wire = this.#wires.get(path)!;
      const [height, width] = asMaps(wire.shape);
      box = {
        ...box,
        top: Math.max(box.top, 0),
        left: Math.max(box.left, 0),
        bottom: Math.min(box.bottom, height - 1),
        right: Math.min(box.right, width - 1),
      };
      const { top, left, bottom, right, first, count } = box;
      through.push({
        layer: path,
        top,
        left,
        height: bottom - top + 1,
        width: right - left + 1,
        first,
        count,
      });
      if (wire.from.length !== 1) return through;
      const below = this.#below(wire.from[0]);
      const input = asMaps(below.values.shape);
      const given = windowed(wire);
      if (given) {
        const shapes = { input, output: wire.shape };
        const [a, b] = [
          windowOf(wire, { row: top, column: left }, shapes, given),
          windowOf(wire, { row: bottom, column: right }, shapes, given),
        ];
        box = {
          ...box,
          top: a.top,
          left: a.left,
          bottom: b.top + (given.size[0] - 1) * b.dilation[0],
          right: b.left + (given.size[1] - 1) * b.dilation[1],
          ...(wire.type === "conv2d" ? { first: 0, count: input[2] } : {}),
        };
      } else if (wire.type === "dense" || input[0] !== height || input[1] !== width)
        box = { top: 0, left: 0, bottom: input[0] - 1, right: input[1] - 1, first: 0, count: input[2] };
      ({ path } = below);
    }
    return through;
  }

  /** Functions and poolings that follow, as long as the number goes on. */
  #after({ layer, unit, row, column }: UnitPlace): UnitAnswer["after"] {
    const found: UnitAnswer["after"][number][] = [];
    let from: UnitPlace = { layer, unit, row, column };
    for (;;) {
      const next = this.#next(from.layer).find(({ type }) => type !== "conv2d" && type !== "dense");
      const values = next && this.#seen.maps[next.path];
      if (!next || !values || next.from.length !== 1) return found;
      const [height, width, units] = asMaps(values.shape);
      const [inputHeight, inputWidth, inputs] = asMaps(this.#seen.maps[from.layer].shape);
      if (units !== inputs) return found;
      const isPool = next.type === "maxPool2d" || next.type === "avgPool2d";
      if (!isPool && (height !== inputHeight || width !== inputWidth)) return found;
      const [size, stride] = isPool
        ? [pair(next.options.size), pair(next.options.stride, pair(next.options.size))]
        : [pair(1), pair(1)];
      // Overlapping windows hold it several times: the first of them is told of.
      const place: UnitPlace = {
        layer: next.path,
        unit: from.unit,
        row: Math.min(Math.max(0, Math.ceil((from.row - size[0] + 1) / stride[0])), height - 1),
        column: Math.min(Math.max(0, Math.ceil((from.column - size[1] + 1) / stride[1])), width - 1),
      };
      const [value, given] = [at(values, place), at(this.#seen.maps[from.layer], from)];
      const goesOn =
        next.type === "maxPool2d"
          ? value === given && isInWindow(from, place, size, stride)
          : value !== 0 || given === 0;
      found.push({ place, type: next.type, value, goesOn });
      from = place;
    }
  }

  /** Of all layers that take this one's numbers, through those that only hand them on. */
  #next(path: string): Wire[] {
    return this.#seen.wires
      .filter(({ from }) => from.includes(path))
      .flatMap((wire) => (wire.isShown ? [wire] : this.#next(wire.path)));
  }

  /** Whom the number reaches at last, and whom it moves most. */
  async #feeds(place: UnitPlace): Promise<UnitAnswer["feeds"]> {
    const chain = this.#after(place);
    const last = chain.findLast(() => true)?.place ?? place;
    const next = this.#next(last.layer).find(({ type }) => type === "conv2d" || type === "dense");
    if (!next) return undefined;
    const value = at(this.#seen.maps[last.layer], last);
    const [height, width, channels] = asMaps(this.#seen.maps[last.layer].shape);
    if (next.type === "dense") {
      const weights = (await this.#numbers(`${next.path}.weights`))!;
      const units = next.shape[0];
      const index = (last.row * width + last.column) * channels + last.unit;
      return {
        layer: next.path,
        index,
        count: units,
        places: 1,
        strongest: strongest(units, (u) => ({
          place: { layer: next.path, unit: u, row: 0, column: 0 },
          weight: weights[index * units + u],
          product: value * weights[index * units + u],
        })),
      };
    }
    const filters = (await this.#numbers(`${next.path}.filters`))!;
    const [rows, columns, units] = next.shape;
    const groups = (next.options.groups as number | undefined) ?? 1;
    if (groups !== 1) return undefined;
    const given = windowed(next)!;
    const { size } = given;
    const found: { place: UnitPlace; weight: number; product: number }[] = [];
    let places = 0;
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const { top, left, dilation } = windowOf(
          next,
          { row, column },
          { input: [height, width, channels], output: next.shape },
          given,
        );
        const [i, j] = [(last.row - top) / dilation[0], (last.column - left) / dilation[1]];
        if (!Number.isInteger(i) || !Number.isInteger(j) || i < 0 || j < 0 || i >= size[0] || j >= size[1])
          continue;
        places++;
        for (let u = 0; u < units; u++) {
          const weight = filters[((i * size[1] + j) * channels + last.unit) * units + u];
          found.push({
            place: { layer: next.path, unit: u, row, column },
            weight,
            product: value * weight,
          });
        }
      }
    return {
      layer: next.path,
      count: units,
      places,
      strongest: strongest(found.length, (k) => found[k]),
    };
  }
}

/** The few that count most, the greatest product first. */
function strongest<T extends { readonly product: number; readonly weight: number }>(
  count: number,
  of: (k: number) => T,
): T[] {
  return Array.from({ length: count }, (_, k) => of(k))
    .sort((a, b) => Math.abs(b.product) - Math.abs(a.product) || Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, 6);
}

const isInWindow = (from: UnitPlace, to: UnitPlace, size: Pair, stride: Pair): boolean =>
  from.row >= to.row * stride[0] &&
  from.row < to.row * stride[0] + size[0] &&
  from.column >= to.column * stride[1] &&
  from.column < to.column * stride[1] + size[1];

/** A line of numbers is a map of one place for each. */
const asMaps = (shape: readonly number[]): readonly [height: number, width: number, units: number] =>
  shape.length === 3
    ? (shape as unknown as [number, number, number])
    : [1, 1, shape.reduce((a, b) => a * b, 1)];

function at({ shape, data }: Values, { unit, row, column }: Omit<UnitPlace, "layer">): number {
  const [, width, units] = asMaps(shape);
  return data[(row * width + column) * units + unit];
}

/** What lies under a window, row by row, and of each place its channels; beyond the edge there is 0. */
function cutOut({ shape, data }: Values, window: Window, first: number, count: number) {
  const [height, width, channels] = asMaps(shape);
  const [rows, columns] = window.size;
  const inputs = new Float32Array(rows * columns * count);
  const isInside = new Uint8Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const [y, x] = [window.top + i * window.dilation[0], window.left + j * window.dilation[1]];
      if (y < 0 || x < 0 || y >= height || x >= width) continue;
      isInside[i * columns + j] = 1;
      for (let c = 0; c < count; c++)
        inputs[(i * columns + j) * count + c] = data[(y * width + x) * channels + first + c];
    }
  const { top, left, dilation } = window;
  return { window: { top, left, height: rows, width: columns, dilation, first, count }, inputs, isInside };
}
