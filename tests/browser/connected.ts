/** A page with the light client, and what it does with a fresh worker. */
import { existsSync, readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { checkpointOf, encodeCheckpoint, nn } from "../../src/index.js";
import type { Connect } from "./client-page.js";
import { type OpenedPage, openPage } from "./open-page.js";

/** What the page's module left there. */
declare const connect: Connect;

export type Receptive = ReturnType<Connect>;

const file = new URL("../../dist/worker.js", import.meta.url);
const script = (content: string | Uint8Array) => ({ type: "text/javascript", content: Buffer.from(content) });

export const net = nn.sequential("net", nn.flatten(), nn.dense(3));
net.build([2, 2, 1], { seed: 1 });
export const checkpoint = encodeCheckpoint(
  await checkpointOf(net, { input: [2, 2, 1], data: { name: "d", classes: ["a", "b", "c"] } }),
);

/**
 * For the tests of a file.
 * @param scripts  what else the server has, by its path
 */
export function connected(scripts: Readonly<Record<string, string>> = {}) {
  let opened: OpenedPage;
  beforeAll(async () => {
    opened = await openPage(["client-page.ts", "own-worker.ts"], {
      "/worker.js": script(existsSync(file) ? readFileSync(file) : ""),
      "/silent.js": script("self.onmessage = () => {};"),
      "/broken.js": script("throw new TypeError('of somebody');"),
      ...Object.fromEntries(Object.entries(scripts).map(([path, text]) => [path, script(text)])),
      "/isolating.html": {
        type: "text/html",
        content: Buffer.from(
          '<!doctype html><head><script src="isolate.js"></script></head><script type="module" src="/client-page.js"></script>',
        ),
      },
      "/net.safetensors": { type: "application/octet-stream", content: checkpoint },
    });
  }, 120_000);
  afterAll(() => opened?.close());
  return {
    get page(): Page {
      return opened.page;
    },
    open: (headers: Record<string, string>, path = "/"): Promise<Page> => opened.open(headers, path),
    /** What is thrown comes back as its class, name and text. */
    attempt: (
      act: (receptive: Receptive) => unknown,
      { worker = "/worker.js", page = opened.page } = {},
    ): Promise<unknown> =>
      page.evaluate(
        async ({ text, worker }) => {
          const receptive = connect(new Worker(worker, { type: "module" }));
          try {
            return await new Function(`return (${text})`)()(receptive);
          } catch (error) {
            const { constructor: kind, name, message, stack } = error as Error;
            return {
              constructor: kind.name,
              name,
              message,
              fromWorker: /worker\.js/.test(stack ?? ""),
            };
          } finally {
            await receptive.terminate();
          }
        },
        { text: String(act), worker },
      ),
  };
}
