/** A workload as an ONNX model, pictures N×C×H×W, which is what onnxruntime reads. */
import proto from "onnx-proto";
import { numbersOf } from "../../dist-bench/networks/numbers.js";
import { fromRowMajor } from "./axes.js";

const { onnx } = proto;
const { AttributeProto, TensorProto } = onnx;

/** Operators as of this version of the standard's set. */
const opset = 17;

export function networkModel({ network, batch }) {
  const [h, w, c] = network.input;
  const graph = new Graph();
  const output = graph.stack(network.steps, "x");
  return graph.encoded({ x: [batch, c, h, w] }, output);
}

/** The sum of all elements of a·b. */
export function productModel(size) {
  const graph = new Graph();
  const product = graph.node("MatMul", ["a", "b"]);
  const shape = [size, size];
  return graph.encoded({ a: shape, b: shape }, graph.node("ReduceSum", [product], { keepdims: 0 }));
}

class Graph {
  #nodes = [];
  #initializer = [];

  stack(steps, x) {
    return steps.reduce((y, step) => this.#step(step, y), x);
  }

  /** Adds a node and returns the name of what it gives. */
  node(opType, input, attributes = {}) {
    const output = `${opType}${this.#nodes.length}`;
    const attribute = Object.entries(attributes).map(([name, value]) =>
      Array.isArray(value)
        ? { name, type: AttributeProto.AttributeType.INTS, ints: value }
        : Number.isInteger(value)
          ? { name, type: AttributeProto.AttributeType.INT, i: value }
          : { name, type: AttributeProto.AttributeType.FLOAT, f: value },
    );
    this.#nodes.push({ opType, name: output, input, output: [output], attribute });
    return output;
  }

  encoded(inputs, output) {
    const elemType = TensorProto.DataType.FLOAT;
    const described = (name, dims) => ({
      name,
      type: { tensorType: { elemType, shape: dims && { dim: dims.map((dimValue) => ({ dimValue })) } } },
    });
    return onnx.ModelProto.encode({
      irVersion: 8,
      opsetImport: [{ domain: "", version: opset }],
      graph: {
        name: "workload",
        node: this.#nodes,
        initializer: this.#initializer,
        input: Object.entries(inputs).map(([name, dims]) => described(name, dims)),
        output: [described(output)],
      },
    }).finish();
  }

  #constant(values, dims) {
    const name = `w${this.#initializer.length}`;
    const rawData = new Uint8Array(values.buffer);
    this.#initializer.push({ name, dims, dataType: TensorProto.DataType.FLOAT, rawData });
    return name;
  }

  #parameter(parameter) {
    return this.#constant(numbersOf(parameter), parameter.shape);
  }

  #step(step, x) {
    switch (step.kind) {
      case "conv":
        return this.#conv(step, x);
      case "norm": {
        const numbers = [step.scale, step.shift, step.mean, step.variance].map((p) => this.#parameter(p));
        return this.node("BatchNormalization", [x, ...numbers], { epsilon: 1e-5 });
      }
      case "maxPool":
        return this.node("MaxPool", [x], {
          kernel_shape: [step.size, step.size],
          strides: [step.stride, step.stride],
          pads: Array(4).fill(step.padding),
        });
      case "dense":
        return this.#dense(step, x);
      case "residual":
        return this.node("Add", [this.stack(step.body, x), this.stack(step.shortcut, x)]);
      case "relu":
        return this.node("Relu", [x]);
      case "meanPool":
        return this.node("Flatten", [this.node("GlobalAveragePool", [x])], { axis: 1 });
      case "flatten":
        return this.node("Flatten", [x], { axis: 1 });
    }
  }

  #conv({ kernel, stride, padding, groups, filters, bias }, x) {
    const { values, shape } = fromRowMajor(numbersOf(filters), filters.shape, [3, 2, 0, 1]);
    const inputs = [x, this.#constant(values, shape), ...(bias ? [this.#parameter(bias)] : [])];
    return this.node("Conv", inputs, {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: Array(4).fill(padding),
      group: groups,
    });
  }

  #dense({ before, weights, bias }, x) {
    let values = numbersOf(weights);
    // Rows are in the order of H×W×C there, of C×H×W here.
    if (before.length === 3) ({ values } = fromRowMajor(values, [...before, weights.shape[1]], [2, 0, 1, 3]));
    return this.node("Gemm", [x, this.#constant(values, weights.shape), this.#parameter(bias)]);
  }
}
