import { describe, expect, test } from "vitest";
import { endInMidTraining, isBuilt, terminateInMidTraining } from "./endings.js";

// bench/LONG.md has the 500.
describe.skipIf(!isBuilt)("a process that ends while threads train does not hang", () => {
  test.each([
    { how: "exit", threads: 2, code: 7 },
    { how: "exit", threads: 4, code: 7 },
    { how: "twice", threads: 4, code: 7 },
    { how: "throw", threads: 4, code: 1 },
    { how: "reject", threads: 2, code: 1 },
  ] as const)("$how, $threads threads", { timeout: 300_000 }, async ({ how, threads, code }) => {
    const codes = await Promise.all([0, 11, 33].map((ms) => endInMidTraining(how, threads, ms)));
    expect(codes).toEqual([code, code, code]);
  });

  test.skipIf(process.platform !== "linux")(
    "a worker that is terminated, and leaves neither threads nor memory",
    { timeout: 300_000 },
    async () => {
      const { hung, before, after } = await terminateInMidTraining(10, 3);
      expect(hung).toBe(0);
      expect(after.threads).toBe(before.threads);
      expect(after.megabytes - before.megabytes).toBeLessThan(40);
      expect(after.addresses - before.addresses).toBeLessThan(2);
    },
  );
});
