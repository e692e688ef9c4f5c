/** `npm run bench -- --growth`: how cost grows with the batch, the picture, the threads and the depth. */
import { availableParallelism } from "node:os";
import type { Choices } from "./arguments.js";
import { receptive } from "./contenders/known.js";
import { alternate } from "./measure/rounds.js";
import { median } from "./measure/statistics.js";
import { lenet5 } from "./networks/lenet5.js";
import { resnet, resnetDepths } from "./networks/resnet.js";
import { convolutions } from "./networks/vgg.js";
import { type GrowthTable, growthTable } from "./report/growth.js";
import { threadCount } from "./report/numbers.js";
import { plain } from "./report/table.js";
import { flopsOf, inference, type NetworkWorkload, training } from "./workloads.js";

interface Point {
  /** What grows: the batch, the side, … */
  readonly size: number;
  readonly workload: NetworkWorkload;
  /** How many of the curve's units one run does. */
  readonly units: number;
  /** All, if left out. */
  readonly threads?: number;
}

export interface Curve {
  readonly title: string;
  /** What `size` counts. */
  readonly grows: string;
  /** What a run's cost is divided by. */
  readonly unit: string;
  /** Why cost is not in proportion, where it is not. */
  readonly reason: string;
  readonly points: readonly Point[];
}

/** A point as it was measured. */
export interface Grown {
  readonly size: number;
  readonly threads: number;
  readonly msMedian: number;
  readonly microsecondsPerUnit: number;
  readonly gflops: number;
}

const everyThread = threadCount(availableParallelism());
const batches = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const sides = [32, 64, 128, 256, 512];
/** One, two, four, …, and all. */
const threadCounts = (all: number): number[] => {
  const doubled = [1, 2, 4, 8, 16, 32, 64, 128].filter((n) => n < all);
  return [...doubled, all];
};

const curves = (): readonly Curve[] => [
  {
    title: `LeNet-5, inference on ${everyThread}, by batch`,
    ...{ grows: "batch", unit: "image" },
    reason:
      "Single pictures are too little work for two threads, and half of a run is the call itself; from 128 to 256 " +
      "pictures and results outgrow the caches, probably.",
    points: batches.map((n) => ({ size: n, workload: inference("lenet5", lenet5(), n), units: n })),
  },
  {
    title: `LeNet-5, training on ${everyThread}, by batch`,
    ...{ grows: "batch", unit: "image" },
    reason:
      "A step updates all parameters and meets at some seventy barriers, whatever the batch: small ones pay that for few " +
      "pictures. From 128 to 256 what the backward pass reads again outgrows the caches, probably.",
    points: batches.map((n) => ({ size: n, workload: training("lenet5", lenet5(), n), units: n })),
  },
  {
    title: `Four 3×3 convolutions, inference of one picture on ${everyThread}, by its side`,
    ...{ grows: "side", unit: "1,000 pixels" },
    reason:
      "Up to 64 the threads wait for each other longer than they work. Minimal filtering's transformed tiles, 2.25 times " +
      "the picture, leave the caches from 128 on, and the last one on the way to 512.",
    points: sides.map((side) => ({
      size: side,
      workload: inference(`convolutions-${side}`, convolutions(side), 1),
      units: side ** 2 / 1000,
    })),
  },
  {
    title: "ResNet-18 on 64×64, a training step of 16, by threads",
    ...{ grows: "threads", unit: "image" },
    reason:
      "Two threads take somewhat more than half the time: normalisation and updates, probably, share the way to memory.",
    points: threadCounts(availableParallelism()).map((threads) => ({
      ...{ size: threads, threads },
      workload: training("resnet18", resnet(18, 64), 16),
      units: 16,
    })),
  },
  {
    title: `ResNet on 224×224, inference of one picture on ${everyThread}, by depth`,
    ...{ grows: "depth", unit: "GFLOP" },
    reason:
      "18 and 34 are convolutions of 3×3 throughout, for which minimal filtering needs fewer products than are counted; " +
      "from 50 on half of the work is in 1×1 convolutions, where there is nothing to save.",
    points: resnetDepths.map((depth) => {
      const workload = inference(`resnet${depth}`, resnet(depth, 224), 1);
      return { size: depth, workload, units: flopsOf(workload, 1) / 1e9 };
    }),
  },
];

export async function measureGrowth(choices: Choices): Promise<GrowthTable[]> {
  const results: GrowthTable[] = [];
  for (const target of choices.targets)
    for (const { points, ...curve } of curves()) {
      const grown: Grown[] = [];
      for (const point of points) {
        const threads = point.threads ?? availableParallelism();
        const [{ rounds, missing }] = await alternate(point.workload, threads, [receptive(target)], choices);
        if (missing) throw new Error(`${point.workload.name}: ${missing.reason}`);
        const ms = median(rounds.flat());
        grown.push({
          ...{ size: point.size, threads, msMedian: ms },
          microsecondsPerUnit: (1000 * ms) / point.units,
          gflops: flopsOf(point.workload, threads) / ms / 1e6,
        });
        if (choices.json)
          console.log(JSON.stringify({ curve: curve.title, target, ...grown[grown.length - 1] }));
      }
      const result = { ...curve, target, points: grown };
      results.push(result);
      if (!choices.json) console.log(`\n${result.title} (${target})\n${plain(growthTable(result))}`);
    }
  return results;
}
