import { test } from "vitest";
import { oneHot } from "../../src/index.js";
import { equalTo, toTensor } from "../checks/close-to.js";
import { integers } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";
import { numbers } from "../textbook/numbers.js";

onEveryTarget("oneHot", () => {
  test.each([
    { shape: [], classes: 3 },
    { shape: [1], classes: 1 },
    { shape: [7], classes: 10 },
    { shape: [128], classes: 17 },
    { shape: [2, 5, 3], classes: 4 },
  ])("labels $shape of $classes classes", async ({ shape, classes }) => {
    const labels = integers(shape, { high: classes });
    await equalTo(oneHot(toTensor(labels, "i32"), classes), textbook.oneHot(labels, classes));
    await equalTo(oneHot(toTensor(labels, "u8"), classes), textbook.oneHot(labels, classes));
  });
  test("a label that is no class gives zeros", async () => {
    await equalTo(oneHot(toTensor(numbers([-1, 3]), "i32"), 3), numbers([0, 0, 0, 0, 0, 0], [2, 3]));
  });
});
