import { conv, dense, flatten, maxPool, network, relu } from "./layers.js";
import type { Network } from "./step.js";

/** LeNet-5 with ReLU and max pooling on 28×28×1: 61,706 parameters, as `models.lenet5()`. */
export const lenet5 = (): Network =>
  network(
    [28, 28, 1],
    [
      ...[conv(6, 5, { padding: 2, bias: true }), relu(), maxPool(2)],
      ...[conv(16, 5, { bias: true }), relu(), maxPool(2)],
      flatten(),
      ...[dense(120), relu()],
      ...[dense(84), relu()],
      dense(10),
    ],
  );
