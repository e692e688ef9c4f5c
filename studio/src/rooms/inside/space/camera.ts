/**
 * How the room is looked at: in parallel, from the left and from above, so that lengths can be compared. x runs from
 * layer to layer, y upwards, z along the columns of a map.
 */
export interface Camera {
  /** Around, in degrees: 0 looks along the layers, 90 across them. */
  readonly yaw: number;
  /** Above, in degrees. */
  readonly height: number;
  /** CSS pixels a unit of length. */
  readonly zoom: number;
  /** What lies in the middle. */
  readonly at: Point;
}

export type Point = readonly [x: number, y: number, z: number];

export const limits = { yaw: [10, 88], height: [8, 80], zoom: [0.15, 8] } as const;

const within = (value: number, [least, most]: readonly [number, number]) =>
  Math.min(Math.max(value, least), most);

export const limited = (camera: Camera): Camera => ({
  yaw: within(camera.yaw, limits.yaw),
  height: within(camera.height, limits.height),
  zoom: within(camera.zoom, limits.zoom),
  at: camera.at,
});

const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Rows by which a place is multiplied: to the right, up, away. */
export function axesOf({ yaw, height }: Camera): readonly [right: Point, up: Point, away: Point] {
  const [s, c] = [Math.sin(radians(yaw)), Math.cos(radians(yaw))];
  const [sh, ch] = [Math.sin(radians(height)), Math.cos(radians(height))];
  return [
    [s, 0, c],
    [c * sh, ch, -s * sh],
    [c * ch, -sh, -s * ch],
  ];
}

const dot = (a: Point, b: Point) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const less = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

/** In CSS pixels from the upper left corner of a picture of this size. */
export function projected(
  camera: Camera,
  point: Point,
  size: { width: number; height: number },
): readonly [x: number, y: number] {
  const [right, up] = axesOf(camera);
  const from = less(point, camera.at);
  return [size.width / 2 + dot(right, from) * camera.zoom, size.height / 2 - dot(up, from) * camera.zoom];
}

/** Where a ray through a pixel meets the plane of an x: [y, z]; undefined where it runs along it. */
export function metAt(
  camera: Camera,
  pixel: readonly [x: number, y: number],
  size: { width: number; height: number },
  x: number,
): readonly [y: number, z: number] | undefined {
  const [right, up, away] = axesOf(camera);
  const [u, v] = [(pixel[0] - size.width / 2) / camera.zoom, (size.height / 2 - pixel[1]) / camera.zoom];
  const start = [0, 1, 2].map((k) => camera.at[k] + right[k] * u + up[k] * v);
  if (Math.abs(away[0]) < 1e-3) return undefined;
  const t = (x - start[0]) / away[0];
  return [start[1] + t * away[1], start[2] + t * away[2]];
}

/** So that all of these points are seen. */
export function framed(
  camera: Camera,
  points: readonly Point[],
  size: { width: number; height: number },
  most: number,
): Camera {
  const [right, up] = axesOf(camera);
  const [us, vs] = [points.map((point) => dot(right, point)), points.map((point) => dot(up, point))];
  const [left, top] = [Math.min(...us), Math.max(...vs)];
  const [wide, high] = [Math.max(...us) - left, top - Math.min(...vs)];
  const zoom = Math.min((size.width - 48) / Math.max(wide, 1), (size.height - 72) / Math.max(high, 1), most);
  const [u, v] = [left + wide / 2, top - high / 2];
  const at: Point = [right[0] * u + up[0] * v, right[1] * u + up[1] * v, right[2] * u + up[2] * v];
  return limited({ ...camera, zoom, at });
}
