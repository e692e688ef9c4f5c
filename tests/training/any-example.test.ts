/** Training on data of any kind, and what `fit` does by an option. */
import { describe, expect, test } from "vitest";
import {
  data,
  evaluate,
  losses,
  max,
  nn,
  type Objective,
  objectives,
  optim,
  reshape,
  type Tensor,
} from "../../src/index.js";
import { type Checkpoint, encodeCheckpoint } from "../../src/training/checkpoint.js";
import { type FitOptions, fit } from "../../src/training/fit.js";
import { decodeCheckpoint } from "../../src/training/opened-checkpoint.js";
import { collect, weightsOf } from "./collected.js";
import { kinds, optionsOf } from "./kinds-of-objective.js";
import { patterns, smallNet } from "./patterns.js";

const named = (name: string) => kinds.find((kind) => kind.name === name)!;
const words = named("classification of two words");

test("a text of two words is learned as bytes too: numbers of words are no pixels", async () => {
  const length = 70;
  const images = Uint8Array.from({ length: 2 * length }, (_, i) => (i * 7 + (i >> 3)) % 10);
  const labels = Uint8Array.from({ length }, (_, i) => Number(images[2 * i] >= 5));
  const set = {
    name: "words",
    split: "train",
    shape: [1, 2, 1] as [number, number, number],
    classes: ["a", "b"],
  };
  const dataset = { ...set, length, images, labels };
  const model = nn.sequential(nn.embedding({ words: 10, size: 8 }), nn.flatten(), nn.dense(2));
  const options = {
    loss: losses.crossEntropy(),
    optimizer: optim.adam({ lr: 0.05 }),
    epochs: 8,
    batchSize: 16,
  };
  await collect(fit(model, dataset, options));
  expect((await evaluate(model, dataset)).accuracy).toBe(1);
});

test("a network is given sentences and the mask of what is there; windows may be wider than the shortest batch", async () => {
  const values = Array.from({ length: 40 }, (_, i) =>
    Int32Array.from({ length: 5 + (i % 4) }, (_, t) => (i + t) % 6),
  );
  const sentences = data.examples("sentences", {
    tokens: { values, multiple: 1, mask: "there" },
    label: { values: Int32Array.from({ length: 40 }, (_, i) => i % 2) },
  });
  const model = nn.graph("masked", {
    inputs: ["tokens", "there"],
    nodes: {
      words: { layer: nn.embedding({ words: 6, size: 4 }), from: "tokens" },
      windows: { layer: nn.conv1d({ filters: 4, kernel: 5, padding: "same" }), from: "words" },
      mask: {
        layer: { type: "column", forward: (x) => reshape(x as Tensor, [...(x as Tensor).shape, 1]) },
        from: "there",
      },
      seen: { layer: nn.multiply(), from: ["windows", "mask"] },
      line: { layer: { type: "longest", forward: (x) => max(x as Tensor, { axis: 1 }) }, from: "seen" },
      label: { layer: nn.dense(2), from: "line" },
    },
    outputs: "label",
  });
  const objective = objectives.classification(losses.crossEntropy(), {
    inputs: ["tokens", "there"],
    target: "label",
  });
  const events = await collect(
    fit(model, sentences, { objective, optimizer: optim.adam({ lr: 0.01 }), epochs: 1, batchSize: 7 }),
  );
  expect(events.at(-1)).toMatchObject({ kind: "done", reason: "finished" });
  const plain = nn.sequential(
    nn.embedding({ words: 6, size: 4 }),
    nn.conv1d({ filters: 4, kernel: 5 }),
    nn.gru({ units: 3, outputs: "last" }),
    nn.dense(2),
  );
  const alone = objectives.classification(losses.crossEntropy(), { inputs: ["tokens"], target: "label" });
  await collect(
    fit(plain, sentences, { objective: alone, optimizer: optim.adam({ lr: 0.01 }), epochs: 1, batchSize: 7 }),
  );
});

test("what is kept of batches of different lengths has the shape of its own batch", async () => {
  const lengths = [2, 4, 2, 3, 2];
  const sentences = data.examples("sentences", {
    tokens: { values: lengths.map((length) => new Int32Array(length).fill(1)), multiple: 1 },
    label: { values: new Int32Array(5) },
  });
  const shapes: (readonly number[])[] = [];
  const objective: Objective = {
    ...objectives.classification(losses.crossEntropy(), { inputs: ["tokens"], target: "label" }),
    kept: {
      of: (_, { tokens }) => ({ tokens }),
      scores: (batches) => {
        for (const { tokens } of batches) {
          shapes.push(tokens.shape);
          expect(tokens.values).toHaveLength(tokens.shape[0] * tokens.shape[1]);
        }
        return {};
      },
    },
  };
  const model = nn.sequential(nn.embedding({ words: 2, size: 3 }), nn.gru({ units: 2, outputs: "last" }));
  await evaluate(model, sentences, { objective, batchSize: 1 });
  expect(shapes).toEqual(lengths.map((length) => [1, length]));
});

