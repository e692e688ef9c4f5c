import { conv, dense, maxPool, meanPool, network, norm, relu, residual } from "./layers.js";
import type { Network } from "./step.js";

/** Blocks in each of the four stages. He, Zhang, Ren, Sun, arXiv:1512.03385, table 1. */
const depths = {
  18: [2, 2, 2, 2],
  34: [3, 4, 6, 3],
  50: [3, 4, 6, 3],
  101: [3, 4, 23, 3],
  152: [3, 8, 36, 3],
} as const;

export type Depth = keyof typeof depths;
export const resnetDepths = [18, 34, 50, 101, 152] as const satisfies readonly Depth[];

/**
 * ResNet with the stride in the 3×3 convolution, as PyTorch's: 11,689,512 parameters at depth 18, 25,557,032 at 50,
 * 60,192,808 at 152.
 */
export function resnet(depth: Depth, side: number): Network {
  const bottleneck = depth >= 50;
  let channels = 64;
  const stages = depths[depth].flatMap((blocks, stage) =>
    Array.from({ length: blocks }, (_, i) => {
      const width = 64 * 2 ** stage;
      const out = bottleneck ? 4 * width : width;
      const stride = stage > 0 && i === 0 ? 2 : 1;
      const body = bottleneck
        ? [
            ...[conv(width, 1), norm(), relu()],
            ...[conv(width, 3, { stride, padding: 1 }), norm(), relu()],
            ...[conv(out, 1), norm()],
          ]
        : [
            ...[conv(width, 3, { stride, padding: 1 }), norm(), relu()],
            ...[conv(width, 3, { padding: 1 }), norm()],
          ];
      const fits = channels === out && stride === 1;
      channels = out;
      return [residual(body, fits ? [] : [conv(out, 1, { stride }), norm()]), relu()];
    }).flat(),
  );
  return network(
    [side, side, 3],
    [
      ...[conv(64, 7, { stride: 2, padding: 3 }), norm(), relu(), maxPool(3, { stride: 2, padding: 1 })],
      ...stages,
      meanPool(),
      dense(1000),
    ],
  );
}
