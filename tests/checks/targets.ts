import { beforeAll, describe } from "vitest";
import { configure, device } from "../../src/index.js";

// Small shapes would run on one thread: here threads are to be seen at work. Read when the engine starts.
process.env.RECEPTIVE_DEBUG = "share";

const { target } = device();

/** What every operation is tested on: the target of this process (`RECEPTIVE_TARGET`), alone and with threads. */
export const targets = [
  { name: `${target}, 1 thread`, threads: 1 },
  { name: `${target}, 2 threads`, threads: 2 },
];

/** The tests once for each target. */
export function onEveryTarget(what: string, tests: () => void): void {
  describe.each(targets)(`${what} on $name`, ({ threads }) => {
    beforeAll(() => configure({ threads }));
    tests();
  });
}
