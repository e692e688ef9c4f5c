/** A network with two inputs and three outputs, from the first step to a file and back. */
import { expect, test } from "vitest";
import {
  checkpointOf,
  data,
  decodeCheckpoint,
  encodeCheckpoint,
  evaluate,
  explain,
  fit,
  losses,
  modelOf,
  nn,
  objectives,
  optim,
  random,
  tensor,
} from "../../src/index.js";

const [length, classes] = [48, 3];
const label = Int32Array.from({ length }, (_, i) => i % classes);
const word = Int32Array.from({ length }, (_, i) => (i >> 2) % 2);
const noise = random.uniform([length * 36], { seed: 2, max: 0.2 }).own!;
const photos = Float32Array.from({ length: length * 36 }, (_, p) => label[Math.floor(p / 36)] / 2 + noise[p]);

/** What is in a picture, which of two words was said, and how bright the picture is on average. */
const set = data.examples("talk", {
  photo: { values: photos, shape: [6, 6, 1] },
  words: { values: Int32Array.from({ length: 2 * length }, (_, i) => word[i >> 1]), shape: [2] },
  kind: { values: label },
  said: { values: word },
  light: { values: Float32Array.from(label, (k) => k / 2 + 0.1), shape: [1] },
});

const make = () =>
  nn.graph("talk", {
    inputs: ["photo", "words"],
    nodes: {
      seen: {
        layer: nn.sequential(nn.conv2d({ filters: 4, kernel: 3 }), nn.relu(), nn.globalAvgPool2d()),
        from: "photo",
      },
      read: { layer: nn.sequential(nn.embedding({ words: 2, size: 3 }), nn.flatten()), from: "words" },
      both: { layer: nn.concatenate(), from: ["seen", "read"] },
      hidden: { layer: nn.sequential(nn.dense(16), nn.relu()), from: "both" },
      kind: { layer: nn.dense(classes), from: "hidden" },
      said: { layer: nn.dense(2), from: "read" },
      light: { layer: nn.dense(1), from: "seen" },
    },
    outputs: ["kind", "said", "light"],
  });

const objective = objectives.several(
  {
    kind: { loss: losses.crossEntropy(), target: "kind" },
    said: { loss: losses.crossEntropy(), target: "said" },
    light: { loss: losses.meanSquaredError(), target: "light", times: 0.5 },
  },
  { inputs: ["photo", "words"] },
);

test("a network of two inputs and three outputs is trained, measured, saved, loaded, summed up and explained", async () => {
  const model = make();
  for await (const _ of fit(model, set, {
    ...{ objective, optimizer: optim.adam({ lr: 0.03 }), epochs: 25, batchSize: 16, seed: 1 },
  }));
  expect(model.inputShape).toEqual({ photo: [6, 6, 1], words: [2] });
  const { scores } = await evaluate(model, set, { objective });
  expect(scores).toEqual({ "kind accuracy": 1, "said accuracy": 1 });

  const bytes = encodeCheckpoint(
    await checkpointOf(model, { input: model.inputShape!, data: { name: "talk", classes: [] } }),
  );
  const loaded = modelOf<typeof model>(decodeCheckpoint(bytes, "talk.safetensors"));
  const given = {
    photo: tensor(photos.slice(0, 72), [2, 6, 6, 1]),
    words: tensor(Int32Array.of(0, 0, 1, 1), [2, 2]),
  };
  for (const output of ["kind", "said", "light"] as const)
    expect(await loaded(given)[output].data()).toEqual(await model(given)[output].data());
  expect(loaded.summary().params).toBe(model.summary().params);
  expect(String(loaded.summary())).toContain("talk, input photo 6×6×1, words 2");

  const of = { input: "photo", output: "kind", target: [0, 1] };
  expect((await explain.saliency(loaded, given, of)).shape).toEqual([2, 6, 6]);
  const cam = await explain.gradCam(loaded, given, { ...of, relu: false });
  expect(cam.shape).toEqual([2, 6, 6]);
  expect(cam.own!.some((v) => v !== 0)).toBe(true);
});

