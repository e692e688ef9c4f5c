/** How trainings are told of, before their first step and after the last one. */
import { count, counted, duration } from "../formatting/numbers.js";
import type { AnyNetwork } from "../nn/index.js";
import { theEngine } from "../runtime/devices.js";

/** How many numbers a network has learned, or will. */
export const parametersOf = ({ parameters }: Pick<AnyNetwork, "parameters">): number =>
  [...parameters.values()].reduce((sum, { size }) => sum + size, 0);

/** "2 epochs in batches of 32, 2 threads" */
export const amountOf = ({ epochs, batchSize }: { epochs: number; batchSize: number }): string =>
  `${counted(epochs, "epoch")} in batches of ${count(batchSize)}, ${counted(theEngine().threads, "thread")}`;

/** "Training 61,706 parameters on 100 texts: 2 epochs in batches of 32, 2 threads." */
export const beginningOf = (
  network: Pick<AnyNetwork, "parameters">,
  shown: string,
  amount: { epochs: number; batchSize: number },
): string => `Training ${counted(parametersOf(network), "parameter")} on ${shown}: ${amountOf(amount)}.`;

/** "3 epochs in 12 s; the weights are those of epoch 2." */
export const effortOf = ({
  epochs,
  bestEpoch,
  seconds,
}: {
  epochs: number;
  bestEpoch?: number | undefined;
  seconds: number;
}): string =>
  `${counted(epochs, "epoch")} in ${duration(seconds)}${bestEpoch === undefined || bestEpoch === epochs ? "" : `; the weights are those of epoch ${bestEpoch}`}.`;
