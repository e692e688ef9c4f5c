import { describe, expect, test } from "vitest";
import { add, concat, random, ShapeError, type Tensor, zeros } from "../../src/index.js";
import * as nn from "../../src/nn/index.js";

/** Two inputs and three outputs; the node "second" has the layer of "first". */
const plan = {
  inputs: ["photo", "words"],
  nodes: {
    seen: {
      layer: nn.sequential(nn.conv2d({ filters: 3, kernel: 3 }), nn.relu(), nn.globalAvgPool2d()),
      from: "photo",
    },
    read: {
      layer: nn.sequential(nn.embedding({ words: 9, size: 4 }), nn.gru({ units: 3, outputs: "last" })),
      from: "words",
    },
    sum: { layer: nn.add(), from: ["seen", "read"] },
    both: { layer: nn.concatenate(), from: ["seen", "read"] },
    first: { layer: nn.dense(3), from: "sum" },
    second: { layer: "first", from: "first" },
    kind: { layer: nn.dense(5), from: "both" },
  },
  outputs: { kind: "kind", again: "second", seen: "seen" },
} as const;

const given = (count: number) => ({
  photo: random.normal([count, 6, 6, 2], { seed: 1 }),
  words: random.uniform([count, 4], { seed: 2, min: 0, max: 9 }),
});

const shape = { photo: [6, 6, 2], words: [4] };

describe("a graph", () => {
  test("runs its nodes, shares what is shared, and names its weights by node", async () => {
    const model = nn.graph("answers", plan);
    model.build(shape, { seed: 3 });
    expect([...model.parameters.keys()].filter((path) => !path.startsWith("read/"))).toEqual([
      "seen/conv1.filters",
      "seen/conv1.bias",
      "first.weights",
      "first.bias",
      "kind.weights",
      "kind.bias",
    ]);
    const captured = new Map<string, Tensor>();
    const { kind, again, seen } = model(given(2), {
      capture: (path, output) => void captured.set(path, output),
    });
    expect([kind.shape, again.shape, seen.shape]).toEqual([
      [2, 5],
      [2, 3],
      [2, 3],
    ]);
    expect(captured.get("second")).toBe(again);
    const sum = add(captured.get("seen")!, captured.get("read")!);
    expect([...(await captured.get("sum")!.data())]).toEqual([...(await sum.data())]);
    const twice = nn.sequential(nn.dense(3), nn.dense(3));
    twice.build([3]);
    for (const layer of ["dense1", "dense2"])
      for (const part of ["weights", "bias"])
        twice.parameters.get(`${layer}.${part}`)!.set(await model.parameters.get(`first.${part}`)!.read());
    const expected = await twice(captured.get("sum")!).data();
    expect([...(await again.data())]).toEqual([...expected]);
  });

  test("runs as its description says, which survives JSON", async () => {
    const model = nn.graph("answers", plan);
    model.build(shape, { seed: 3 });
    const again = nn.fromDescription<ReturnType<typeof given>, { kind: Tensor }>(
      JSON.parse(JSON.stringify(model.describe())),
    );
    again.build(shape, { seed: 3 });
    expect([...again.parameters.keys()]).toEqual([...model.parameters.keys()]);
    expect([...(await again(given(2)).kind.data())]).toEqual([...(await model(given(2)).kind.data())]);
    expect(again.describe()).toEqual(model.describe());
  });

  test("is a layer of others, and one layer at several nodes is one", () => {
    const dense = nn.dense(4);
    const inner = nn.graph("inner", {
      inputs: "x",
      nodes: {
        far: { layer: dense, from: "near" },
        near: { layer: dense, from: "x" },
        out: { layer: nn.multiply(), from: ["near", "far"] },
      },
      outputs: "out",
    });
    // Of the nodes that have one layer the first that is named has its parameters.
    const model = nn.sequential("net", nn.relu(), inner, nn.dense(2));
    expect(model(zeros([3, 4])).shape).toEqual([3, 2]);
    expect([...model.parameters.keys()]).toEqual([
      "inner/far.weights",
      "inner/far.bias",
      "dense1.weights",
      "dense1.bias",
    ]);
    expect(inner.nodes.map(({ name }) => name)).toEqual(["near", "far", "out"]);
  });

  test("takes single outputs of a node that has several, and records for a layer that takes one", async () => {
    const halves: nn.Layer<Tensor, { low: Tensor; high: Tensor }> = {
      type: "halves",
      forward: (x) => ({ low: add(x, 1), high: add(x, 2) }),
    };
    const join: nn.Layer<{ a: Tensor; b: Tensor }> = {
      type: "join",
      forward: ({ a, b }) => concat([a, b], { axis: 1 }),
    };
    const model = nn.graph({
      inputs: "x",
      nodes: {
        split: { layer: halves, from: "x" },
        joined: { layer: join, from: { a: "split.high", b: "x" } },
        rest: { layer: nn.relu(), from: "split.low" },
      },
      outputs: ["joined", "split.high", "rest"],
    });
    const { joined, "split.high": high } = model(zeros([1, 1]));
    expect([...(await joined.data())]).toEqual([2, 0]);
    expect([...(await high.data())]).toEqual([2]);
  });

  test("has a summary with a row for each layer", () => {
    const { layers, params } = nn.graph(plan).summary(shape);
    expect(layers.map(({ name, type, output, params }) => [name, type, output, params])).toEqual([
      ["seen/conv1", "conv2d", [4, 4, 3], 57],
      ["seen/relu1", "relu", [4, 4, 3], 0],
      ["seen/globalAvgPool1", "globalAvgPool2d", [3], 0],
      ["read/embedding1", "embedding", [4, 4], 36],
      ["read/gru1", "gru", [3], 81],
      ["sum", "add", [3], 0],
      ["both", "concatenate", [6], 0],
      ["first", "dense", [3], 12],
      ["second", "dense", [3], 0],
      ["kind", "dense", [5], 35],
    ]);
    expect(params).toBe(57 + 36 + 81 + 12 + 35);
  });
});

