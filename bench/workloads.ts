/** What is measured: training steps and products of known cost. */
import { compile, losses, type Model, matmul, models, optim, random, sum, type Tensor } from "receptive";
import { trainingStep } from "../dist/training/step.js";

export interface Workload {
  readonly name: string;
  /** Pictures in one run; 0 where there are none. */
  readonly images: number;
  /** Floating-point operations of one run: a multiply-add is two. */
  readonly flops: number;
  run(): Promise<unknown>;
}

/** Forward, and backward through all layers but the input's own gradient, which nobody asks for. */
function trainingFlops(model: Model, batch: number): number {
  const { layers, macs } = model.summary();
  const first = layers.find((layer) => layer.macs > 0)!.macs;
  return 2 * batch * (3 * macs - first);
}

function training(name: string, model: Model, shape: [number, number, number], batch: number): Workload {
  model.build(shape, { seed: 1 });
  const step = trainingStep(model, {
    loss: losses.crossEntropy(),
    optimizer: optim.sgd({ lr: 0.01, momentum: 0.9 }),
  });
  const size = shape[0] * shape[1] * shape[2];
  const images = Float32Array.from({ length: batch * size }, (_, i) => (i * 7919) % 256);
  const labels = Int32Array.from({ length: batch }, (_, i) => i % 10);
  const indices = Int32Array.from(labels, (_, i) => i);
  let done = 0;
  return {
    name,
    images: batch,
    flops: trainingFlops(model, batch),
    run: () => step({ images, labels, indices, size: batch }, { shape, lr: 0.001, step: done++, seed: 1 }),
  };
}

function product(n: number): Workload {
  const [a, b] = [1, 2].map((seed) => random.uniform([n, n], { seed, min: -1 }));
  const run = compile((x: Tensor, y: Tensor) => sum(matmul(x, y)));
  return { name: `sgemm-${n}`, images: 0, flops: 2 * n ** 3, run: () => run(a, b) };
}

export const workloads: { readonly [name: string]: () => Workload } = {
  "sgemm-512": () => product(512),
  "sgemm-1024": () => product(1024),
  "lenet5-train-128": () => training("lenet5-train-128", models.lenet5(), [28, 28, 1], 128),
  "vgg-cifar-train-64": () => training("vgg-cifar-train-64", models.vggCifar(), [32, 32, 3], 64),
};