test("mixed pictures are refused where their targets are not mixed", async () => {
  const objective = objectives.several({ class1: { loss: losses.crossEntropy(), target: "labels" } });
  const options = { objective, optimizer: optim.sgd({ lr: 0.1 }), epochs: 1, mixup: { alpha: 1 } };
  await expect(collect(fit(smallNet(), patterns(16), options))).rejects.toThrow(
    "mixup is for classification: of mixed pictures labels is no longer the target",
  );
});

describe("a stream", () => {
  const fields = { x: { shape: [3], dtype: "f32" }, label: { shape: [], dtype: "i32" } } as const;
  const numbers = function* ({ seed, epoch }: { seed: number; epoch: number }) {
    for (let i = 0; ; i++) {
      const x = Float32Array.of(Math.sin(i * 7 + epoch), Math.cos(i * 3 + seed), Math.sin(i * 5));
      yield { x, label: x.indexOf(Math.max(...x)) };
    }
  };
  const model = () => nn.sequential("points", nn.dense(16), nn.relu(), nn.dropout(0.1), nn.dense(3));
  const options = (more: Partial<FitOptions> = {}): FitOptions => ({
    objective: objectives.classification(losses.crossEntropy(), { inputs: ["x"], target: "label" }),
    optimizer: optim.adam({ lr: 0.02 }),
    epochs: 4,
    batchSize: 16,
    ...more,
  });

  test("is trained on, validated on, and resumed bit for bit where it can be replayed", async () => {
    const source = data.stream("numbers", { fields, from: numbers, length: 90, shuffle: 20 });
    const files: Uint8Array[] = [];
    const checkpoint = { every: 1, save: (state: Checkpoint) => void files.push(encodeCheckpoint(state)) };
    const whole = model();
    const events = await collect(fit(whole, source, options({ validation: source, checkpoint })));
    const last = events.findLast((event) => event.kind === "epoch");
    expect(last?.validation?.accuracy).toBeGreaterThan(0.85);
    expect(last?.validation?.scores?.accuracy).toBe(last?.validation?.accuracy);
    for (const step of [1, 8, 12]) {
      const rest = model();
      const resume = decodeCheckpoint(files[step - 1], "checkpoint");
      await collect(fit(rest, source, options({ validation: source, resume })));
      expect(await weightsOf(rest)).toEqual(await weightsOf(whole));
    }
  });

  test("that has begun already is trained on, and not resumed", async () => {
    const source = () => data.stream("numbers", { fields, from: numbers({ seed: 0, epoch: 0 }), length: 40 });
    let latest: Checkpoint | undefined;
    const save = (state: Checkpoint) => {
      latest = state;
    };
    await collect(fit(model(), source(), options({ epochs: 1, checkpoint: { every: "epoch", save } })));
    await expect(collect(fit(model(), source(), options({ resume: latest })))).rejects.toThrow(
      "resume: numbers is a stream that cannot be had again from its beginning; a stream whose `from` is a function of the draw can",
    );
    await expect(collect(fit(model(), source(), options({ validation: 0.1 })))).rejects.toThrow(
      "fit: validation is a share of numbers, which is a stream; expected a data set of its own to validate with",
    );
  });
});

describe("what does not fit is said before the first step", () => {
  const wrong = async (more: Partial<FitOptions>, source = words.examples) => {
    try {
      await collect(fit(words.model(), source, { ...optionsOf(words), ...more }));
    } catch (error) {
      return (error as Error).message;
    }
    return "nothing was refused";
  };
  const of = (inputs: string[], target: string): Objective =>
    objectives.classification(losses.crossEntropy(), { inputs, target });

  test.each<[string, () => Promise<string>, string]>([
    [
      "a field that there is not",
      () => wrong({ objective: of(["word"], "label") }),
      "fit: classification reads the field word, two words has words, label; did you mean words?",
    ],
    [
      "augmentation of what are no pictures",
      () => wrong({ augment: data.randomFlip() }),
      "fit: augment is for pictures with classes, two words is one of named fields: change them in its `at`",
    ],
    [
      "validation with other fields",
      () => wrong({ validation: named("regression").examples }),
      "fit: words of the examples to validate with is not there, of those to train on i32 2",
    ],
    [
      "outputs and targets of different shapes",
      async () => {
        const { examples, objective, lr } = named("regression");
        const options = { objective: objective(), optimizer: optim.sgd({ lr }), epochs: 1 };
        const events = collect(fit(nn.sequential("sums", nn.dense(1)), examples, options));
        return events.then(
          () => "",
          (error: Error) => error.message,
        );
      },
      "regression: sums makes 70×1, y is 70×2; expected the same shape",
    ],
  ])("%s", async (_, act, message) => {
    expect(await act()).toBe(message);
  });
});

