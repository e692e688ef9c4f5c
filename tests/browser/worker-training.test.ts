import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Connect } from "./client-page.js";
import { connected } from "./connected.js";
import { isolated, missing } from "./open-page.js";

/** What the page's module left there. */
declare const connect: Connect;

describe.skipIf(missing !== "")(`training in receptive/worker ${missing}`, () => {
  const theirs = connected();

  test("the client brings nothing of the engine into the page: 7 kB", async () => {
    const text = readFileSync(new URL("../../dist/client.js", import.meta.url));
    expect(gzipSync(text).length).toBeLessThan(7000);
    expect(String(text)).not.toContain("WebAssembly");
  });

  test.each([
    { name: "a cross-origin isolated page", headers: isolated, threads: availableParallelism() },
    { name: "a page that is not isolated", headers: {}, threads: 1 },
  ])(
    "trains LeNet-5 in $name, which never stands still",
    { timeout: 180_000 },
    async ({ headers, threads }) => {
      const tab = await theirs.open(headers);
      const went = await tab.evaluate(async () => {
        let [longestPause, last] = [0, performance.now()];
        setInterval(() => {
          const now = performance.now();
          longestPause = Math.max(longestPause, now - last);
          last = now;
        }, 5);
        const receptive = connect(new Worker("/worker.js", { type: "module" }));
        const { train, test } = await receptive.data("digits");
        const model = await receptive.model("lenet5");
        const kinds: string[] = [];
        const optimizer = { name: "sgd", lr: 0.05, momentum: 0.9 } as const;
        for await (const event of model.fit(train, { optimizer, epochs: 2, seed: 1 })) kinds.push(event.kind);
        const { accuracy, count } = await model.evaluate(test);
        const { threads, target, reasons } = await receptive.device();
        const about = {
          classes: model.classes?.join(),
          inputShape: model.inputShape?.join(),
          name: model.name,
        };
        await receptive.terminate();
        return { longestPause, kinds, accuracy, count, threads, target, reasons, about };
      });
      await tab.close();
      expect(went.kinds.filter((kind) => kind === "step")).toHaveLength(2 * 94);
      expect(went.kinds.filter((kind) => kind !== "step")).toEqual(["epoch", "epoch", "done"]);
      expect(went.accuracy).toBeGreaterThan(0.9);
      expect(went).toMatchObject({ count: 2000, threads, target: "wasm" });
      expect(went.about).toEqual({ classes: "0,1,2,3,4,5,6,7,8,9", inputShape: "28,28,1", name: "lenet5" });
      expect(went.reasons).toEqual(
        threads === 1
          ? [
              "one thread, because the page is not cross-origin isolated: its headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp make it so",
            ]
          : [],
      );
      // A training on the page's own thread would stand for seconds. How short it is on a quiet machine: bench:tab.
      expect(went.longestPause).toBeLessThan(500);
    },
  );

  test("leaving the loop ends the training in the middle of an epoch", async () => {
    const steps = await theirs.attempt(async (receptive) => {
      const model = await receptive.model("lenet5");
      const options = { optimizer: { name: "sgd", lr: 0.05 }, epochs: 9 } as const;
      let steps = 0;
      for await (const event of model.fit("digits", options))
        if (event.kind === "step" && ++steps === 5) break;
      // The model rests between two events, and can be used.
      const [before] = await model.predict({ shape: [1, 28, 28, 1], data: new Uint8Array(784) });
      await new Promise((resolve) => setTimeout(resolve, 300));
      const [after] = await model.predict({ shape: [1, 28, 28, 1], data: new Uint8Array(784) });
      return [steps, String(before) === String(after)];
    });
    expect(steps).toEqual([5, true]);
  });

  test("a signal ends it after the step at hand, as fit says", async () => {
    const events = await theirs.attempt(async (receptive) => {
      const model = await receptive.model("lenet5");
      const controller = new AbortController();
      const options = {
        optimizer: { name: "adam", lr: 1e-3 },
        epochs: 9,
        signal: controller.signal,
      } as const;
      const events = [];
      for await (const event of model.fit("digits", options)) {
        if (event.kind === "step" && event.step === 3) controller.abort();
        events.push(event.kind === "done" ? event.reason : event.kind);
      }
      return events;
    });
    expect(events).toEqual(["step", "step", "step", "aborted"]);
  });

  test("a signal's own reason comes from evaluate", async () => {
    const said = await theirs.attempt(async (receptive) => {
      const model = await receptive.model("lenet5", { input: [28, 28, 1] });
      const controller = new AbortController();
      const reason = new Error("enough");
      const onProgress = () => controller.abort(reason);
      const options = { signal: controller.signal, onProgress, batchSize: 10 };
      return model.evaluate("digits", options).catch((error) => error === reason);
    });
    expect(said).toBe(true);
  });
});
