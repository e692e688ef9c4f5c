/** Which numbers of a file belong to which variable of a model. */
import type { ArrayFile, StoredArray } from "../formats/array-file.js";
import { isReadable } from "../formats/elements.js";
import type { FetchOptions } from "../formats/fetch-options.js";
import { PlaceError } from "../formats/fetched.js";
import { type FileSource, openSource } from "../formats/given-source.js";
import { onOneLine } from "../formats/refusal.js";
import type { AnyNetwork, Model } from "../nn/index.js";
import { sameShape, show, sizeOf } from "../tensor/shapes.js";
import type { Variable } from "../tensor/tensor.js";
import { variablesOf } from "../training/weights.js";
import { WeightsError } from "../training/weights-checks.js";
import { torchNamesOf } from "./torch-models.js";
import { isBatchCount, placesFirst, torchParts } from "./torch-names.js";

/** What `loadWeights` does. */
export async function placeWeights(
  model: AnyNetwork,
  source: FileSource | ArrayFile,
  { build, ...options }: FetchOptions & { build: () => void },
): Promise<void> {
  const file = isOpened(source) ? source : await opened(source, options);
  if (!model.inputShape) build();
  const own = ownPlaces(model);
  const isOwn = own.some(({ path }) => file.arrays.has(path));
  const isElsewhere = isInARow(model) || torchNamesOf(model.name) !== undefined;
  const found = matched(model, isOwn || !isElsewhere ? own : torchPlaces(model), file);
  for (const { variable, array, turned } of found) {
    const values = await array.read();
    variable.set(turned && values instanceof Float32Array ? placesFirst(values, turned) : values);
  }
}

const isOpened = (source: FileSource | ArrayFile): source is ArrayFile =>
  typeof source === "object" && source !== null && "arrays" in source && source.arrays instanceof Map;

/** Readers of formats, and what asks the hub, are loaded by those who need them. */
async function opened(given: FileSource, options: FetchOptions): Promise<ArrayFile> {
  const { openArrays } = await import("../formats/open-arrays.js");
  const { withTorchvisionNames } = await import("./caffe-names.js");
  const { signal, timeout } = options;
  try {
    const source =
      typeof given === "string" && given.startsWith("hf:")
        ? await (await import("./hugging-face.js")).openHub(given, { signal, timeout })
        : await openSource("loadWeights", given, options);
    return withTorchvisionNames(await openArrays(source));
  } catch (error) {
    throw error instanceof PlaceError ? new WeightsError(error.message, { cause: error }) : error;
  }
}

/** Where the numbers of a variable may lie in a file. */
export interface Place {
  readonly path: string;
  readonly variable: Variable;
  /** The first of these that is there is taken. */
  readonly names: readonly string[];
  readonly shape: readonly number[];
  /** Filters, channels and places, where they are to be put into our order. */
  readonly turned?: readonly number[];
  /** Whether only training uses it. */
  readonly isSpare: boolean;
}

/** As most of torchvision's networks are, whose layers have names by their order. */
const isInARow = (model: AnyNetwork): model is AnyNetwork & Model => "layerNames" in model;

const ownPlaces = (model: AnyNetwork): Place[] =>
  [...variablesOf(model)].map(([path, variable]) => ({
    path,
    variable,
    names: [path],
    shape: variable.shape,
    isSpare: false,
  }));

/** Where torchvision's files have what a built model has learned; under our own names, where it is not there. */
export function torchPlaces(model: AnyNetwork): Place[] {
  const names = torchNamesOf(model.name) ?? (() => undefined);
  const row = isInARow(model) ? model : undefined;
  const used = row && new Set(row.summary().layers.map(({ name }) => name));
  const first = row?.layers[0]?.type === "rescale" ? 1 : 0;
  return [...variablesOf(model)].map(([path, variable]) => {
    const [layer, part] = [path.slice(0, path.lastIndexOf(".")), path.slice(path.lastIndexOf(".") + 1)];
    const module = names(layer, (row?.layerNames.indexOf(layer.split("/")[0]) ?? -1) - first);
    const isSpare = used !== undefined && !used.has(layer);
    if (!module || !Object.hasOwn(torchParts, part))
      return { path, variable, names: [path], shape: variable.shape, isSpare };
    const { suffix, shape: shapeOf } = torchParts[part];
    const shape = shapeOf(variable.shape);
    const [filters, ...inputs] =
      module.flattened && part === "weights" ? [shape[0], ...module.flattened] : shape;
    return {
      path,
      variable,
      names: module.names.map((name) => `${name}.${suffix}`),
      shape,
      ...(inputs.length > 0 && { turned: [filters, inputs[0], sizeOf(inputs.slice(1))] }),
      isSpare,
    };
  });
}

/** Finds every place in the file, or says all that is wrong with it. */
function matched(
  model: AnyNetwork,
  places: readonly Place[],
  { name: fileName, arrays }: ArrayFile,
): (Place & { array: StoredArray })[] {
  const taken = new Map<string, Place & { array: StoredArray }>();
  const absent: Place[] = [];
  const others: string[] = [];
  for (const place of places) {
    const name = place.names.find((candidate) => arrays.has(candidate));
    if (name === undefined) {
      absent.push(place);
      continue;
    }
    const array = arrays.get(name)!;
    taken.set(name, { ...place, array });
    const isFloat = /^B?F\d+$/.test(array.dtype) && isReadable(array.dtype);
    if (!fits(array.shape, place.shape) || !isFloat)
      others.push(
        `${name} is ${isFloat ? "" : `${array.dtype} `}${show(array.shape)}, expected ${show(place.shape)}`,
      );
  }
  const spares = places.filter(({ isSpare }) => isSpare);
  const lacksHeads = spares.every((place) => absent.includes(place));
  const missing = absent
    .filter((place) => !(lacksHeads && place.isSpare))
    .map(({ names, shape }) => `${names[0]} (${show(shape)})`);
  const surplus = [...arrays]
    .filter(([name]) => !taken.has(name) && !isBatchCount(name) && !name.startsWith("training/"))
    .map(([name, { shape }]) => `${name} (${show(shape)})`);
  const faults = [
    ...(missing.length > 0 ? [`missing: ${listed(missing)}`] : []),
    ...(surplus.length > 0 ? [`not of this model: ${listed(surplus)}`] : []),
    ...(others.length > 0 ? [`of another shape: ${listed(others)}`] : []),
  ];
  if (faults.length > 0)
    throw new WeightsError(`${fileName} does not fit ${model.name}; ${onOneLine(faults.join("; "))}`);
  return [...taken.values()];
}

/** A dense layer may be kept as a convolution that takes the whole picture: the numbers lie alike. */
const fits = (shape: readonly number[], expected: readonly number[]): boolean =>
  sameShape(shape, expected) ||
  (expected.length === 2 &&
    shape.length === 4 &&
    shape[0] === expected[0] &&
    sizeOf(shape) === sizeOf(expected));

const mostListed = 10;

const listed = (names: readonly string[]): string =>
  names.length <= mostListed
    ? names.join(", ")
    : `${names.slice(0, mostListed).join(", ")} and ${names.length - mostListed} more`;
