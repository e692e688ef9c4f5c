/** A network in our own library. */
import {
  add,
  compile,
  type Layer,
  losses,
  type Model,
  mean,
  nn,
  optim,
  type Tensor,
  tensor,
} from "../../dist/index.js";
import { classification } from "../../dist/training/objectives/classification.js";
import { trainingStep } from "../../dist/training/step.js";
import { descent, labels, numbersOf, pictures } from "../networks/numbers.js";
import type { Extent, Network, Parameter, Step } from "../networks/step.js";
import type { NetworkWorkload } from "../workloads.js";
import type { Prepared } from "./serve.js";

/** A model with the network's numbers. */
function modelOf({ input, steps }: Network): Model {
  const numbers = new Map<string, Parameter>();
  const named = (kind: string, parameters: Record<string, Parameter | null>): string => {
    const name = `${kind}${numbers.size}`;
    for (const [part, parameter] of Object.entries(parameters))
      if (parameter) numbers.set(`${name}.${part}`, parameter);
    return name;
  };
  const layerOf = (step: Step): Layer => {
    switch (step.kind) {
      case "conv": {
        const { kernel, stride, padding, groups, filters, bias } = step;
        const name = named("conv", { filters, bias });
        const count = filters.shape[3];
        return nn.conv2d({ name, filters: count, kernel, stride, padding, groups, bias: bias !== null });
      }
      case "norm": {
        const { scale, shift, mean, variance } = step;
        return nn.batchNorm({ name: named("norm", { scale, shift, mean, variance }) });
      }
      case "maxPool":
        return nn.maxPool2d(step.size, { stride: step.stride, padding: step.padding });
      case "dense": {
        const { weights, bias } = step;
        return nn.dense(weights.shape[1], { name: named("dense", { weights, bias }) });
      }
      case "residual": {
        const [body, shortcut] = [step.body, step.shortcut].map((inner) => inner.map(layerOf));
        return residual(nn.sequential(...body), shortcut.length > 0 ? nn.sequential(...shortcut) : null);
      }
      case "meanPool":
        return { type: "meanPool", forward: (x) => mean(x, { axis: [1, 2] }) };
      case "relu":
        return nn.relu();
      case "flatten":
        return nn.flatten();
    }
  };
  const model = nn.sequential(...steps.map(layerOf));
  model.build(input);
  for (const [path, held] of [...model.parameters, ...model.buffers])
    held.set(numbersOf(numbers.get(path.slice(path.lastIndexOf("/") + 1))!));
  return model;
}

const residual = (body: Layer, shortcut: Layer | null): Layer => ({
  type: "residual",
  forward: (x, scope) => add(scope.run(body, x, "body"), shortcut ? scope.run(shortcut, x, "shortcut") : x),
});

function training(model: Model, input: Extent, batch: number): Prepared {
  const { rate: lr, momentum } = descent;
  const fields = {
    images: { shape: input, dtype: "f32", pixels: true },
    labels: { shape: [], dtype: "i32" },
  } as const;
  const objective = classification(losses.crossEntropy());
  const step = trainingStep(model, { objective, optimizer: optim.sgd({ lr, momentum }), fields });
  // The step takes pixels of 0 to 255, as data sets hold them.
  const images = pictures(batch, input).map((v) => 255 * v);
  const taken = {
    fields: { images: tensor(images, [batch, ...input]), labels: tensor(labels(batch)) },
    places: new Int32Array(batch),
    size: batch,
  };
  let done = 0;
  return { run: async () => [(await step(taken, { lr, step: done++, seed: 1 })).loss] };
}

function inference(model: Model, input: Extent, batch: number): Prepared {
  const x = tensor(pictures(batch, input), [batch, ...input]);
  const run = compile((x: Tensor) => model(x));
  return { run: async () => (await run(x)).data() };
}

export function through({ network, batch, training: trains }: NetworkWorkload): Prepared {
  const model = modelOf(network);
  return (trains ? training : inference)(model, network.input, batch);
}
