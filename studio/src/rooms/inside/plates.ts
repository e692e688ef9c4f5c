/**
 * Where everything stands in the flat view: a plate a layer, its maps in columns, from the picture on the left to the
 * answer on the right. Numbers alone: marks, rays and what is pointed at come from the same ones.
 */
import type { UnitPlace, Wire } from "../../engine/network/unit-answers.js";

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** "" is the picture. */
export interface Plate extends Rect {
  readonly path: string;
  readonly type: string;
  readonly shape: readonly number[];
  /** Of one map. A line of numbers is maps of one cell. */
  readonly rows: number;
  readonly columns: number;
  readonly units: number;
  readonly isLine: boolean;
  /** The answer: a row for each class. */
  readonly isAnswer: boolean;
  /** CSS pixels a value. */
  readonly zoom: number;
  /** From the corner of one map to the next, right and down. */
  readonly pitch: readonly [right: number, down: number];
  /** Maps below each other, before the next column begins; or beside each other, before the next row does. */
  readonly down: number;
  readonly across: number;
  readonly isDownwards: boolean;
  /** Maps that are shown, from the first on. */
  readonly first: number;
  readonly count: number;
}

/** At most so many maps on a plate: then there are pages. */
export const mostOfPlate = { maps: 64, numbers: 512 } as const;

export interface Frame {
  readonly width: number;
  /** Of the maps, without what stands over and under them. */
  readonly height: number;
  readonly picture: number;
  /** How wide a letter of what stands over the maps is, about: faces differ by a fifth. */
  readonly letter?: number;
}

const gap = 8;
/** Between plates. */
const least = 7;
const leastPicture = 112;

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

type Sized = Omit<Plate, "x" | "y">;

/** A plate as large as it wants to be. */
function plateOf(
  { path, type, shape }: Pick<Wire, "path" | "type" | "shape">,
  page: number,
  { height, picture }: Frame,
  isAnswer: boolean,
): Sized {
  const isLine = shape.length !== 3;
  const [rows, columns, units] = isLine ? [1, 1, shape.reduce((a, b) => a * b, 1)] : shape;
  const most = isLine ? mostOfPlate.numbers : mostOfPlate.maps;
  const first = Math.min(page, Math.max(Math.ceil(units / most) - 1, 0)) * most;
  const count = Math.min(units - first, most);
  const same = {
    path,
    type,
    shape,
    rows,
    columns,
    units,
    isLine,
    isAnswer,
    first,
    count,
    isDownwards: isLine,
  };
  if (path === "") {
    const zoom = picture / Math.max(rows, columns);
    return {
      ...same,
      units: 1,
      count: 1,
      zoom,
      pitch: [0, 0],
      down: 1,
      across: 1,
      width: columns * zoom,
      height: rows * zoom,
    };
  }
  if (isAnswer) {
    const zoom = height / units;
    return { ...same, zoom, pitch: [0, zoom], down: units, across: 1, width: 112, height };
  }
  if (isLine) {
    const across = Math.max(1, Math.ceil(count / 44));
    const down = Math.ceil(count / across);
    const zoom = Math.max(3, Math.min(12, Math.floor((height - 2) / down)));
    return {
      ...same,
      zoom,
      pitch: [zoom, zoom],
      down,
      across,
      width: across * zoom,
      height: down * zoom,
    };
  }
  // Few maps are large, many are small; whole pixels a value where that is possible.
  const wish = units <= 6 ? 56 : units <= 16 ? 40 : 26;
  const edge = Math.max(rows, columns);
  const zoom = edge <= wish ? Math.floor(wish / edge) : wish / edge;
  const pitch = [columns * zoom + (units > 16 ? 5 : gap), rows * zoom + (units > 16 ? 5 : gap)] as const;
  const fitting = Math.max(1, Math.floor((height + gap) / pitch[1]));
  const across = Math.ceil(count / fitting);
  const down = Math.ceil(count / across);
  return {
    ...same,
    zoom,
    pitch,
    down,
    across,
    width: (across - 1) * pitch[0] + columns * zoom,
    height: (down - 1) * pitch[1] + rows * zoom,
  };
}

const isWeighing = (type: string) => type === "conv2d" || type === "dense";

/**
 * @param pages  of layers with more maps than a plate holds, which are shown
 * @returns      the plates, and how wide they are together: where that is more than there is, the view scrolls
 */
