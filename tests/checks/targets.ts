import { beforeAll, describe } from "vitest";
import { configure } from "../../src/index.js";

// Small shapes would run on one thread: here threads are to be seen at work. Read when the engine starts.
process.env.RECEPTIVE_DEBUG = "share";

/** What every operation is tested on. */
export const targets = [
  { name: "wasm, 1 thread", threads: 1 },
  { name: "wasm, 2 threads", threads: 2 },
];

/** The tests once for each target. */
export function onEveryTarget(what: string, tests: () => void): void {
  describe.each(targets)(`${what} on $name`, ({ threads }) => {
    beforeAll(() => configure({ threads }));
    tests();
  });
}
