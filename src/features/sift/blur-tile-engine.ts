/** The levels of a tile and the extrema of their differences, as one program of the engine. */
import { add, maximum, minimum, mul, sub } from "../../ops/arithmetic.js";
import { cast } from "../../ops/cast.js";
import { greater, greaterEqual, less, lessEqual, logicalAnd, logicalOr } from "../../ops/comparisons.js";
import { slice } from "../../ops/slice.js";
import { compile } from "../../tensor/compile.js";
import { numbersOf } from "../../tensor/compute.js";
import { Tensor } from "../../tensor/tensor.js";
import { separableSums } from "../weighted-sums.js";
import type { BlurredTile, Source, TileShape } from "./blur-tile.js";

/**
 * As `blurTile`, for all tiles of a shape: what is done to a tile is recorded once. The first tile waits for the
 * program to be compiled.
 */
export function engineBlur(shape: TileShape): (source: Source) => Promise<BlurredTile> {
  const run = compile((source: Tensor) => {
    let picture = source;
    const blur = (weights: Float64Array): void => {
      const line = [...weights];
      picture = separableSums(picture, { column: line, row: line }, 1);
    };
    if (shape.first) blur(shape.first);
    const levels = [middle(picture, shape)];
    for (const step of shape.steps) {
      blur(step);
      levels.push(middle(picture, shape));
    }
    return { levels, extrema: extremaOf(levels, shape) };
  });
  return async ({ values, width, height }) => {
    const { levels, extrema } = await numbersOf(run(Tensor.from(values, [1, height, width], "f32")));
    return { levels: levels as Float32Array[], extrema: extrema as Uint8Array };
  };
}

function middle(picture: Tensor, { width, height }: TileShape): Tensor {
  const [top, left] = [(picture.shape[1] - height) / 2, (picture.shape[2] - width) / 2];
  return slice(picture, [0, top, left], [1, top + height, left + width]);
}

function extremaOf(levels: readonly Tensor[], { width, height, margin, threshold }: TileShape): Tensor {
  const differences = levels.slice(1).map((level, i) => sub(level, levels[i]));
  const at = (x: Tensor, dy: number, dx: number): Tensor =>
    slice(x, [0, margin + dy, margin + dx], [1, height - margin + dy, width - margin + dx]);
  const limit = Tensor.from(Float32Array.of(threshold), [], "f32");
  let found: Tensor | undefined;
  for (let k = 0; k + 2 < differences.length; k++) {
    const v = at(differences[k + 1], 0, 0);
    const neighbours: Tensor[] = [];
    for (let d = 0; d < 3; d++)
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++)
          if (d !== 1 || dy !== 0 || dx !== 0) neighbours.push(at(differences[k + d], dy, dx));
    const isPeak = logicalAnd(greater(v, limit), greaterEqual(v, neighbours.reduce(maximum)));
    const isPit = logicalAnd(less(v, mul(limit, -1)), lessEqual(v, neighbours.reduce(minimum)));
    const bit = mul(cast(logicalOr(isPeak, isPit), "i32"), 1 << k);
    found = found ? add(found, bit) : bit;
  }
  return cast(found!, "u8");
}
