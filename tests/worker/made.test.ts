/** What a page can choose by name is all that the library has. */
import { expect, test } from "vitest";
import { losses, optim } from "../../src/index.js";
import type { LossChoice, OptimizerChoice } from "../../src/worker/choices.js";
import { Maker } from "../../src/worker/made.js";

const maker = new Maker({});

/** The names that stand in an error, behind "there is" or "there are". */
function offered(ask: () => unknown): string[] {
  try {
    ask();
  } catch (error) {
    return (/there (?:is|are) ((?:"?\w+"?(?:, )?)+)$/.exec(String(error))?.[1] ?? "")
      .replaceAll('"', "")
      .split(", ")
      .sort();
  }
  throw new Error("nothing was refused");
}

test("every optimizer", () => {
  expect(offered(() => maker.optimizer("zzzzzzzz" as OptimizerChoice))).toEqual(
    offered(() => optim.fromDescription({ name: "?", options: {} })),
  );
});

test("every loss", () => {
  const others = ["partsOf", "l1Penalty", "l2Penalty"];
  const known = Object.keys(losses).filter((name) => !others.includes(name));
  expect(offered(() => maker.loss("zzzzzzzz" as LossChoice))).toEqual(known.sort());
});

test("clipping by value holds the optimizer that was chosen in it", () => {
  const chosen = maker.optimizer({ name: "clipValue", value: 2, optimizer: { name: "sgd", lr: 0.1 } });
  expect(chosen.describe()).toEqual({
    name: "clipValue",
    options: { value: 2, optimizer: { name: "sgd", options: { lr: 0.1 } } },
  });
});
