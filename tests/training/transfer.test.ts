/** Transfer learning: what is not trained stays bit for bit, and costs neither gradients nor a place in the optimizer. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  type Dataset,
  fit,
  losses,
  type Model,
  models,
  nn,
  optim,
  random,
  type Variable,
} from "../../src/index.js";

/** Pictures of one brightness a class. */
function pictures(length: number, edge: number, classes = 3): Dataset {
  const labels = Uint8Array.from({ length }, (_, i) => i % classes);
  const size = edge * edge * 3;
  const noise = random.uniform([length * size], { seed: 1, max: 40 }).own!;
  return {
    name: "shades",
    split: "train",
    shape: [edge, edge, 3],
    classes: Array.from({ length: classes }, (_, k) => `shade ${k}`),
    length,
    images: Uint8Array.from(
      { length: length * size },
      (_, p) => 60 * labels[Math.floor(p / size)] + noise[p],
    ),
    labels,
  };
}

/** The bits of all variables but those below a path, digested: millions of numbers are not compared one by one. */
const bits = async (variables: ReadonlyMap<string, Variable>, without: string) => {
  const found: { [path: string]: string } = {};
  for (const [path, variable] of variables)
    if (!path.startsWith(without))
      found[path] = createHash("sha256")
        .update(new Uint8Array((await variable.read()).buffer))
        .digest("hex");
  return found;
};

async function trained(model: Model, data: Dataset, options: object): Promise<number[]> {
  const seconds: number[] = [];
  let begun = performance.now();
  for await (const { kind } of fit(model, data, {
    ...{ loss: losses.crossEntropy(), optimizer: optim.adamW({ lr: 0.01, weightDecay: 0.1 }), epochs: 1 },
    ...options,
  }))
    if (kind === "step") {
      const now = performance.now();
      seconds.push((now - begun) / 1000);
      begun = now;
    }
  return seconds;
}

describe("ResNet-18 with a head of three classes", () => {
  const make = async () => {
    const base = models.resnet("resnet18");
    base.build([64, 64, 3], { seed: 1 });
    return nn.replaced(base, { dense1: nn.dense(3) }, { seed: 2 });
  };

  test("frozen but for its head, keeps every other weight and statistic bit for bit, and learns", async () => {
    const model = await make();
    const before = {
      ...(await bits(model.parameters, "dense1.")),
      ...(await bits(model.buffers, "dense1.")),
    };
    const head = (await model.parameters.get("dense1.weights")!.read()).slice();
    const data = pictures(16, 64);
    await trained(model, data, { trained: "dense1", batchSize: 8, epochs: 2, average: { decay: 0.9 } });
    const after = { ...(await bits(model.parameters, "dense1.")), ...(await bits(model.buffers, "dense1.")) };
    expect(Object.keys(after)).toHaveLength(60 + 40);
    expect(after).toEqual(before);
    expect(await model.parameters.get("dense1.weights")!.read()).not.toEqual(head);
  });

  test("makes a step in at most half of the time of a full one", async () => {
    const data = pictures(32, 64);
    const times = { full: [] as number[], frozen: [] as number[] };
    // Alternating, and without the first step, which compiles; of each the step that other work disturbed least.
    for (let i = 0; i < 2; i++)
      for (const [kind, options] of [
        ["full", {}],
        ["frozen", { trained: "dense1" }],
      ] as const)
        times[kind].push(...(await trained(await make(), data, { batchSize: 8, ...options })).slice(1));
    expect(Math.min(...times.frozen)).toBeLessThan(Math.min(...times.full) / 2);
  });
});

describe("what is frozen", () => {
  const make = () => {
    const model = nn.sequential(
      nn.sequential("features", nn.conv2d({ filters: 4, kernel: 3 }), nn.batchNorm(), nn.relu()),
      nn.globalAvgPool2d(),
      nn.dense(3),
    );
    model.build([8, 8, 3], { seed: 4 });
    return model;
  };
  const data = pictures(12, 8);

  test("has statistics that move where that is asked for", async () => {
    const model = make();
    await trained(model, data, { trained: "dense1", statistics: "moving" });
    expect([...(await model.buffers.get("features/batchNorm1.mean")!.read())]).not.toEqual([0, 0, 0, 0]);
  });

  test("is followed in the optimizer's state, and by a checkpoint that goes on", async () => {
    const options = { trained: "!features", batchSize: 4, epochs: 2, seed: 7 };
    const [whole, begun] = [make(), make()];
    await trained(whole, data, options);
    let checkpoint: { training?: { optimizerState: ReadonlyMap<string, unknown> } } | undefined;
    await trained(begun, data, {
      ...{ ...options, epochs: 1 },
      checkpoint: {
        every: "epoch",
        save(state: typeof checkpoint) {
          checkpoint = state;
        },
      },
    });
    expect([...checkpoint!.training!.optimizerState.keys()].every((path) => path.includes("/dense1."))).toBe(
      true,
    );
    const resumed = make();
    await trained(resumed, data, { ...options, resume: checkpoint });
    for (const [path, variable] of whole.parameters)
      expect(await resumed.parameters.get(path)!.read(), path).toEqual(await variable.read());
  });

  test("has learning rates of its own by pattern", async () => {
    const sgd = { optimizer: optim.sgd({ lr: 0.1 }), batchSize: 12 };
    const [slow, fast] = [make(), make()];
    const start = await make().parameters.get("features/conv1.filters")!.read();
    await trained(slow, data, { ...sgd, rates: { features: 0.5, "*.bias": 0 } });
    await trained(fast, data, sgd);
    const moved = async (model: Model) =>
      (await model.parameters.get("features/conv1.filters")!.read()).map((v, i) => v - start[i]);
    const [half, full] = [await moved(slow), await moved(fast)];
    half.forEach((v, i) => {
      expect(v).toBeCloseTo(full[i] / 2, 6);
    });
    expect([...(await slow.parameters.get("dense1.bias")!.read())]).toEqual([0, 0, 0]);
    expect(await slow.parameters.get("dense1.weights")!.read()).toEqual(
      await fast.parameters.get("dense1.weights")!.read(),
    );
  });

  test.each([
    [{ trained: "dense2" }, 'fit: trained: no parameter is called "dense2"; did you mean "dense1"?'],
    [
      { trained: "elsewhere" },
      'fit: trained: no parameter is called "elsewhere"; there are those of features/conv1, features/batchNorm1, dense1',
    ],
    [{ trained: [] }, "fit: no parameter of sequential is left to be trained"],
    [{ rates: { dense1: -1 } }, "fit: rates: that of dense1 is -1, expected a number of at least 0"],
    [{ trained: 3 }, "fit: trained is 3, expected a pattern of paths, several, or a function of the path"],
    [{ statistics: "stll" }, 'fit: statistics is "stll", expected "still" or "moving"'],
  ])("%o is refused in words", async (options, message) => {
    await expect(trained(make(), data, options)).rejects.toThrow(message);
  });
});
