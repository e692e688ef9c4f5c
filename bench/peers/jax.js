/**
 * jax-js as a contender: `node jax.js THREADS`. In Node it has one thread, whatever is asked for. It counts references
 * by hand: a function uses each array up once, and `ref` is one more use.
 */
import { defaultDevice, init, jit, lax, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { packageOf, peersFolder } from "../../dist-bench/contenders/installation.js";
import { serve } from "../../dist-bench/contenders/serve.js";
import { descent, labels, numbersOf, pictures, seeds, uniform } from "../../dist-bench/networks/numbers.js";
import { fromRowMajor } from "./axes.js";

await init("wasm");
defaultDevice("wasm");

const array = (values, shape) => np.array(values).reshape(shape);
const reordered = (numbers, from, order) => {
  const { values, shape } = fromRowMajor(numbers, from, order);
  return array(values, shape);
};

/** A network on pictures N×C×H×W: its parameters, and a function of those and x. */
class Network {
  parameters = [];

  constructor({ steps }, training) {
    this.training = training;
    this.forward = this.#stack(steps);
  }

  #stack(steps) {
    const layers = steps.map((step) => this.#layer(step));
    return (p, x) => layers.reduce((y, layer) => layer(p, y), x);
  }

  /** Where the parameter stands among all. */
  #add(values) {
    return this.parameters.push(values) - 1;
  }

  #held({ shape, ...parameter }) {
    return this.#add(array(numbersOf({ shape, ...parameter }), shape));
  }

  #layer(step) {
    switch (step.kind) {
      case "conv":
        return this.#conv(step);
      case "norm":
        return this.#norm(step);
      case "maxPool":
        return maxPool(step);
      case "dense":
        return this.#dense(step);
      case "residual": {
        const [body, shortcut] = [this.#stack(step.body), this.#stack(step.shortcut)];
        return (p, x) => body(p, x.ref).add(shortcut(p, x));
      }
      case "relu":
        return (_, x) => nn.relu(x);
      case "meanPool":
        return (_, x) => np.mean(x, [2, 3]);
      case "flatten":
        return (_, x) => x.reshape([x.shape[0], -1]);
    }
  }

  #conv({ stride, padding, groups, filters, bias }) {
    const w = this.#add(reordered(numbersOf(filters), filters.shape, [3, 2, 0, 1]));
    const b = bias && this.#held({ ...bias, shape: [1, ...bias.shape, 1, 1] });
    const strides = [stride, stride];
    const sides = [padding, padding];
    return (p, x) => {
      const y = lax.convGeneralDilated(x, p[w], strides, [sides, sides], { featureGroupCount: groups });
      return b === null ? y : y.add(p[b]);
    };
  }

  #norm({ scale, shift, mean, variance, y }) {
    const column = (parameter) => this.#held({ ...parameter, shape: [1, y[2], 1, 1] });
    const [factor, offset] = [column(scale), column(shift)];
    const scaled = (p, centred, v) =>
      centred
        .div(np.sqrt(v.add(1e-5)))
        .mul(p[factor])
        .add(p[offset]);
    if (!this.training) {
      const [m, v] = [column(mean), column(variance)];
      return (p, x) => scaled(p, x.sub(p[m]), p[v]);
    }
    const averaged = (x) => np.mean(x, [0, 2, 3], { keepdims: true });
    return (p, x) => {
      const centred = x.ref.sub(averaged(x));
      return scaled(p, centred.ref, averaged(np.square(centred)));
    };
  }

  #dense({ before, weights, bias }) {
    const [inputs, units] = weights.shape;
    const numbers = numbersOf(weights);
    // Rows are in the order of H×W×C there, of C×H×W here.
    const w = this.#add(
      before.length === 3
        ? reordered(numbers, [...before, units], [2, 0, 1, 3]).reshape([inputs, units])
        : array(numbers, weights.shape),
    );
    const b = this.#held(bias);
    return (p, x) => np.matmul(x, p[w]).add(p[b]);
  }
}

/** It always comes after a ReLU: zeros around the picture change no maximum. */
function maxPool({ size, stride, padding }) {
  const sides = [padding, padding];
  const padded = (x) => (padding === 0 ? x : np.pad(x, [[0, 0], [0, 0], sides, sides]));
  return (_, x) => lax.reduceWindow(padded(x), np.max, [size, size], [stride, stride]);
}

function product(size) {
  const [a, b] = [seeds.left, seeds.right].map((seed) => array(uniform(seed, size * size), [size, size]));
  const run = jit((a, b) => np.sum(np.matmul(a, b)));
  return () => run(a.ref, b.ref).data();
}

function inference(model, x) {
  const run = jit(model.forward);
  return () =>
    run(
      model.parameters.map((p) => p.ref),
      x.ref,
    ).data();
}

function training(model, x, batch, classes) {
  const wanted = nn.oneHot(np.array(labels(batch)), classes);
  const loss = (p, x, y) =>
    nn
      .logSoftmax(model.forward(p, x))
      .mul(y)
      .sum()
      .mul(-1 / batch);
  const step = jit((p, velocities, x, y) => {
    const [value, gradients] = valueAndGrad(loss)(
      p.map((w) => w.ref),
      x,
      y,
    );
    const moved = velocities.map((v, i) => v.mul(descent.momentum).add(gradients[i]));
    return [value, p.map((w, i) => w.sub(moved[i].ref.mul(descent.rate))), moved];
  });
  let parameters = model.parameters;
  let velocities = parameters.map((p) => np.zeros(p.shape));
  return async () => {
    const [value, p, v] = step(parameters, velocities, x.ref, wanted.ref);
    [parameters, velocities] = [p, v];
    return value.data();
  };
}

function prepare(workload) {
  if (workload.kind === "product") return { run: product(workload.size) };
  const { network, batch } = workload;
  const model = new Network(network, workload.training);
  const x = reordered(pictures(batch, network.input), [batch, ...network.input], [0, 3, 1, 2]);
  if (!workload.training) return { run: inference(model, x) };
  return { run: training(model, x, batch, network.steps.at(-1).y[0]) };
}

const { version } = packageOf(`${peersFolder}node_modules/@jax-js/jax`);
await serve({ who: "jax-js", target: "wasm", version, prepare });
