import { describe, expect, test } from "vitest";
import type { Connect } from "./client-page.js";
import { connected } from "./connected.js";
import { isolated, missing } from "./open-page.js";

/** What the page's module left there. */
declare const connect: Connect;

describe.skipIf(missing !== "")(`the life of receptive/worker ${missing}`, () => {
  const theirs = connected();
  const ended = (message: string) =>
    expect.objectContaining({ name: "WorkerError", message, fromWorker: false });
  const unread =
    "the worker did not start: its file was not found or is no script, or the page's Content-Security-Policy or Cross-Origin-Embedder-Policy forbids it";

  test.each([
    ["/nothing.js", unread],
    ["/", unread], // a server that answers with its page whatever is asked
    ["/broken.js", "the worker did not start: Uncaught TypeError: of somebody"],
  ])("whoever calls a worker that does not start is told so: %s", async (worker, message) => {
    expect(await theirs.attempt((receptive) => receptive.device(), { worker })).toEqual(ended(message));
  });

  test("a page whose policy forbids workers is told so", async () => {
    const page = await theirs.open({ ...isolated, "Content-Security-Policy": "worker-src 'none'" });
    const said = theirs.attempt((receptive) => receptive.ready, { page });
    expect(await said).toEqual(ended(unread));
    await page.close();
  });

  test("what was going on is told that the page terminated the worker, and so is what comes later", async () => {
    const said = await theirs.attempt(async (receptive) => {
      const model = await receptive.model("lenet5");
      const events = model.fit("digits", { optimizer: "adam", epochs: 1 });
      await events.next();
      const next = events.next();
      await receptive.terminate();
      const told = (error: Error) => `${error.name}: ${error.message}`;
      return [await next.catch(told), await model.evaluate("digits").catch(told)];
    });
    const message = "WorkerError: the worker was terminated";
    expect(said).toEqual([message, message]);
  });

  test("a worker that is ended by others leaves nobody waiting", async () => {
    const said = await theirs.page.evaluate(async () => {
      const worker = new Worker("/worker.js");
      const receptive = connect(worker);
      const model = await receptive.model("lenet5");
      const events = model.fit("digits", { optimizer: "adam", epochs: 1 });
      await events.next();
      setTimeout(() => worker.terminate(), 50);
      try {
        for await (const _ of events);
        return "ended";
      } catch (error) {
        return String(error);
      }
    });
    expect(said).toBe("WorkerError: the worker has ended: it was terminated, or ran out of memory");
  });

  test("a file of another version says so", async () => {
    const said = await theirs.page.evaluate(async () => {
      const { port1, port2 } = new MessageChannel();
      new Worker("/worker.js").postMessage({ receptive: 0, port: port2, lock: "old" }, [port2]);
      const answered = new Promise<MessageEvent>((resolve) => {
        port1.onmessage = resolve;
      });
      port1.postMessage({ call: 0, name: "hello", given: {} });
      return (await answered).data.error.message;
    });
    expect(said).toBe(
      "receptive/worker: the page's receptive/client speaks version 0 of the protocol, this worker 1: both must be of one version of the package",
    );
  });

  test("a page that starts the worker's file as its own script is told what it is", async () => {
    const said = await theirs.page.evaluate(async () => {
      const failed = new Promise<string>((resolve) => {
        addEventListener("error", ({ message }) => resolve(message), { once: true });
      });
      document.head.append(Object.assign(document.createElement("script"), { src: "/worker.js" }));
      return failed;
    });
    expect(said).toBe(
      'Uncaught Error: receptive/worker: this is no worker; a page starts one by new Worker(new URL("receptive/worker", import.meta.url), { type: "module" }), and imports receptive/client',
    );
  });
});
