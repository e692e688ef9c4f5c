/** Walks the list of methods: each is whole as data, and runs as it says, on a network of one input and on one of two. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Method, MethodOption } from "../../src/explain/method.js";
import { heatMapMethods, methods } from "../../src/explain/methods.js";
import { type Dataset, explain, type Model, nn, openDevice, random } from "../../src/index.js";
import { sheetOf } from "../../src/report/explain/sheets.js";
import { Tensor } from "../../src/tensor/tensor.js";
import { methods as ofWorkers } from "../../src/worker/explaining.js";

const [height, width] = [10, 8];

const seeing = () => [
  nn.conv2d({ filters: 4, kernel: 3, padding: "same", name: "conv" }),
  nn.relu({ name: "maps" }),
  nn.maxPool2d(2),
];

function ofOneInput(): Model {
  const model = nn.sequential("alone", ...seeing(), nn.flatten(), nn.dense(3), nn.softmax());
  model.build([height, width, 1], { seed: 1 });
  return model;
}

async function ofTwoInputs(): Promise<Model> {
  const network = nn.graph("both", {
    inputs: ["photo", "place"],
    nodes: {
      seen: { layer: nn.sequential(...seeing()), from: "photo" },
      flat: { layer: nn.flatten(), from: "seen" },
      read: { layer: nn.dense(80, { name: "read" }), from: "place" },
      joined: { layer: nn.multiply(), from: ["flat", "read"] },
      kind: { layer: nn.sequential(nn.dense(3), nn.softmax()), from: "joined" },
      sure: { layer: nn.dense(2), from: "flat" },
    },
    outputs: ["kind", "sure"],
  });
  network.build({ photo: [height, width, 1], place: [2] }, { seed: 2 });
  const photo = random.uniform([1, height, width, 1], { seed: 3 });
  const place = random.normal([1, 2], { seed: 4 });
  return explain.view(network, { photo, place }, { input: "photo", output: "kind" });
}

const images = random.uniform([2, height, width, 1], { seed: 5 });

const data: Dataset = {
  name: "spots",
  split: "test",
  shape: [height, width, 1],
  classes: ["a", "b", "c"],
  length: 9,
  images: Uint8Array.from({ length: 9 * height * width }, (_, i) => (i * 7919) % 256),
  labels: Uint8Array.from({ length: 9 }, (_, i) => i % 3),
};

const subjectOf = ({ about }: Method) =>
  about === "pictures" ? { images } : about === "data" ? { data } : {};

/** Few, so that it is quick: of everything that is a number, and something of all else. */
function chosen({ flag, name, kind, choices }: MethodOption): unknown {
  if (flag === "layer") return undefined;
  if (choices) return choices[0];
  if (flag === "class") return name === "classes" ? [1] : 1;
  if (kind === "list") return undefined;
  return flag === "size" || flag === "stride" ? 3 : 2;
}

const optionsOf = (method: Method): { [name: string]: unknown } =>
  explain.namedOptions(
    method,
    Object.fromEntries(method.options.map((option) => [option.flag, chosen(option)])),
  );

/** All numbers of an answer, whatever it is made of. */
function numbersOf(answer: unknown): number[] {
  if (answer instanceof Tensor) return [...answer.own!];
  if (ArrayBuffer.isView(answer)) return [...(answer as Float32Array)];
  if (typeof answer === "number") return [answer];
  if (answer instanceof Map) return [...answer.values()].flatMap(numbersOf);
  if (typeof answer === "object" && answer !== null) return Object.values(answer).flatMap(numbersOf);
  return [];
}

test.each(methods.map((method) => [method.name, method] as const))("%s is whole as data", (name, method) => {
  expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  expect(method.title).toMatch(/^[A-Z]/);
  expect(method.description).toMatch(/^[a-z][^.]*[^.]$/);
  expect(method.question).toMatch(/^[A-Z][^.?]*\?$/);
  expect(method.cannotSay).toMatch(/^It [^.]*\bnot?\b[^.]*\.$|^It hardly [^.]*\.$/);
  const flags = method.options.map(({ flag }) => flag);
  expect(new Set(flags).size).toBe(flags.length);
  for (const { flag, usual, rule, help, kind, choices } of method.options) {
    expect(flag).toMatch(/^[a-z]+$/);
    expect(help).toMatch(/^[a-z]/);
    if (typeof usual === "number" || choices) expect(rule.holds(usual)).toBe(true);
    expect(kind === "choice").toBe(choices !== undefined);
    expect(rule.holds({})).toBe(false);
  }
  expect(typeof sheetOf(method)).toBe("function");
});

test("names are different ones, and a page may ask a worker for every method about pictures", () => {
  const names = methods.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const functions = Object.keys(ofWorkers).map((name) => name.toLowerCase());
  const missing = methods
    .filter(({ about }) => about === "pictures")
    .filter(({ name }) => !functions.includes(name.replaceAll("-", "")));
  expect(missing).toEqual([]);
});

const devices = ["native", "wasm"] as const;

describe.each(devices)("on %s", (target) => {
  let device: Awaited<ReturnType<typeof openDevice>> | null;
  const networks: { [inputs: string]: Model } = {};
  beforeAll(async () => {
    device = await openDevice(target, { threads: 1 }).catch(() => null); // no machine code here
    if (!device) return;
    networks.one = ofOneInput();
    networks.two = await ofTwoInputs();
    for (const model of Object.values(networks))
      for (const variable of [...model.parameters.values(), ...model.buffers.values()])
        await variable.to(device);
  });
  afterAll(() => device?.close());

  describe.each(["one", "two"])("of a network with %s input", (inputs) => {
    test.each(methods.map((method) => [method.name, method] as const))("%s answers", async (_, method) => {
      if (!device) return;
      const before = await Promise.all([...networks[inputs].parameters.values()].map((v) => v.read()));
      let told = 0;
      const answer = await method.run(networks[inputs], subjectOf(method), {
        ...optionsOf(method),
        ...(method.name === "filters" ? {} : { onProgress: () => void told++ }),
      });
      const numbers = numbersOf(answer);
      expect(numbers.length).toBeGreaterThan(0);
      expect(numbers.every(Number.isFinite)).toBe(true);
      expect(numbers.some((value) => value !== 0)).toBe(true);
      if (method.name !== "filters") expect(told).toBeGreaterThan(0);
      const after = await Promise.all([...networks[inputs].parameters.values()].map((v) => v.read()));
      expect(after).toEqual(before);
    });

    test.each(heatMapMethods.map((method) => [method.name, method] as const))(
      "%s is a map over each picture, of the sign that it says",
      async (_, method) => {
        if (!device) return;
        const map = await method.run(networks[inputs], { images }, optionsOf(method));
        expect(map.shape.slice(0, 3)).toEqual([2, height, width]);
        const values = [...map.own!];
        expect(values.some((value) => value < 0)).toBe(method.answer.sign === "both");
      },
    );

    test.each(methods.map((method) => [method.name, method] as const))(
      "%s refuses an option that it has not",
      async (_, method) => {
        if (!device || method.name === "filters") return;
        const wrong = async () =>
          method.run(networks[inputs], subjectOf(method), { ...optionsOf(method), stepz: 1 });
        await expect(wrong()).rejects.toThrow("unknown option `stepz`");
      },
    );
  });
});