describe("a graph is refused", () => {
  const relu = nn.relu();
  type Given = { inputs: unknown; nodes: unknown; outputs: unknown };
  const made = nn.graph as unknown as (name: string, plan: Given) => unknown;
  const nodes = { a: { layer: relu, from: "x" } };
  test.each<[string, Partial<Given>, string]>([
    [
      "with a name that there is not",
      { nodes: { first: { layer: relu, from: "x" }, b: { layer: relu, from: "frist" } }, outputs: "b" },
      'net: node b takes frist, which there is not; did you mean "first"?',
    ],
    [
      "with a name that is like no other",
      { nodes: { b: { layer: relu, from: "elsewhere" } }, outputs: "b" },
      "net: node b takes elsewhere, which there is not; there are x, b",
    ],
    [
      "with an output that there is not",
      { nodes: { scores: { layer: relu, from: "x" } }, outputs: ["score"] },
      'net: an output is score, which there is not; did you mean "scores"?',
    ],
    [
      "with a cycle",
      {
        nodes: {
          start: { layer: relu, from: "x" },
          a: { layer: nn.add(), from: ["start", "c"] },
          b: { layer: relu, from: "a" },
          c: { layer: relu, from: "b" },
        },
        outputs: "c",
      },
      "net: the nodes are in a cycle: a → b → c → a",
    ],
    [
      "with a node that takes its own output",
      { nodes: { a: { layer: nn.add(), from: ["x", "a"] } }, outputs: "a" },
      "net: the nodes are in a cycle: a → a",
    ],
    [
      "with a node that leads nowhere",
      { nodes: { ...nodes, b: { layer: relu, from: "x" } }, outputs: "a" },
      "net: node b leads to no output; outputs are a",
    ],
    [
      "with an input that leads nowhere",
      { inputs: ["x", "y"], nodes, outputs: "a" },
      "net: the input y leads to no output; outputs are a",
    ],
    [
      "with two nodes of one name",
      {
        nodes: [
          { name: "a", layer: relu, from: "x" },
          { name: "a", layer: relu, from: "x" },
        ],
        outputs: "a",
      },
      "net: node 1 and node 2 are both called a",
    ],
    [
      "with a node and an input of one name",
      { nodes: { x: { layer: relu, from: "x" } }, outputs: "x" },
      "net: input 1 and node 1 are both called x",
    ],
    [
      "with the mark of a path in a name",
      { nodes: { "a/b": { layer: relu, from: "x" } }, outputs: "a/b" },
      'net: node 1 is called "a/b", expected a name without / and .',
    ],
    [
      "with the layer of a node that there is not",
      { nodes: { ...nodes, b: { layer: "aa", from: "a" } }, outputs: "b" },
      'net: node b has the layer of a node "aa", which there is not; did you mean "a"?',
    ],
    [
      "with layers that name each other",
      { nodes: { a: { layer: "b", from: "x" }, b: { layer: "a", from: "a" } }, outputs: "b" },
      "net: nodes a, b name each other for their layer; one of them must have it",
    ],
    [
      "without a layer",
      { nodes: { a: { from: "x" } }, outputs: "a" },
      "net: the layer of node a is undefined, expected one, such as nn.relu(), or the name of a node",
    ],
    [
      "without inputs of a node",
      { nodes: { a: { layer: relu, from: [] } }, outputs: "a" },
      "net: node a takes nothing: from is [], expected a name",
    ],
    ["without inputs", { inputs: [], nodes }, "net: there are no inputs, expected the name of one"],
    ["without outputs", { nodes, outputs: [] }, "net: there are no outputs, expected the name of a node"],
  ])("%s", (_, plan, message) => {
    expect(() => made("net", { inputs: "x", nodes, outputs: "a", ...plan })).toThrow(new TypeError(message));
  });

  test("when shapes do not fit, by the node and all that comes in", () => {
    const model = nn.graph("net", {
      inputs: ["photo", "depth"],
      nodes: {
        a: { layer: nn.conv2d({ filters: 4, kernel: 3 }), from: "photo" },
        both: { layer: nn.concatenate(), from: ["a", "depth"] },
      },
      outputs: "both",
    });
    expect(() => model.build({ photo: [8, 8, 1], depth: [8, 8, 1] })).toThrow(
      new ShapeError(
        "net › both (concatenate of a 1×6×6×4 and depth 1×8×8×1): concat: tensor 1 is 1×8×8×1, expected 1×6×6×? like tensor 0 (1×6×6×4)",
      ),
    );
  });

  test("when it is called with other names, or parts are named that there are not", () => {
    const model = nn.graph("net", {
      inputs: ["a", "b"],
      nodes: { sum: { layer: nn.add(), from: ["a", "b"] } },
      outputs: "sum",
    });
    const call = model as unknown as (x: object) => unknown;
    expect(() => call({ a: zeros([1, 2]), c: zeros([1, 2]) })).toThrow(
      new TypeError('net: there is no input c, expected a, b; did you mean "a"?'),
    );
    expect(() => call({ a: zeros([1, 2]) })).toThrow(
      new TypeError("net: the input b is missing, expected a, b, got a"),
    );
    expect(() => call(zeros([1, 2]))).toThrow(
      new TypeError("net: x is a tensor (f32 1×2), expected a record of a, b"),
    );
    const parts = nn.graph("net", {
      inputs: "x",
      nodes: { r: { layer: nn.relu(), from: "x.low" } },
      outputs: "r",
    });
    expect(() => parts(zeros([1, 2]))).toThrow(
      new TypeError("net: x has no output low; it gives one tensor"),
    );
  });
});
