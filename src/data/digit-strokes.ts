/** The strokes of the drawn digits, as points. */
import { shapes } from "./digit-shapes.js";

/** A stroke with its corners: the pieces of spline between them, each a list of points from 0 to 1. */
export interface Stroke {
  points: { x: number; y: number; corner: boolean }[];
}

export const digitShapes: readonly { share: number; strokes: Stroke[] }[][] = shapes.map((ways) => {
  const total = ways.reduce((sum, [share]) => sum + share, 0);
  return ways.map(([share, ...strokes]) => ({ share: share / total, strokes: strokes.map(parse) }));
});

function parse(stroke: string): Stroke {
  const points = stroke.split(" ").map((word) => {
    const [x, y] = word.replace("!", "").split(",");
    return { x: Number(x) / 100, y: Number(y) / 100, corner: word.endsWith("!") };
  });
  return { points };
}
