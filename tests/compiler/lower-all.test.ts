import { expect, test } from "vitest";
import { partial } from "../../src/autodiff/gradients.js";
import { targetOf } from "../../src/compiler/cpu-target.js";
import { type Graph, linearise } from "../../src/compiler/graph.js";
import type { Launch } from "../../src/compiler/launch.js";
import { lowerAll } from "../../src/compiler/lower-all.js";
import type { Target } from "../../src/compiler/target.js";
import { add, conv2d, mul, relu, sum } from "../../src/index.js";
import { wasmTarget } from "../../src/targets/wasm/emitter.js";
import { placeholder, type Tensor } from "../../src/tensor/tensor.js";
import { traced } from "../../src/tensor/tracing.js";
import { checkGraphs, tensorsOf } from "./random-graphs.js";

const cpu = targetOf(wasmTarget({ relaxedSimd: false }));

/** A graph laid out for the target. */
async function laidOut(graph: Graph): Promise<Graph> {
  await cpu.layOut(graph, () => false);
  return graph;
}

/** A launch as text: nodes by their numbers. */
const shown = (launches: readonly Launch[]): string =>
  JSON.stringify(launches, (key, value) =>
    typeof value === "object" && value && "lowering" in value
      ? value.id
      : key === "rule"
        ? undefined
        : Object.is(value, -0)
          ? "-0"
          : typeof value === "number"
            ? String(value)
            : value,
  );

test("what stands after another attempt is what would be lowered anew", { timeout: 60_000 }, async () => {
  let again = 0;
  await checkGraphs(
    async (drawing) => {
      const inputs = drawing.shapes.map((shape) => placeholder(shape, "f32"));
      const results = traced(() => tensorsOf(drawing, inputs, false)).result;
      const graph = await laidOut(linearise(results, [], inputs));
      const refused = new Set<string>();
      // The first kernel of each name does not fit, so that most graphs are lowered several times.
      const narrow: Target = {
        ...cpu,
        layOut: () => {},
        fits(task, name) {
          if (name.includes(" + ") && !refused.has(name)) {
            refused.add(name);
            again++;
            return false;
          }
          return cpu.fits(task, name);
        },
      };
      const { lowerer, launchesOf } = lowerAll(graph, narrow);
      for (const [node, launches] of launchesOf) expect(shown(launches)).toBe(shown(lowerer.lower(node)));
    },
    { graphs: 150, longest: 14, seed: 20_261_128, seconds: 20 },
  );
  expect(again).toBeGreaterThan(30);
});

test("a filter's gradient that does not fit has no other kernel written twice", async () => {
  const [x, first, second] = [
    [8, 28, 28, 3],
    [3, 3, 3, 128],
    [3, 3, 128, 256],
  ].map((shape) => placeholder(shape, "f32"));
  const { result } = traced(() => {
    const y = conv2d(relu(conv2d(x, first, { padding: "same" })), second, { stride: 2 });
    const [ofFirst, ofSecond] = partial(sum(mul(y, y)), [first, second]) as Tensor[];
    return [add(first, mul(ofFirst, 0.1)), add(second, mul(ofSecond, 0.1))];
  });
  const graph = await laidOut(linearise(result, [], [x, first, second]));
  const asked: string[] = [];
  const refused: string[] = [];
  const { launchesOf } = lowerAll(graph, {
    ...cpu,
    layOut: () => {},
    fits(task, name) {
      const fits = cpu.fits(task, name);
      (fits ? asked : refused).push(name);
      return fits;
    },
  });
  expect(refused.length).toBeGreaterThan(0);
  const launched = [...launchesOf.values()].flat().map(({ name }) => name);
  const times = (names: readonly string[], name: string): number => names.filter((n) => n === name).length;
  for (const name of asked) expect([name, times(asked, name)]).toEqual([name, times(launched, name)]);
});