export function platesOf(
  wires: readonly Wire[],
  input: readonly number[],
  pages: ReadonlyMap<string, number>,
  frame: Frame,
): { plates: Plate[]; width: number } {
  const shown = wires.filter(({ isShown }) => isShown);
  const last = shown.at(-1);
  const layers = shown.map((wire) =>
    plateOf(wire, pages.get(wire.path) ?? 0, frame, wire === last && isListed(wire.shape)),
  );
  // Over a narrow plate its name and its shape need more room than its maps.
  const { letter = 7 } = frame;
  const roomsOfLayers = layers.map(({ width, path, shape }) =>
    Math.max(width, letter * Math.max(path.split("/").at(-1)!.length, shape.join("×").length)),
  );
  // Where weights come in there is room for what they carry.
  const shares = layers.map(({ type }) => (isWeighing(type) ? 2 : 1));
  const all = sum(shares);
  const left = frame.width - sum(roomsOfLayers);
  // The picture gives way before anything must be scrolled.
  const most =
    frame.width === 0 ? frame.picture : Math.min(frame.picture, Math.max(leastPicture, left - least * all));
  const pixels = Math.max(input[0], input[1]);
  const edge = pixels <= most ? Math.floor(most / pixels) * pixels : most;
  const picture = plateOf({ path: "", type: "picture", shape: input }, 0, { ...frame, picture: edge }, false);
  const [sized, rooms] = [
    [picture, ...layers],
    [picture.width, ...roomsOfLayers],
  ];
  const each = Math.max(least, Math.min(64, (left - picture.width) / Math.max(all, 1)));
  let x = 0;
  const plates = sized.map((plate, i) => {
    if (i > 0) x += each * shares[i - 1];
    const placed = { ...plate, x: Math.round(x), y: 0 };
    x += rooms[i];
    return placed;
  });
  return { plates, width: Math.ceil(x) };
}

/** Classes stand as a list with their names. */
const isListed = (shape: readonly number[]) => shape.length === 1 && shape[0] <= 24;

/** Where a map of the plate begins; undefined where it is on another page. */
export function cornerOf(plate: Plate, unit: number): readonly [x: number, y: number] | undefined {
  const at = plate.path === "" ? 0 : unit - plate.first;
  if (at < 0 || at >= plate.count) return undefined;
  const [right, down] = plate.isDownwards
    ? [Math.floor(at / plate.down), at % plate.down]
    : [at % plate.across, Math.floor(at / plate.across)];
  return [plate.x + right * plate.pitch[0], plate.y + down * plate.pitch[1]];
}

/** A part of a map, in pixels of the view. */
export function rectOn(
  plate: Plate,
  unit: number,
  at: { readonly row: number; readonly column: number; readonly rows?: number; readonly columns?: number },
): Rect | undefined {
  const corner = cornerOf(plate, unit);
  if (!corner) return undefined;
  const { zoom } = plate;
  if (plate.isAnswer) return { x: corner[0], y: corner[1], width: plate.width, height: zoom };
  return {
    x: corner[0] + at.column * zoom,
    y: corner[1] + at.row * zoom,
    width: (at.columns ?? 1) * zoom,
    height: (at.rows ?? 1) * zoom,
  };
}

/** The unit at a place of the plate, from its own corner; undefined between the maps. */
export function unitAt(plate: Plate, x: number, y: number): UnitPlace | undefined {
  const { path: layer, pitch, zoom, rows, columns, down, across, isDownwards, isAnswer } = plate;
  if (x < 0 || y < 0 || x >= plate.width || y >= plate.height) return undefined;
  if (isAnswer) return { layer, unit: Math.floor(y / zoom), row: 0, column: 0 };
  const [i, j] = [pitch[0] ? Math.floor(x / pitch[0]) : 0, pitch[1] ? Math.floor(y / pitch[1]) : 0];
  const at = isDownwards ? i * down + j : j * across + i;
  const [column, row] = [Math.floor((x - i * pitch[0]) / zoom), Math.floor((y - j * pitch[1]) / zoom)];
  if (at >= plate.count || row >= rows || column >= columns) return undefined;
  return { layer, unit: plate.first + at, row, column };
}

/** Functions and poolings keep the colours of the layer whose numbers they are. */
const keeping = new Set(["relu", "leakyRelu", "elu", "maxPool2d", "avgPool2d"]);

/** Of each layer the one whose range of colours it has. */
export function basesOf(wires: readonly Wire[]): ReadonlyMap<string, string> {
  const bases = new Map<string, string>();
  for (const { path, type, from } of wires) {
    const below = from.length === 1 && keeping.has(type) ? bases.get(from[0]) : undefined;
    bases.set(path, below ?? path);
  }
  return bases;
}

/** Whether what is below 0 in a layer ends in the next one: its range is then what passes. */
export const isRectified = (wires: readonly Wire[], path: string): boolean =>
  wires.some(({ type, from }) => type === "relu" && from.length === 1 && from[0] === path);
