import { readFileSync } from "node:fs";
import { decodeSafetensors } from "../../src/formats/safetensors.js";
import { add, concat, type Layer, nn, relu, type Tensor, tensor } from "../../src/index.js";
import { variablesOf } from "../../src/training/weights.js";
import { setVariables } from "../../src/training/weights-checks.js";

/** x + inner(x), rectified by a plain operation: no layer of its own stands there. */
const residual = (inner: nn.Model): Layer => ({
  type: "residual",
  name: "residual",
  forward: (x, scope) =>
    relu(
      add(
        x,
        inner.layers.reduce((y, layer, i) => scope.run(layer, y, inner.layerNames[i]), x),
      ),
    ),
});

const one = nn.conv2d({ filters: 4, kernel: 1 });
const three = nn.conv2d({ filters: 4, kernel: 3, padding: "same" });
const branches: Layer = {
  type: "branches",
  name: "branches",
  forward: (x, scope) =>
    concat([relu(scope.run(one, x, "one")), relu(scope.run(three, x, "three"))], { axis: 3 }),
};

const same = (filters: number) => nn.conv2d({ filters, kernel: 3, padding: "same" });

/** The network of tests/golden/explain.py. */
export function branchesNetwork(): nn.Model {
  return nn.sequential(
    "branchy",
    same(6),
    nn.batchNorm(),
    nn.relu(),
    nn.maxPool2d(3, { stride: 2, padding: 1 }),
    residual(nn.sequential(same(6), nn.batchNorm(), nn.relu(), same(6), nn.batchNorm())),
    branches,
    nn.maxPool2d(2),
    nn.flatten(),
    nn.dense(16),
    nn.relu(),
    nn.dense(5),
  );
}

/** The network with PyTorch's weights, and what PyTorch says of it. */
export function golden(): { model: nn.Model; images: Tensor; of: (name: string) => Float32Array } {
  const file = new URL("../golden/explain.safetensors", import.meta.url);
  const { tensors } = decodeSafetensors(new Uint8Array(readFileSync(file)), "explain.safetensors");
  const model = branchesNetwork();
  model.build([14, 14, 3]);
  const weights = new Map([...tensors].filter(([name]) => !name.startsWith("golden/")));
  setVariables(variablesOf(model), weights, { owner: model.name });
  const of = (name: string) => tensors.get(`golden/${name}`)!.data as Float32Array;
  return { model, images: tensor(of("images"), [2, 14, 14, 3]), of };
}
