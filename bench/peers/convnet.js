/** ConvNetJS as a contender: `node convnet.js THREADS`. It has one thread, and computes in 64 bits. */
import convnetjs from "convnetjs";
import { packageOf, peersFolder } from "../../dist-bench/contenders/installation.js";
import { serve } from "../../dist-bench/contenders/serve.js";
import { descent, labels, numbersOf, pictures } from "../../dist-bench/networks/numbers.js";

/** It has no layer for these, and none of one's own can be added. */
const lacking = {
  norm: "batch normalisation",
  residual: "residual connections",
  meanPool: "pooling of means",
};

function prepare(workload) {
  if (workload.kind === "product") return "it has no matrix product";
  const { network, batch, training } = workload;
  const absent = network.steps.find((step) => step.kind in lacking);
  if (absent) return `it has no ${lacking[absent.kind]}`;
  const net = netOf(network, training);
  const x = volumes(batch, network.input);
  if (!training) return { run: () => x.flatMap((picture) => [...net.forward(picture).w]) };
  const trainer = new convnetjs.SGDTrainer(net, {
    method: "sgd",
    learning_rate: descent.rate,
    momentum: descent.momentum,
    batch_size: batch,
  });
  const wanted = labels(batch);
  const step = () => {
    const losses = x.map((picture, i) => trainer.train(picture, wanted[i]).cost_loss);
    return [losses.reduce((sum, loss) => sum + loss) / batch];
  };
  return { run: step };
}

function netOf({ input, steps }, training) {
  const [height, width, depth] = input;
  const definitions = [{ type: "input", out_sx: width, out_sy: height, out_depth: depth }];
  for (const step of steps) definitions.push(...definitionsOf(step));
  // Its last dense layer belongs to the loss.
  if (training) definitions.splice(-1, 1, { type: "softmax", num_classes: definitions.at(-1).num_neurons });
  const net = new convnetjs.Net();
  net.makeLayers(definitions);
  const holders = net.layers.filter(({ filters }) => filters);
  const held = steps.filter(({ kind }) => kind === "conv" || kind === "dense");
  holders.forEach((layer, i) => {
    fill(layer, numbersOf(held[i].filters ?? held[i].weights), held[i].bias && numbersOf(held[i].bias));
  });
  return net;
}

/** Flattening is something that its dense layers do. */
function definitionsOf(step) {
  switch (step.kind) {
    case "conv": {
      const { kernel: sx, stride, padding: pad, filters } = step;
      return [{ type: "conv", sx, filters: filters.shape[3], stride, pad }];
    }
    case "maxPool":
      return [{ type: "pool", sx: step.size, stride: step.stride, pad: step.padding }];
    case "dense":
      return [{ type: "fc", num_neurons: step.weights.shape[1] }];
    case "relu":
      return [{ type: "relu" }];
    default:
      return [];
  }
}

/** Its filters are volumes, one for each channel of the result. */
function fill({ filters, biases }, values, bias) {
  filters.forEach(({ w }, f) => {
    for (let i = 0; i < w.length; i++) w[i] = values[i * filters.length + f];
  });
  for (let f = 0; f < filters.length; f++) biases.w[f] = bias?.[f] ?? 0;
}

function volumes(batch, [height, width, depth]) {
  const all = pictures(batch, [height, width, depth]);
  const size = height * width * depth;
  return Array.from({ length: batch }, (_, n) => {
    const picture = new convnetjs.Vol(width, height, depth, 0);
    picture.w.set(all.subarray(n * size, (n + 1) * size));
    return picture;
  });
}

const { version } = packageOf(`${peersFolder}node_modules/convnetjs`);
await serve({ who: "convnetjs", target: "js", version, prepare });
