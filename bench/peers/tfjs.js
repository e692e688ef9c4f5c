/** TensorFlow.js as a contender: `node tfjs.js THREADS wasm|cpu`. In Node it has one thread, whatever is asked for. */
import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { serve } from "../../dist-bench/contenders/serve.js";
import { descent, labels, numbersOf, pictures, seeds, uniform } from "../../dist-bench/networks/numbers.js";
import { registerMissingKernels } from "./tfjs-kernels.js";

const backend = process.argv[3];
if (backend === "wasm") {
  const folder = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/package.json");
  setWasmPaths(folder.replace("package.json", "dist/"));
  registerMissingKernels();
}
await tf.setBackend(backend);

/** The network as a function, and the variables that it trains. */
function built(steps, training) {
  const layers = steps.map((step) => layerOf(step, training));
  return (x) => layers.reduce((y, layer) => layer(y), x);
}

const variable = (parameter) => tf.variable(tf.tensor(numbersOf(parameter), parameter.shape));

function layerOf(step, training) {
  switch (step.kind) {
    case "conv":
      return conv(step);
    case "norm":
      return norm(step, training);
    case "maxPool": {
      const { size, stride, padding } = step;
      return (x) => tf.maxPool(x, size, stride, padding);
    }
    case "dense": {
      const [weights, bias] = [variable(step.weights), variable(step.bias)];
      return (x) => tf.add(tf.matMul(x, weights), bias);
    }
    case "residual": {
      const [body, shortcut] = [built(step.body, training), built(step.shortcut, training)];
      return (x) => tf.add(body(x), shortcut(x));
    }
    case "relu":
      return tf.relu;
    case "meanPool":
      return (x) => tf.mean(x, [1, 2]);
    case "flatten":
      return (x) => tf.reshape(x, [x.shape[0], -1]);
  }
}

function conv({ stride, padding, groups, filters, bias }) {
  const [w, b] = [variable(filters), bias ? variable(bias) : null];
  // Depthwise filters are kH×kW×C×1 there.
  const depthwise = groups > 1 ? tf.reshape(w, [...filters.shape.slice(0, 2), groups, 1]) : null;
  return (x) => {
    const y = depthwise
      ? tf.depthwiseConv2d(x, depthwise, stride, explicit(padding))
      : tf.conv2d(x, w, stride, padding === 0 ? "valid" : padding);
    return b ? tf.add(y, b) : y;
  };
}

/** Depthwise convolution knows padding only as a table of all axes. */
const explicit = (padding) => [
  [0, 0],
  [padding, padding],
  [padding, padding],
  [0, 0],
];

function norm(step, training) {
  const [scale, shift] = [variable(step.scale), variable(step.shift)];
  const [mean, variance] = [step.mean, step.variance].map((p) => tf.tensor(numbersOf(p), p.shape));
  return (x) => {
    if (!training) return tf.batchNorm(x, mean, variance, shift, scale, 1e-5);
    const batch = tf.moments(x, x.shape.map((_, d) => d).slice(0, -1));
    return tf.batchNorm(x, batch.mean, batch.variance, shift, scale, 1e-5);
  };
}

function product(size) {
  const [a, b] = [seeds.left, seeds.right].map((seed) => tf.tensor(uniform(seed, size * size), [size, size]));
  return async () => read(tf.tidy(() => tf.sum(tf.matMul(a, b))));
}

async function read(tensor) {
  const values = await tensor.data();
  tensor.dispose();
  return values;
}

function prepare(workload) {
  if (workload.kind === "product") return { run: product(workload.size) };
  const { network, batch, training } = workload;
  const model = built(network.steps, training);
  const x = tf.tensor(pictures(batch, network.input), [batch, ...network.input]);
  if (!training) return { run: () => read(tf.tidy(() => model(x))) };
  const classes = network.steps.at(-1).y[0];
  const wanted = tf.oneHot(tf.tensor1d(labels(batch), "int32"), classes).toFloat();
  const optimizer = tf.train.momentum(descent.rate, descent.momentum);
  const loss = () => tf.losses.softmaxCrossEntropy(wanted, model(x));
  return { run: () => read(optimizer.minimize(loss, true)) };
}

await serve({ who: "tfjs", target: backend, version: tf.version["tfjs-core"], prepare });
