/** What a network costs, counted from its shapes. */
import { allSteps, type Network, type Step } from "./step.js";

const product = (list: readonly number[]): number => list.reduce((n, d) => n * d, 1);

/** Multiply-adds of one picture in one step. */
function multiplyAdds(step: Step): number {
  if (step.kind === "conv") return product(step.y) * product(step.filters.shape.slice(0, 3));
  if (step.kind === "dense") return product(step.weights.shape);
  return 0;
}

/** Multiply-adds of one picture, forward. */
export const forwardCost = ({ steps }: Network): number =>
  allSteps(steps).reduce((total, step) => total + multiplyAdds(step), 0);

/**
 * Multiply-adds of one picture in a step of training: forward, each filter's gradient, and each input's gradient but
 * that of the pictures, which nobody asks for.
 */
export function trainingCost(network: Network): number {
  const first = allSteps(network.steps).find((step) => multiplyAdds(step) > 0)!;
  return 3 * forwardCost(network) - multiplyAdds(first);
}

/** Trained numbers. */
export const parameterCount = ({ steps }: Network): number =>
  allSteps(steps).reduce((total, step) => {
    const held = step.kind === "conv" ? [step.filters, ...(step.bias ? [step.bias] : [])] : [];
    const dense = step.kind === "dense" ? [step.weights, step.bias] : [];
    const norm = step.kind === "norm" ? [step.scale, step.shift] : [];
    return total + [...held, ...dense, ...norm].reduce((n, { shape }) => n + product(shape), 0);
  }, 0);
