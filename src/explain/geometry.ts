/** Which pixels a unit sees, and which units see a pixel: exactly, for every kind of layer that says what it sees. */
import { optionsOf } from "../door/options.js";
import { required, rule, text, wholeOfAtLeast } from "../door/rules.js";
import { suggestion } from "../door/spelling.js";
import type { AnyNetwork } from "../nn/index.js";
import { rehearse } from "../nn/pass.js";
import { type Seen, SeenPixels, type Spans, spatial } from "../nn/seen-pixels.js";
import { placeholder, type Tensor } from "../tensor/tensor.js";
import { leavesOf, treeOf } from "../tensor/tree.js";
import { checkModel } from "../training/given.js";
import { ExplainError } from "./explain-error.js";
import type { Box } from "./field.js";

const place = rule(
  "[row, column], whole numbers of at least 0",
  (value) => Array.isArray(value) && value.length === 2 && value.every(wholeOfAtLeast(0).holds),
);

/**
 * The pixels that a unit sees: the smallest rectangle that holds them, borders that padding adds left out.
 *
 * @param options.layer  its path
 * @param options.unit   row and column in the layer's maps; a place of a line, or a neuron, is [place, 0] and [0, 0]
 * @param options.input  which picture, of a network of several; the first if left out
 * @returns              null where it sees none of that input
 * @throws ExplainError where there is no such layer, input or place, or the network is not built
 * Dumoulin, Visin: A Guide to Convolution Arithmetic for Deep Learning, arXiv:1603.07285.
 */
export function pixelsSeen(
  network: AnyNetwork,
  options: { layer: string; unit: readonly [row: number, column: number]; input?: string },
): Box | null {
  const { layer, unit, input } = optionsOf("pixelsSeen", options, {
    layer: required(text),
    unit: required(place),
    input: text,
  });
  const found = seenBy("pixelsSeen", network, layer, input);
  const [rows, columns] = within("pixelsSeen", `${layer} of ${network.name}`, unit, found.units);
  if (found.seen === "nothing") return null;
  if (found.seen === "everything") return boxOf([0, found.pixels[0] - 1], [0, found.pixels[1] - 1]);
  const [y, x] = found.seen;
  return boxOf([y.first[rows], y.last[rows]], [x.first[columns], x.last[columns]]);
}

/**
 * The units of a layer that see a pixel: the smallest rectangle of its maps that holds them.
 *
 * @param options.pixel  row and column of the picture
 * @returns              null where none of them does
 * @throws ExplainError where there is no such layer, input or pixel, or the network is not built
 */
export function unitsSeeing(
  network: AnyNetwork,
  options: { layer: string; pixel: readonly [row: number, column: number]; input?: string },
): Box | null {
  const { layer, pixel, input } = optionsOf("unitsSeeing", options, {
    layer: required(text),
    pixel: required(place),
    input: text,
  });
  const found = seenBy("unitsSeeing", network, layer, input);
  const [row, column] = within("unitsSeeing", `the picture of ${network.name}`, pixel, found.pixels);
  if (found.seen === "nothing") return null;
  if (found.seen === "everything") return boxOf([0, found.units[0] - 1], [0, found.units[1] - 1]);
  return boxOf(seeing(found.seen[0], row), seeing(found.seen[1], column));
}

/** The first and the last that sees a place. */
function seeing({ first, last }: Spans, place: number): readonly [number, number] {
  const sees = (_: number, i: number) => first[i] <= place && place <= last[i];
  return [first.findIndex(sees), first.findLastIndex(sees)];
}

const boxOf = (rows: readonly [number, number], columns: readonly [number, number]): Box | null =>
  rows[0] < 0 || columns[0] < 0 || rows[1] < rows[0] || columns[1] < columns[0]
    ? null
    : { top: rows[0], left: columns[0], height: rows[1] - rows[0] + 1, width: columns[1] - columns[0] + 1 };

interface Found {
  readonly seen: Seen;
  readonly units: readonly [number, number];
  readonly pixels: readonly [number, number];
}

function seenBy(speaker: string, network: AnyNetwork, layer: string, named: string | undefined): Found {
  checkModel(speaker, network);
  const shapes = (network as AnyNetwork).inputShape;
  if (!shapes) throw new ExplainError(`${speaker}: ${network.name} is not built yet: build it first`);
  const x = treeOf(shapes, (shape) => placeholder([1, ...shape], "f32"));
  const inputs = leavesOf(x);
  const input = named === undefined ? inputs[0] : inputs.find(([name]) => name === named);
  const names = inputs.map(([name]) => name);
  if (!input)
    throw new ExplainError(
      `${speaker}: ${network.name} has no input "${named}"; there are ${names.join(", ")}${suggestion(named!, names)}`,
    );
  const walk = new SeenPixels(
    input[1],
    inputs.flatMap(([, other]) => (other === input[1] ? [] : [other])),
  );
  const layers = new Map<string, { seen: Seen; y: Tensor }>();
  rehearse(network as never, x as never, {
    training: false,
    ran(run) {
      const seen = walk.after(run);
      for (const [name, y] of leavesOf(run.y, run.path)) if (run.path !== "") layers.set(name, { seen, y });
    },
  });
  const found = layers.get(layer);
  if (!found)
    throw new ExplainError(
      `${speaker}: ${network.name} has no layer "${layer}"; its layers are ${[...layers.keys()].join(", ")}${suggestion(layer, [...layers.keys()])}`,
    );
  return { seen: found.seen, units: spatial(found.y), pixels: spatial(input[1]) };
}

function within(
  speaker: string,
  what: string,
  [row, column]: readonly [number, number],
  [rows, columns]: readonly [number, number],
): readonly [number, number] {
  if (row < rows && column < columns) return [row, column];
  throw new ExplainError(
    `${speaker}: there is no place [${row}, ${column}]: ${what} is ${rows} high and ${columns} wide`,
  );
}
