/**
 * How fast LeNet-5 trains in the studio's tab, and in Node by the same target: `npm run bench:tab`. The site as it is
 * built, from the server that ships it, in Chromium; alternately with Node, with as many threads. Pictures a second are
 * those between two steps of a training that is under way; of the tab, also its longest tasks on the main thread
 * meanwhile: none of more than 50 ms is what a page needs to stay at hand.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";
import { siteServer } from "../dist/cli/studio-site.js";
import { configure, data, fit, losses, models, optim } from "../dist/index.js";
import { median } from "./measure/statistics.js";

const epochs = 10;
/** Steps between which the time is taken: everything is compiled, and half of the training is to come. */
const [from, to] = [100, 600];
const batch = 128;
const rounds = 3;

interface Rate {
  readonly imagesPerSecond: number;
  readonly threads: number;
  /** Milliseconds, the longest first. */
  readonly tasks?: readonly number[];
}

/** In a process of its own: `node tab.js node THREADS`. */
async function inNode(threads: number): Promise<Rate> {
  await configure({ threads });
  const { train } = await data.digits();
  const model = models.lenet5({ classes: 10 });
  model.build(train.shape, { seed: 1 });
  let [steps, begun] = [0, 0];
  for await (const event of fit(model, train, {
    loss: losses.crossEntropy(),
    optimizer: optim.sgd({ lr: 0.05, momentum: 0.9 }),
    epochs,
    batchSize: batch,
    seed: 1,
  })) {
    if (event.kind !== "step") continue;
    if (++steps === from) begun = performance.now();
    if (steps === to) break;
  }
  return { imagesPerSecond: rateOf(performance.now() - begun), threads };
}

const rateOf = (milliseconds: number): number => (1000 * batch * (to - from)) / milliseconds;

/** The page is told by its server that it may have threads; where it is not told so, it has one. */
async function inTab(page: Page, address: string, threads: number): Promise<Rate> {
  if (threads === 1)
    await page.context().route("**/*", async (route) => {
      const response = await route.fetch();
      const headers = { ...response.headers() };
      delete headers["cross-origin-embedder-policy"];
      await route.fulfill({ response, headers });
    });
  await page.goto(`${address}#/train?epochs=${epochs}`);
  await page.locator(".drive .first:not(:disabled)").waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "all", exact: true }).click();
  await page.evaluate(() => {
    const tasks: number[] = [];
    Object.assign(globalThis, { tasks });
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map((one) => one.duration))).observe({
      type: "longtask",
    });
  });
  await page.getByRole("button", { name: "Start" }).click();
  const reached = (step: number) =>
    page
      .waitForFunction(
        (least) => {
          const at = Number(
            /Step ([\d,]+)/.exec(document.querySelector("h1")?.textContent ?? "")?.[1].replace(",", ""),
          );
          return at >= least ? [at, performance.now()] : false;
        },
        step,
        { timeout: 120_000, polling: "raf" },
      )
      .then((found) => found.jsonValue() as Promise<[step: number, time: number]>);
  const [[first, begun], [last, ended]] = [await reached(from), await reached(to)];
  const said = (await page.locator(".pace").textContent()) ?? "";
  const tasks = await page.evaluate(() => (globalThis as unknown as { tasks: number[] }).tasks);
  return {
    imagesPerSecond: (1000 * batch * (last - first)) / (ended - begun),
    threads: Number(/(\d+) threads?/.exec(said)?.[1]),
    tasks: tasks.sort((a, b) => b - a),
  };
}

async function compared(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "receptive-tab-"));
  const { buildSite } = (await import(new URL("../studio/build/site.mjs", import.meta.url).href)) as {
    buildSite(folder: string): Promise<void>;
  };
  await buildSite(folder);
  const server = siteServer(folder);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser = await chromium.launch({
    executablePath: process.env.RECEPTIVE_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });
  console.log(
    `LeNet-5 on digits, batches of ${batch}, load ${loadavg()[0].toFixed(1)}, Chromium ${browser.version()}, Node ${process.version}`,
  );
  try {
    for (const threads of new Set([1, Math.min(2, availableParallelism())])) {
      const rates: { tab: Rate[]; node: Rate[] } = { tab: [], node: [] };
      for (let round = 0; round < rounds; round++) {
        const context = await browser.newContext({
          serviceWorkers: "block",
          viewport: { width: 1440, height: 900 },
        });
        rates.tab.push(await inTab(await context.newPage(), address, threads));
        await context.close();
        const { stdout } = spawnSync(
          process.execPath,
          [fileURLToPath(import.meta.url), "node", `${threads}`],
          {
            encoding: "utf8",
            stdio: ["ignore", "pipe", "inherit"],
            env: { ...process.env, RECEPTIVE_TARGET: "wasm" },
          },
        );
        rates.node.push(JSON.parse(stdout));
      }
      const [tab, node] = [rates.tab, rates.node].map((of) => median(of.map((one) => one.imagesPerSecond)));
      const long = rates.tab.flatMap(({ tasks }) => tasks ?? []).sort((a, b) => b - a);
      console.log(
        `${threads} ${threads === 1 ? "thread " : "threads"}  tab ${tab.toFixed(0)} images/s (it has ${rates.tab[0].threads})  Node ${node.toFixed(0)}  ${((100 * tab) / node).toFixed(0)} %  ` +
          `tasks over 50 ms in ${rounds} trainings: ${long.length}${long.length > 0 ? `, the longest ${long[0].toFixed(0)} ms` : ""}`,
      );
    }
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[2] === "node") console.log(JSON.stringify(await inNode(Number(process.argv[3]))));
else await compared();
