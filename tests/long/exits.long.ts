import { expect, test } from "vitest";
import { type Ending, endInMidTraining, terminateInMidTraining } from "../runtime/endings.js";
import { figure } from "./figures.js";

const hour = 3_600_000;
const endings: Ending[] = ["exit", "throw", "twice", "exit", "reject"];

/** Three at once: more threads want to run than there are cores. */
async function exits(times: number, threads: number): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {};
  let next = 0;
  const some = async () => {
    while (next < times) {
      const i = next++;
      const how = endings[i % endings.length];
      const outcome = await endInMidTraining(how, threads, (i * 7) % 150);
      const expected = how === "throw" || how === "reject" ? 1 : 7;
      const name = outcome === "hung" ? "hung" : outcome === expected ? "ended" : `code ${outcome}`;
      outcomes[name] = (outcomes[name] ?? 0) + 1;
    }
  };
  await Promise.all([some(), some(), some()]);
  return outcomes;
}

test.each([2, 4])("500 exits in mid-training on %i threads", { timeout: 4 * hour }, async (threads) => {
  const outcomes = await exits(500, threads);
  figure(`exits in mid-training, ${threads} threads`, `${outcomes.ended} of 500 ended`);
  expect(outcomes).toEqual({ ended: 500 });
});

test("200 workers terminated in mid-training", { timeout: 2 * hour }, async () => {
  const { hung, before, after } = await terminateInMidTraining(200, 3);
  figure("workers terminated in mid-training, 3 threads each", `${200 - hung} of 200 ended`);
  figure("threads of the process, after 5 and after 200", `${before.threads}, ${after.threads}`);
  figure("its memory, after 5 and after 200", `${before.megabytes} MB, ${after.megabytes} MB`);
  figure("its addresses, after 5 and after 200", `${before.addresses} GB, ${after.addresses} GB`);
  expect(hung).toBe(0);
  expect(after.threads).toBe(before.threads);
  expect(after.megabytes - before.megabytes).toBeLessThan(100);
  expect(after.addresses - before.addresses).toBeLessThan(8);
});
