/** onnxruntime as a contender: `node onnxruntime.js THREADS node|web`. */
import { packageOf, peersFolder } from "../../dist-bench/contenders/installation.js";
import { serve } from "../../dist-bench/contenders/serve.js";
import { pictures, seeds, uniform } from "../../dist-bench/networks/numbers.js";
import { fromRowMajor } from "./axes.js";
import { networkModel, productModel } from "./onnx-model.js";

const [threads, variant] = [Number(process.argv[2]), process.argv[3]];
const name = `onnxruntime-${variant}`;
const imported = await import(name);
const ort = imported.default ?? imported;
if (variant === "web") ort.env.wasm.numThreads = threads;

async function session(model, inputs) {
  const runner = await ort.InferenceSession.create(model, {
    executionProviders: [variant === "web" ? "wasm" : "cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
  });
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([input, { values, shape }]) => [
      input,
      new ort.Tensor("float32", values, shape),
    ]),
  );
  const [output] = runner.outputNames;
  return { run: async () => (await runner.run(tensors))[output].data };
}

function prepare(workload) {
  if (workload.kind === "product") {
    const { size } = workload;
    const [a, b] = [seeds.left, seeds.right].map((seed) => uniform(seed, size * size));
    const shape = [size, size];
    return session(productModel(size), { a: { values: a, shape }, b: { values: b, shape } });
  }
  if (workload.training) return "it has no training";
  const { batch, network } = workload;
  const x = fromRowMajor(pictures(batch, network.input), [batch, ...network.input], [0, 3, 1, 2]);
  return session(networkModel(workload), { x });
}

const { version } = packageOf(`${peersFolder}node_modules/${name}`);
await serve({ who: name, target: variant === "web" ? "wasm" : "cpu", version, prepare });
