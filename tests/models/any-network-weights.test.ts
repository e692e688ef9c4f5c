import { expect, test } from "vitest";
import { encodeSafetensors } from "../../src/formats/safetensors.js";
import { loadWeights, nn } from "../../src/index.js";

const network = () =>
  nn.graph("pair", {
    inputs: ["a", "b"],
    nodes: {
      left: { layer: nn.dense(3), from: "a" },
      right: { layer: nn.dense(3), from: "b" },
      both: { layer: nn.multiply(), from: ["left", "right"] },
    },
    outputs: "both",
  });
const shapes = { a: [2], b: [4] } as const;

test("a network of two inputs takes the weights of a file by the names of its own paths", async () => {
  const [learned, other] = [network(), network()];
  learned.build(shapes, { seed: 1 });
  other.build(shapes, { seed: 2 });
  const arrays = new Map(
    await Promise.all(
      [...learned.parameters].map(
        async ([path, v]) => [path, { shape: v.shape, data: await v.read() }] as const,
      ),
    ),
  );
  await loadWeights(other, encodeSafetensors(arrays));
  for (const [path, variable] of other.parameters)
    expect(await variable.read()).toEqual(await learned.parameters.get(path)!.read());
});

test("what a file lacks is said by its name, and a network that is not built is said to be none yet", async () => {
  const built = network();
  built.build(shapes);
  const file = encodeSafetensors(
    new Map([["elsewhere.weights", { shape: [2, 3], data: new Float32Array(6) }]]),
  );
  await expect(loadWeights(built, file)).rejects.toThrow(
    /does not fit pair; missing: left\.weights \(2×3\), left\.bias \(3\), right\.weights \(4×3\), right\.bias \(3\); not of this model: elsewhere\.weights \(2×3\)/,
  );
  await expect(loadWeights(network(), file)).rejects.toThrow("pair: not built yet");
});
