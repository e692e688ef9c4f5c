import { conv, dense, flatten, maxPool, network, relu } from "./layers.js";
import type { Network } from "./step.js";

type Plan = readonly (number | "pool")[];

const features = (plan: Plan) =>
  plan.flatMap((step) =>
    step === "pool" ? [maxPool(2)] : [conv(step, 3, { padding: 1, bias: true }), relu()],
  );

/** Six convolutions on 32×32×3, as `models.vggCifar()`. */
export const vggCifar = (): Network =>
  network(
    [32, 32, 3],
    [
      ...features([64, 64, "pool", 128, 128, "pool", 256, 256, "pool"]),
      flatten(),
      dense(256),
      relu(),
      dense(10),
    ],
  );

const sixteen: Plan = [
  64,
  64,
  "pool",
  128,
  128,
  "pool",
  256,
  256,
  256,
  "pool",
  512,
  512,
  512,
  "pool",
  512,
  512,
  512,
];

/** VGG-16, configuration D: 138,357,544 parameters. Simonyan, Zisserman, arXiv:1409.1556, table 1. */
export const vgg16 = (): Network =>
  network(
    [224, 224, 3],
    [
      ...features([...sixteen, "pool"]),
      flatten(),
      ...[4096, 4096].flatMap((n) => [dense(n), relu()]),
      dense(1000),
    ],
  );

/** Four convolutions whose cost is in proportion to the pixels of the picture, whatever its side. */
export const convolutions = (side: number): Network =>
  network([side, side, 3], features([32, 32, "pool", 64, 64]));
