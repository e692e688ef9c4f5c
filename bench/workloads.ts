/** What is measured: matrix products, inference and training steps of known cost. */
import { forwardCost, trainingCost } from "./networks/cost.js";
import { lenet5 } from "./networks/lenet5.js";
import { mobilenet } from "./networks/mobilenet.js";
import { resnet } from "./networks/resnet.js";
import type { Network } from "./networks/step.js";
import { vgg16, vggCifar } from "./networks/vgg.js";

/** The sum of all elements of a·b, both size×size. */
export interface ProductWorkload {
  readonly kind: "product";
  readonly name: string;
  readonly size: number;
}

/** A batch through a network: its outputs, or a step of training by cross entropy and momentum. */
export interface NetworkWorkload {
  readonly kind: "network";
  readonly name: string;
  readonly network: Network;
  readonly batch: number;
  readonly training: boolean;
}

/** A loop of multiply-adds on registers, on each thread. */
export interface PeakWorkload {
  readonly kind: "peak";
  readonly name: string;
}

/** Of each thread. */
export const peakFlops = 4e8;
export const peak: PeakWorkload = { kind: "peak", name: "fma-peak" };

export type Workload = ProductWorkload | NetworkWorkload | PeakWorkload;

export const product = (size: number): ProductWorkload => ({ kind: "product", name: `sgemm-${size}`, size });

export const training = (name: string, network: Network, batch: number): NetworkWorkload => ({
  kind: "network",
  name: `${name}-train-${batch}`,
  ...{ network, batch, training: true },
});

export const inference = (name: string, network: Network, batch: number): NetworkWorkload => ({
  kind: "network",
  name: `${name}-infer-${batch}`,
  ...{ network, batch, training: false },
});

/** Made when they are asked for: some hold thousands of steps. */
export const workloads: { readonly [name: string]: () => Workload } = {
  "lenet5-infer-1": () => inference("lenet5", lenet5(), 1),
  "sgemm-512": () => product(512),
  "sgemm-1024": () => product(1024),
  "lenet5-train-128": () => training("lenet5", lenet5(), 128),
  "vgg-cifar-train-64": () => training("vgg-cifar", vggCifar(), 64),
  "resnet18-train-16": () => training("resnet18", resnet(18, 64), 16),
  "resnet50-infer-1": () => inference("resnet50", resnet(50, 224), 1),
  "vgg16-infer-1": () => inference("vgg16", vgg16(), 1),
  "depthwise-infer-1": () => inference("depthwise", mobilenet(), 1),
};

/** Pictures in one run; 0 where there are none. */
export const picturesOf = (workload: Workload): number => (workload.kind === "network" ? workload.batch : 0);

/** Floating-point operations of one run, a multiply-add as two. */
export function flopsOf(workload: Workload, threads: number): number {
  if (workload.kind === "product") return 2 * workload.size ** 3;
  if (workload.kind === "peak") return peakFlops * threads;
  const { network, batch, training } = workload;
  return 2 * batch * (training ? trainingCost(network) : forwardCost(network));
}
