/** What stands in the room: a thin box a map, the layers one behind the other. */
import type { Values } from "../../../engine/network/protocol.js";
import type { UnitPlace, Wire } from "../../../engine/network/unit-answers.js";
import { type Plate, platesOf } from "../plates.js";
import { axesOf, type Camera, metAt, type Point } from "./camera.js";

export interface Box {
  readonly layer: string;
  readonly unit: number;
  /** Middle of its face; z and y of the face's upper left corner follow from its size. */
  readonly at: Point;
  readonly width: number;
  readonly height: number;
  readonly rows: number;
  readonly columns: number;
  /** Where its numbers begin in the texture, and how far it is from place to place. */
  readonly offset: number;
  readonly stride: number;
  /** Numbers of a line run downwards, and end after so many. */
  readonly count: number;
  readonly isLine: boolean;
  readonly range: number;
  readonly isPicture: boolean;
}

export interface Scene {
  readonly boxes: readonly Box[];
  readonly labels: readonly { readonly text: string; readonly note: string; readonly at: Point }[];
  readonly numbers: Float32Array;
  readonly corners: readonly Point[];
}

export const thickness = 5;

export function sceneOf(
  wires: readonly Wire[],
  picture: Values,
  values: (path: string) => Values | undefined,
  rangeOf: (path: string) => number,
  what: string,
): Scene {
  const { plates } = platesOf(wires, picture.shape, new Map(), { width: 0, height: 376, picture: 168 });
  const boxes: Box[] = [];
  const labels: Scene["labels"][number][] = [];
  const parts: Float32Array[] = [];
  const corners: Point[] = [];
  let [x, offset] = [0, 0];
  plates.forEach((plate, i) => {
    const of = plate.path === "" ? picture : values(plate.path);
    if (!of) return;
    if (i > 0) x += plate.type === "conv2d" || plate.type === "dense" ? 118 : 78;
    const made = boxesOf(plate, x, offset, plate.path === "" ? 255 : rangeOf(plate.path), of);
    boxes.push(...made);
    const [width, height] = [sizeOf(plate).width, sizeOf(plate).height];
    for (const y of [-height / 2, height / 2])
      for (const z of [-width / 2, width / 2]) corners.push([x, y, z]);
    labels.push({
      text: plate.path === "" ? what : plate.path.split("/").at(-1)!,
      note: plate.path === "" ? `${plate.rows}×${plate.columns}` : plate.shape.join("×"),
      at: [x, height / 2 + 12, -width / 2],
    });
    parts.push(of.data);
    offset += of.data.length;
  });
  const numbers = new Float32Array(offset);
  let at = 0;
  for (const part of parts) {
    numbers.set(part, at);
    at += part.length;
  }
  return { boxes, labels, numbers, corners };
}

/** The answer stands as cells, too: its names are in the labels of the flat view. */
const sizeOf = (plate: Plate): { width: number; height: number; zoom: number; down: number } =>
  plate.isAnswer
    ? { width: 22, height: plate.height, zoom: plate.zoom, down: plate.units }
    : { width: plate.width, height: plate.height, zoom: plate.zoom, down: plate.down };

function boxesOf(plate: Plate, x: number, offset: number, range: number, of: Values): Box[] {
  const { width, height, down } = sizeOf(plate);
  const channels = of.data.length / (plate.rows * plate.columns);
  const same = { layer: plate.path, range, isPicture: plate.path === "" };
  if (plate.isLine) {
    const across = plate.isAnswer ? 1 : plate.across;
    return [
      {
        ...same,
        unit: plate.first,
        at: [x, 0, 0],
        width,
        height,
        rows: down,
        columns: across,
        offset: offset + plate.first,
        stride: 1,
        count: plate.count,
        isLine: true,
      },
    ];
  }
  return Array.from({ length: plate.count }, (_, k) => {
    const [w, h] = [plate.columns * plate.zoom, plate.rows * plate.zoom];
    const [left, top] = [(k % plate.across) * plate.pitch[0], Math.floor(k / plate.across) * plate.pitch[1]];
    return {
      ...same,
      unit: plate.first + k,
      at: [x, height / 2 - top - h / 2, left + w / 2 - width / 2],
      width: w,
      height: h,
      rows: plate.rows,
      columns: plate.columns,
      offset: offset + plate.first + k,
      stride: channels,
      count: plate.rows * plate.columns,
      isLine: false,
    };
  });
}

/** The corners of a part of a map, in the room: upper left, upper right, lower right, lower left. */
export function cornersOf(
  box: Box,
  { row, column, rows = 1, columns = 1 }: { row: number; column: number; rows?: number; columns?: number },
): readonly [Point, Point, Point, Point] {
  const [cellWidth, cellHeight] = [box.width / box.columns, box.height / box.rows];
  const x = box.at[0] - thickness / 2 - 0.6;
  const [top, left] = [
    box.at[1] + box.height / 2 - row * cellHeight,
    box.at[2] - box.width / 2 + column * cellWidth,
  ];
  const [bottom, right] = [top - rows * cellHeight, left + columns * cellWidth];
  return [
    [x, top, left],
    [x, top, right],
    [x, bottom, right],
    [x, bottom, left],
  ];
}

export const boxOf = (scene: Scene, { layer, unit }: Pick<UnitPlace, "layer" | "unit">): Box | undefined =>
  scene.boxes.find(
    (box) =>
      box.layer === layer &&
      (box.isLine ? unit - box.unit < box.count && unit >= box.unit : box.unit === unit),
  );

/** Where a unit lies in its box. */
export const placeIn = (box: Box, { unit, row, column }: UnitPlace): { row: number; column: number } =>
  box.isLine
    ? { row: (unit - box.unit) % box.rows, column: Math.floor((unit - box.unit) / box.rows) }
    : { row, column };

/** The unit under a pixel: of all boxes that a ray meets the nearest. */
export function unitUnder(
  scene: Scene,
  camera: Camera,
  pixel: readonly [number, number],
  size: { width: number; height: number },
): UnitPlace | undefined {
  const [, , away] = axesOf(camera);
  let best: { place: UnitPlace; far: number } | undefined;
  for (const box of scene.boxes) {
    const x = box.at[0] - thickness / 2;
    const met = metAt(camera, pixel, size, x);
    if (!met) continue;
    const [down, right] = [box.at[1] + box.height / 2 - met[0], met[1] - box.at[2] + box.width / 2];
    if (down < 0 || right < 0 || down >= box.height || right >= box.width) continue;
    const [row, column] = [
      Math.floor((down * box.rows) / box.height),
      Math.floor((right * box.columns) / box.width),
    ];
    const far = away[0] * x + away[1] * met[0] + away[2] * met[1];
    if (best && best.far <= far) continue;
    const unit = box.isLine ? box.unit + column * box.rows + row : box.unit;
    if (box.isLine && unit - box.unit >= box.count) continue;
    best = {
      far,
      place: { layer: box.layer, unit, row: box.isLine ? 0 : row, column: box.isLine ? 0 : column },
    };
  }
  return best?.place;
}
