/** Which of what stands out of the paper is the digit: connected parts, and what tells strokes from shadows, thumbs and tables. */
import type { Plane } from "./paper.js";

/** A connected part (over eight neighbours) of the pixels whose contrast is above a threshold. */
export interface Part {
  readonly label: number;
  top: number;
  left: number;
  bottom: number;
  right: number;
  area: number;
  /** Edges between its pixels and others, or the picture's border. */
  rim: number;
  /** How many of them are the picture's border. */
  atBorder: number;
  /** Sum of its pixels' contrast. */
  mass: number;
}

export interface Parts {
  readonly width: number;
  /** The label of each pixel's part, 0 where there is none. */
  readonly labels: Int32Array;
  readonly all: readonly Part[];
}

export const heightOf = (part: Part) => part.bottom - part.top + 1;
export const widthOf = (part: Part) => part.right - part.left + 1;
export const lengthOf = (part: Part) => Math.max(heightOf(part), widthOf(part));
export const meanOf = (part: Part) => part.mass / part.area;
/** Of its strokes: a long one of width s has s pixels and two edges for each of its length. */
export const strokeOf = (part: Part) => (2 * part.area) / part.rim;

export function partsOf({ width, height, values }: Plane, threshold: number): Parts {
  const labels = new Int32Array(width * height);
  const all: Part[] = [];
  const stack: number[] = [];
  for (let start = 0; start < labels.length; start++) {
    if (labels[start] || values[start] <= threshold) continue;
    const label = all.length + 1;
    const part = {
      label,
      top: height,
      left: width,
      bottom: -1,
      right: -1,
      area: 0,
      rim: 0,
      atBorder: 0,
      mass: 0,
    };
    all.push(part);
    labels[start] = label;
    stack.push(start);
    while (stack.length > 0) {
      const at = stack.pop()!;
      const [i, j] = [Math.floor(at / width), at % width];
      part.area++;
      part.mass += values[at];
      if (i < part.top) part.top = i;
      if (i > part.bottom) part.bottom = i;
      if (j < part.left) part.left = j;
      if (j > part.right) part.right = j;
      for (let y = i - 1; y <= i + 1; y++)
        for (let x = j - 1; x <= j + 1; x++) {
          const isOutside = y < 0 || x < 0 || y >= height || x >= width;
          const next = y * width + x;
          if (isOutside || values[next] <= threshold) {
            if (y !== i && x !== j) continue;
            part.rim++;
            if (isOutside) part.atBorder++;
          } else if (!labels[next]) {
            labels[next] = label;
            stack.push(next);
          }
        }
    }
  }
  return { width, labels, all };
}

/**
 * The share of a part's rim across which brightness falls by half of the part's contrast within a stroke's width. A shadow
 * fades; where the rest of a thumb or a table was taken for paper, there is no edge at all.
 */
export function sharpnessOf(part: Part, { labels, width }: Parts, brightness: Float32Array): number {
  const height = labels.length / width;
  const far = Math.max(2, Math.min(Math.round(strokeOf(part)), Math.round(Math.max(width, height) / 40)));
  let rim = 0;
  let sharp = 0;
  for (let i = part.top; i <= part.bottom; i++)
    for (let j = part.left; j <= part.right; j++) {
      const at = i * width + j;
      if (labels[at] !== part.label) continue;
      for (const { dy, dx } of sides) {
        const ahead = roomTo(i, j, dy, dx, { width, height });
        const step = dy * width + dx;
        if (ahead === 0 || labels[at + step] === part.label) continue;
        rim++;
        // From a little inside, where the ink is full, to a little outside.
        let paper = brightness[at];
        for (let k = 1; k <= Math.min(far, ahead); k++) paper = Math.min(paper, brightness[at + k * step]);
        let ink = brightness[at];
        const behind = Math.min(far, roomTo(i, j, -dy, -dx, { width, height }));
        for (let k = 1; k <= behind && labels[at - k * step] === part.label; k++)
          ink = Math.max(ink, brightness[at - k * step]);
        if (ink - paper > meanOf(part) / 2) sharp++;
      }
    }
  return rim === 0 ? 0 : sharp / rim;
}

/** How many pixels there are beyond one in a direction. */
function roomTo(
  i: number,
  j: number,
  dy: number,
  dx: number,
  size: { width: number; height: number },
): number {
  if (dy !== 0) return dy > 0 ? size.height - 1 - i : i;
  return dx > 0 ? size.width - 1 - j : j;
}

const sides = [
  { dy: 0, dx: 1 },
  { dy: 0, dx: -1 },
  { dy: 1, dx: 0 },
  { dy: -1, dx: 0 },
];
