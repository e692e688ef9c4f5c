import { conv, dense, meanPool, network, norm, relu } from "./layers.js";
import type { Network } from "./step.js";

/** Channels and stride of each 3×3 depthwise and 1×1 pointwise pair: Howard et al., arXiv:1704.04861, table 1. */
const plan = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  ...Array.from({ length: 5 }, () => [512, 1] as const),
  [1024, 2],
  [1024, 1],
] as const;

/** MobileNet v1 on 224×224×3: 4,231,976 parameters. */
export function mobilenet(): Network {
  let channels = 32;
  const pairs = plan.flatMap(([out, stride]) => {
    const groups = channels;
    channels = out;
    return [
      ...[conv(groups, 3, { stride, padding: 1, groups }), norm(), relu()],
      ...[conv(out, 1), norm(), relu()],
    ];
  });
  return network(
    [224, 224, 3],
    [conv(32, 3, { stride: 2, padding: 1 }), norm(), relu(), ...pairs, meanPool(), dense(1000)],
  );
}