test("a head is exchanged in a graph, and all else stays as it was learned", async () => {
  const model = make();
  model.build({ photo: [6, 6, 1], words: [2] }, { seed: 5 });
  const other = await nn.replaced(model, { kind: nn.dense(7), "hidden/dense1": nn.dense(9) });
  expect(other.parameters.get("kind.weights")!.shape).toEqual([9, 7]);
  expect(await other.parameters.get("seen/conv1.filters")!.read()).toEqual(
    await model.parameters.get("seen/conv1.filters")!.read(),
  );
  await expect(nn.replaced(model, { kin: nn.dense(7) })).rejects.toThrow(
    new TypeError(
      'replaced: talk has no layer "kin"; there are seen, read, both, hidden, kind, said, light; did you mean "kind"?',
    ),
  );
  const own: nn.Layer = { type: "own", forward: (x, scope) => scope.run(nn.relu(), x, "relu1") };
  await expect(nn.replaced(nn.sequential(own), { "own1/relu1": nn.tanh() })).rejects.toThrow(
    new TypeError(
      "replaced: own1/relu1 of sequential stands in a layer of type own; layers of sequential, graph, residual, branches, denseBlock and auxiliary can be replaced",
    ),
  );
});

const conv = (filters: number) => nn.conv2d({ filters, kernel: 3, padding: "same" });

test.each([
  {
    what: "a residual block",
    block: () => nn.residual([conv(2), nn.relu(), conv(2)], { activation: nn.relu() }),
    path: "conv2",
  },
  {
    what: "its activation",
    block: () => nn.residual([conv(2)], { activation: nn.relu() }),
    path: "relu1",
    by: () => nn.tanh(),
  },
  {
    what: "its shortcut",
    block: () => nn.residual([conv(2)], { shortcut: [conv(2)] }),
    path: "shortcut/conv1",
  },
  {
    what: "branches",
    block: () => nn.branches([nn.sequential(conv(3), nn.relu()), conv(2)]),
    path: "sequential1/conv1",
  },
  { what: "a dense block", block: () => nn.denseBlock([conv(1), conv(2)]), path: "conv1" },
  {
    what: "blocks in blocks",
    block: () => nn.residual([nn.branches([conv(1), conv(1)])]),
    path: "branches1/conv2",
    filters: 1,
  },
])("a layer is exchanged within $what, and all else stays", async ({ block, path, by, filters = 2 }) => {
  const model = nn.sequential("net", conv(2), block(), nn.flatten(), nn.dense(3));
  model.build([4, 4, 1], { seed: 5 });
  const at = `${model.layerNames[1]}/${path}`;
  const other = await nn.replaced(model, { [at]: by?.() ?? conv(filters) }, { seed: 9 });
  const x = tensor(
    Float32Array.from({ length: 16 }, (_, i) => Math.sin(i)),
    [1, 4, 4, 1],
  );
  expect(await other(x).data()).not.toEqual(await model(x).data());
  for (const [name, variable] of model.parameters) {
    const now = other.parameters.get(name);
    if (name.startsWith(`${at}.filters`)) expect(await now!.read()).not.toEqual(await variable.read());
    else if (now && `${now.shape}` === `${variable.shape}` && !name.startsWith(`${at}.`))
      expect(await now.read()).toEqual(await variable.read());
  }
  // The same again from its description, and another exchange in the same block.
  const described = nn.fromDescription(other.describe());
  described.build([4, 4, 1]);
  expect([...described.parameters.keys()]).toEqual([...other.parameters.keys()]);
  expect(String(other.summary())).toBe(String(described.summary()));
  await nn.replaced(other, { [at]: by?.() ?? conv(filters) });
  await expect(nn.replaced(model, { [`${model.layerNames[1]}/nowhere`]: nn.relu() })).rejects.toThrow(
    `replaced: net has no layer "${model.layerNames[1]}/nowhere"; there are `,
  );
});
