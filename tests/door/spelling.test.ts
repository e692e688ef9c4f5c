import { expect, test } from "vitest";
import { editDistance, nearestName } from "../../src/door/spelling.js";

test.each([
  ["", "", 0],
  ["kitten", "sitting", 3],
  ["abc", "", 3],
  ["lenet", "lenet5", 1],
])("%s to %s takes %d changes", (a, b, distance) => expect(editDistance(a, b)).toBe(distance));

test.each([
  ["lenet", "lenet5"],
  ["LeNet-5", "lenet5"],
  ["vggcifar", "vgg_cifar"],
  ["transformer", undefined],
])("%s means %s", (name, meant) => expect(nearestName(name, ["lenet5", "vgg_cifar"])).toBe(meant));
