/** The words in which the networks are written: a layer, given what comes in, is a step. */
import type { Extent, Network, Parameter, Step } from "./step.js";

type Layer = (x: Extent, place: Place) => Step;

/** Hands out parameters, each with a seed of its own. */
interface Place {
  parameter(shape: readonly number[], low: number, high: number): Parameter;
  /** The extent that the last flatten() took. */
  flattened: Extent;
}

export function network(input: Extent, layers: readonly Layer[]): Network {
  let seed = 0;
  const place: Place = {
    parameter: (shape, low, high) => ({ seed: ++seed, shape, low, high }),
    flattened: input,
  };
  return { input, steps: laid(layers, input, place) };
}

function laid(layers: readonly Layer[], input: Extent, place: Place): Step[] {
  let x = input;
  return layers.map((layer) => {
    const step = layer(x, place);
    x = step.y;
    return step;
  });
}

/** Uniform with the variance 2 / inputs: He et al., arXiv:1502.01852. */
const weights = (place: Place, shape: readonly number[], inputs: number): Parameter => {
  const bound = Math.sqrt(6 / inputs);
  return place.parameter(shape, -bound, bound);
};

const slid = (size: number, kernel: number, stride: number, padding: number): number =>
  Math.floor((size + 2 * padding - kernel) / stride) + 1;

interface Sliding {
  stride?: number;
  padding?: number;
}

export const conv =
  (
    filters: number,
    kernel: number,
    { stride = 1, padding = 0, groups = 1, bias = false }: Sliding & { groups?: number; bias?: boolean } = {},
  ): Layer =>
  (x, place) => {
    const [h, w, c] = x;
    const y = [slid(h, kernel, stride, padding), slid(w, kernel, stride, padding), filters];
    const each = c / groups;
    return {
      kind: "conv",
      ...{ x, y, kernel, stride, padding, groups },
      filters: weights(place, [kernel, kernel, each, filters], kernel * kernel * each),
      bias: bias ? place.parameter([filters], -0.1, 0.1) : null,
    };
  };

/** Its numbers are near 1 and 0, not at them: a contender that forgets one gets another result. */
export const norm = (): Layer => (x, place) => {
  const channels = x.slice(-1);
  return {
    kind: "norm",
    ...{ x, y: x },
    scale: place.parameter(channels, 0.9, 1.1),
    shift: place.parameter(channels, -0.1, 0.1),
    mean: place.parameter(channels, -0.1, 0.1),
    variance: place.parameter(channels, 0.9, 1.1),
  };
};

export const maxPool =
  (size: number, { stride = size, padding = 0 }: Sliding = {}): Layer =>
  (x) => {
    const y = [slid(x[0], size, stride, padding), slid(x[1], size, stride, padding), x[2]];
    return { kind: "maxPool", ...{ x, y, size, stride, padding } };
  };

export const relu = (): Layer => (x) => ({ kind: "relu", x, y: x });

export const meanPool = (): Layer => (x) => ({ kind: "meanPool", x, y: [x[2]] });

export const flatten = (): Layer => (x, place) => {
  place.flattened = x;
  return { kind: "flatten", x, y: [x.reduce((n, d) => n * d, 1)] };
};

export const dense =
  (units: number): Layer =>
  (x, place) => {
    const [inputs] = x;
    const fits = place.flattened.reduce((n, d) => n * d, 1) === inputs;
    return {
      kind: "dense",
      ...{ x, y: [units], before: fits ? place.flattened : x },
      weights: weights(place, [inputs, units], inputs),
      bias: place.parameter([units], -0.1, 0.1),
    };
  };

export const residual =
  (body: readonly Layer[], shortcut: readonly Layer[] = []): Layer =>
  (x, place) => {
    const steps = laid(body, x, place);
    return {
      kind: "residual",
      x,
      y: steps[steps.length - 1].y,
      body: steps,
      shortcut: laid(shortcut, x, place),
    };
  };