describe("by an option", () => {
  const given = (more: Partial<FitOptions> = {}): FitOptions => ({
    loss: losses.crossEntropy(),
    optimizer: optim.sgd({ lr: 0.05 }),
    epochs: 2,
    batchSize: 16,
    ...more,
  });

  test("gradients are held, as by optimizers around the optimizer", async () => {
    const [one, other] = [smallNet(), smallNet()];
    await collect(fit(one, patterns(40), given({ clipNorm: 0.3, clipValue: 0.05 })));
    const around = optim.clipValue(optim.clipNorm(optim.sgd({ lr: 0.05 }), { norm: 0.3 }), { value: 0.05 });
    await collect(fit(other, patterns(40), given({ optimizer: around })));
    expect(await weightsOf(one)).toEqual(await weightsOf(other));
  });

  test("weights are followed by an average, with which the model ends", async () => {
    const raw: Float64Array[] = [];
    const model = nn.sequential("line", nn.flatten(), nn.dense(4));
    const path = "dense1.weights";
    const read = async () => Float64Array.from(await model.parameters.get(path)!.read());
    model.build([8, 8, 1], { seed: 1 });
    let mean = await read();
    for await (const event of fit(model, patterns(64), given({ average: { decay: 0.5 } })))
      if (event.kind === "step") raw.push(await read());
    raw.forEach((w, i) => {
      const decay = Math.min(0.5, (1 + i + 1) / (10 + i + 1));
      mean = mean.map((m, k) => m * decay + w[k] * (1 - decay));
    });
    (await read()).forEach((w, k) => {
      expect(w).toBeCloseTo(mean[k], 5);
    });
  });

  test("mixed pictures are trained on in parts as in one", async () => {
    const run = async (accumulate: number) => {
      const model = nn.sequential("line", nn.flatten(), nn.dense(4));
      await collect(fit(model, patterns(40), given({ accumulate, mixup: { alpha: 0.5 } })));
      return (await weightsOf(model)).map(([, ...values]) => values as number[]);
    };
    const [whole, parts] = [await run(1), await run(3)];
    whole.forEach((values, i) => {
      values.forEach((value, k) => {
        expect(parts[i][k]).toBeCloseTo(value, 5);
      });
    });
  });

  test("a run ends early by the objective's score", async () => {
    // The loss goes on falling long after every word is read rightly.
    const patient = { patience: 2, by: "score" } as const;
    const options = optionsOf(words, { epochs: 60, validation: words.examples, earlyStopping: patient });
    const events = await collect(fit(words.model(), words.examples, options));
    const epochs = events.flatMap((event) =>
      event.kind === "epoch" ? [event.validation!.scores!.accuracy] : [],
    );
    expect(epochs.length).toBeLessThan(40);
    expect(epochs.slice(-3)).toEqual([1, 1, 1]);
  });

  test("several losses are told of by name", async () => {
    const kind = named("several losses");
    const [step] = await collect(fit(kind.model(), kind.examples, optionsOf(kind)));
    if (step.kind !== "step") throw new Error("unreachable");
    const { likely, apart } = step.losses!;
    expect(step.loss).toBeCloseTo(likely + 0.5 * apart, 6);
    expect(Object.keys(step.scores!)).toEqual(["likely accuracy", "apart accuracy"]);
  });
});

test("a score that is no number survives a checkpoint", async () => {
  const objective: Objective = {
    ...words.objective(),
    scores: () => ({ odd: Number.NaN, far: Number.POSITIVE_INFINITY }),
  };
  let latest: Checkpoint | undefined;
  const save = (state: Checkpoint) => {
    latest = state;
  };
  await collect(
    fit(
      words.model(),
      words.examples,
      optionsOf(words, { objective, epochs: 1, checkpoint: { every: "epoch", save } }),
    ),
  );
  const [epoch] = decodeCheckpoint(encodeCheckpoint(latest!), "checkpoint").training!.history.epochs;
  expect(epoch.scores).toEqual({ odd: Number.NaN, far: Number.POSITIVE_INFINITY });
});
