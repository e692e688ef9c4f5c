/** What small networks of ours see by: places of a grid, each with what is there and around it. */
import * as nn from "../nn/index.js";

/** Pixels of a place, along both edges. */
export const placePixels = 8;
/** Edges of pictures are multiples of it: the encoder halves them four times. */
export const sizesBy = 16;

/** Of the levels of 2, 4, 8 and 16 pixels. */
const filters = [24, 48, 96, 128] as const;

/**
 * From N×H×W×3 pixels of 0 to 255 to N×H/8×W/8×96: levels of 2, 4 and 8 pixels, each a convolution that halves and a residual
 * block; what is seen at 16 pixels, farther around, is added to the last.
 *
 * @param width  so many times as many filters
 */
export function placesEncoder(width = 1): nn.Model {
  const [stem, second, third, far] = filters.map((count) => Math.max(8, 8 * Math.round((count * width) / 8)));
  const conv = (count: number, { kernel = 3, step = 1 } = {}): nn.Layer[] => [
    nn.conv2d({ filters: count, kernel, stride: step, padding: "same", bias: false }),
    nn.batchNorm(),
    nn.relu(),
  ];
  const block = (count: number): nn.Layer =>
    nn.residual([...conv(count), ...conv(count).slice(0, 2)], { activation: nn.relu() });
  return nn.sequential(
    "encoder",
    nn.rescale(),
    ...conv(stem, { step: 2 }),
    ...conv(second, { step: 2 }),
    block(second),
    ...conv(third, { step: 2 }),
    block(third),
    nn.residual(
      [
        ...conv(far, { step: 2 }),
        block(far),
        ...conv(third, { kernel: 1 }).slice(0, 2),
        nn.upsample2d({ factor: 2 }),
      ],
      { activation: nn.relu() },
    ),
    block(third),
  );
}
