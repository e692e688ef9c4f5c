import { describe, expect, test } from "vitest";
import { canvasesOf } from "../../src/explain/style.js";
import { fit, type Model, nn, optim, random, type Tensor } from "../../src/index.js";
import { perceptual, photographs, styleNetwork, trainStyle } from "../../src/tasks/fast-style/index.js";

const seer = nn.sequential(
  "seer",
  nn.rescale(),
  nn.conv2d({ filters: 4, kernel: 3, padding: "same" }),
  nn.relu(),
  nn.maxPool2d(2),
  nn.conv2d({ filters: 6, kernel: 3, padding: "same" }),
  nn.relu(),
);
seer.build([16, 16, 3], { seed: 1 });
const layers = { content: ["relu2"], style: ["relu1", "relu2"] };

const photos = (length: number, shape: [number, number, number] = [16, 16, 3]) => ({
  name: "photos",
  split: "all",
  shape,
  classes: [],
  length,
  images: Uint8Array.from(
    { length: length * shape[0] * shape[1] * shape[2] },
    (_, i) => (i * 7919 * (i % 13)) % 256,
  ),
  labels: new Uint8Array(length),
});

let painting: Tensor;
const painted = async (): Promise<Tensor> => {
  painting ??= random.uniform([1, 16, 16, 3], { seed: 2, min: 0, max: 255 });
  await painting.data();
  return painting;
};

const train = async (more: Parameters<typeof trainStyle>[3] = {}, length = 5): Promise<number[]> => {
  const seen: number[] = [];
  await trainStyle(seer, await painted(), photos(length), {
    ...layers,
    width: 2,
    batchSize: 2,
    steps: 5,
    onStep: ({ step, loss }) => {
      expect(step).toBe(seen.length + 1);
      seen.push(loss);
    },
    ...more,
  });
  return seen;
};

describe("training", () => {
  test("makes as many steps as were asked for, over the borders of epochs, and again the same", async () => {
    const losses = await train();
    expect(losses).toHaveLength(5);
    expect(losses.every((loss) => loss > 0 && Number.isFinite(loss))).toBe(true);
    expect(await train()).toEqual(losses);
    expect(await train({ seed: 1 })).not.toEqual(losses);
  });

  test("each step's loss is its own: that of a run that ends there", async () => {
    const losses = await train({ steps: 4 }, 8);
    expect((await train({ steps: 2 }, 8)).map((l) => l.toPrecision(6))).toEqual(
      losses.slice(0, 2).map((l) => l.toPrecision(6)),
    );
  });

  test("of one photograph, and of fewer than a batch", async () => {
    expect(await train({ batchSize: 4, steps: 3 }, 1)).toHaveLength(3);
    expect(await train({ batchSize: 4, steps: 3 }, 3)).toHaveLength(3);
  });

  test("ends after the step at hand where it is stopped, and at once where it is broken off", async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    await train({
      stop: stop.signal,
      onStep: ({ loss }) => (seen.push(loss) === 2 ? stop.abort() : undefined),
    });
    expect(seen).toHaveLength(2);
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(train({ signal })).rejects.toThrow("enough");
  });
});

test("parts of a batch come to the same as the whole, and each photograph counts alike", async () => {
  const after = async (accumulate: number): Promise<{ loss: number; network: Model }> => {
    const objective = await perceptual(seer, await canvasesOf(seer, await painted()), [16, 16, 3], layers);
    const network = styleNetwork({ width: 2 });
    network.build([16, 16, 3], { seed: 3 });
    const options = { objective, optimizer: optim.sgd({ lr: 0.01 }), epochs: 1, batchSize: 4, accumulate };
    let loss = Number.NaN;
    for await (const event of fit(network, photographs(photos(4)), options))
      if (event.kind === "step") loss = event.loss;
    return { loss, network };
  };
  const [whole, parts] = [await after(1), await after(4)];
  expect(parts.loss).toBeCloseTo(whole.loss, 5);
  for (const [path, variable] of whole.network.parameters) {
    const other = await parts.network.parameters.get(path)!.read();
    (await variable.read()).forEach((v, i) => {
      expect(other[i]).toBeCloseTo(v, 4);
    });
  }
});

test.each([
  [
    [16, 16, 1],
    2,
    "trainStyle: the photographs are 16×16×1, expected three channels, and edges that are multiples of 4",
  ],
  [
    [18, 16, 3],
    2,
    "trainStyle: the photographs are 18×16×3, expected three channels, and edges that are multiples of 4",
  ],
  [[16, 16, 3], 0, "trainStyle: photos has no photographs"],
] as const)("photographs of %j, %i of them, are refused", (shape, length, message) => {
  expect(() => photographs(photos(length, [...shape]))).toThrow(message);
});
