/** What a hand draws, as lines; a picture of 28×28 pixels is made of them as MNIST shows digits, or as they are. */
export interface Point {
  /** In shares of the pad, 0 to 1. */
  readonly x: number;
  readonly y: number;
}

export type Stroke = readonly Point[];

/** Longer side of a digit, and of the picture it stands in, as in MNIST. */
const [box, field] = [20, 28];

/**
 * Pixels of 0 to 255, light on dark.
 *
 * @param isCentred  the longer side 20 of 28 pixels, the centre of mass in the middle (LeCun, Cortes, Burges: The MNIST
 *     database); otherwise as it stands on the pad
 */
export function drawnPicture(
  strokes: readonly Stroke[],
  { height, width, isCentred }: { height: number; width: number; isCentred: boolean },
): Uint8Array {
  const points = strokes.flat();
  if (points.length === 0) return new Uint8Array(height * width);
  const edge = Math.min(height, width);
  const pen = (2.4 / field) * edge;
  const asDrawn = (at: Point) => ({ x: at.x * width, y: at.y * height });
  if (!isCentred)
    return inked(
      strokes.map((line) => line.map(asDrawn)),
      { height, width, pen },
    );
  const [left, right] = range(points.map(({ x }) => x));
  const [top, bottom] = range(points.map(({ y }) => y));
  const room = (box / field) * edge - pen;
  // A dot is not blown up to a digit.
  const scale = room / Math.max(right - left, bottom - top, 0.2);
  const fitted = strokes.map((line) =>
    line.map(({ x, y }) => ({
      x: (x - (left + right) / 2) * scale + width / 2,
      y: (y - (top + bottom) / 2) * scale + height / 2,
    })),
  );
  const mass = centre(inked(fitted, { height, width, pen }), width);
  // In whole pixels, as far as nothing is cut off.
  const reach = (side: number, size: number) => Math.max(0, Math.floor((size - side * scale - pen) / 2));
  const shift = (by: number, most: number) => Math.max(-most, Math.min(most, Math.round(by)));
  const dx = shift(width / 2 - mass.x, reach(right - left, width));
  const dy = shift(height / 2 - mass.y, reach(bottom - top, height));
  return inked(
    fitted.map((line) => line.map(({ x, y }) => ({ x: x + dx, y: y + dy }))),
    { height, width, pen },
  );
}

const range = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)];

function centre(pixels: Uint8Array, width: number): { x: number; y: number } {
  let [mass, x, y] = [0, 0, 0];
  pixels.forEach((value, at) => {
    mass += value;
    x += value * (at % width);
    y += value * Math.floor(at / width);
  });
  return { x: x / mass, y: y / mass };
}

/** A round pen along the lines: full within its radius, fading over one pixel. */
function inked(
  strokes: readonly Stroke[],
  { height, width, pen }: { height: number; width: number; pen: number },
): Uint8Array {
  const nearest = new Float32Array(height * width).fill(Number.POSITIVE_INFINITY);
  const far = pen / 2 + 1;
  for (const line of strokes)
    line.forEach((to, i) => {
      const from = line[Math.max(i - 1, 0)];
      const [x0, x1] = range([from.x, to.x]);
      const [y0, y1] = range([from.y, to.y]);
      for (let row = Math.max(0, Math.floor(y0 - far)); row < Math.min(height, y1 + far); row++)
        for (let column = Math.max(0, Math.floor(x0 - far)); column < Math.min(width, x1 + far); column++) {
          const at = row * width + column;
          nearest[at] = Math.min(nearest[at], distance({ x: column + 0.5, y: row + 0.5 }, from, to));
        }
    });
  return Uint8Array.from(nearest, (d) => Math.round(255 * Math.min(Math.max(pen / 2 + 0.5 - d, 0), 1)));
}

function distance(at: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const along =
    length === 0 ? 0 : Math.min(Math.max(((at.x - from.x) * dx + (at.y - from.y) * dy) / length, 0), 1);
  return Math.hypot(at.x - from.x - along * dx, at.y - from.y - along * dy);
}

/** 28×28 pixels in links: 4 bits a pixel, two a byte, base64 for addresses: 523 characters. */
export function packed(pixels: Uint8Array): string {
  let bytes = "";
  for (let i = 0; i < pixels.length; i += 2)
    bytes += String.fromCharCode((Math.round(pixels[i] / 17) << 4) | Math.round((pixels[i + 1] ?? 0) / 17));
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @returns undefined where it is no picture of so many pixels */
export function unpacked(text: string, size = field * field): Uint8Array | undefined {
  if (!/^[\w-]+$/.test(text)) return undefined;
  try {
    const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    if (bytes.length !== Math.ceil(size / 2)) return undefined;
    return Uint8Array.from({ length: size }, (_, i) => {
      const byte = bytes.charCodeAt(i >> 1);
      return 17 * (i % 2 === 0 ? byte >> 4 : byte & 15);
    });
  } catch {
    return undefined;
  }
}
