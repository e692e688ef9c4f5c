/** The room Train: a network is trained in the tab, reads what is drawn, goes back, and comes from and goes to files. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import axe from "axe-core";
import { strToU8, unzipSync, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeSafetensors } from "../../src/formats/safetensors.js";
import { encodeImage } from "../../src/images/index.js";
import { builtSite, missing, phone, type Site } from "./built-site.js";
import { downloaded, drawSeven, headline, ready } from "./training.js";

const cli = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const run = promisify(execFile);

describe.skipIf(missing)(`Train ${missing}`, () => {
  let site: Site;
  let folder: string;
  beforeAll(async () => {
    site = await builtSite();
    folder = await mkdtemp(join(tmpdir(), "receptive-train-"));
  }, 120_000);
  afterAll(async () => {
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Numbers by name, to the last bit. */
  async function arraysOf(path: string): Promise<Map<string, string>> {
    const { tensors } = decodeSafetensors(new Uint8Array(await readFile(path)), path);
    return new Map(
      [...tensors].map(([name, { data }]) => [
        name,
        Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength).toString("base64"),
      ]),
    );
  }

  const lossesIn = async (path: string): Promise<number[]> => [
    ...(decodeSafetensors(new Uint8Array(await readFile(path)), path).tensors.get("training/losses")!
      .data as Float32Array),
  ];

  test("from Home to 95 % and a 7 that is read in five actions; back and branched, to the command line and from it, bit for bit", async () => {
    const { page, faults } = await site.open("#/");
    const begun = performance.now();
    await page.getByRole("link", { name: "Train a network" }).click();
    await ready(page);
    await page.getByRole("button", { name: "all", exact: true }).click();
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByRole("button", { name: "3 epochs more" }).waitFor({ timeout: 90_000 });
    await page.getByText("of 2,000 unseen pictures").waitFor();
    expect(Number(/reads ([\d.]+)/.exec(await headline(page))?.[1])).toBeGreaterThanOrEqual(95);
    await drawSeven(page);
    await page
      .getByText(/Your drawing is read as 7/)
      .first()
      .waitFor();
    expect((performance.now() - begun) / 1000).toBeLessThan(120);
    expect(new URL(page.url()).hash).toContain("draw=");

    // The state of the whole room, with results, has no fault that axe finds.
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() =>
      (globalThis as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ["violations"] }),
    );
    expect(violations.map(({ id, nodes }) => `${id} ${nodes[0].html.slice(0, 200)}`)).toEqual([]);

    const first = await downloaded(page, "save the checkpoint", folder);
    expect(first).toContain("lenet5-digits-step282");

    // Back to a step that was kept, and on from there: the same numbers again.
    const history = page.getByRole("slider", { name: "History" });
    await history.evaluate((input: HTMLInputElement) => {
      input.value = "270";
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await page.locator("h1").getByText("Back at step").waitFor();
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("button", { name: /run 2, from step/ }).waitFor();
    await page.getByRole("button", { name: "3 epochs more" }).waitFor({ timeout: 60_000 });
    const again = await downloaded(page, "save the checkpoint", folder, "again.safetensors");
    expect(await arraysOf(again)).toEqual(await arraysOf(first));

    // The command line goes on with it where it stopped. (Its numbers are those of its own machine: with a fused
    // multiply-add, which this browser's WebAssembly has and Node 20's has not, sums differ in their last bits.)
    const there = join(folder, "cli");
    await run(process.execPath, [cli, "train", "--resume", first, "--epochs", "4", "--output", there]);
    const fromCli = join(there, "checkpoint.safetensors");
    const [before, after] = [await lossesIn(first), await lossesIn(fromCli)];
    expect([before.length, after.length]).toEqual([282, 376]);
    expect(after.slice(0, 282)).toEqual(before);

    // And what the command line wrote is opened, and saved again as it was.
    await page.locator('.files input[type="file"]').setInputFiles(fromCli);
    await page.getByText("checkpoint.safetensors is open, at step 376.").waitFor();
    const back = await downloaded(page, "save the checkpoint", folder, "back.safetensors");
    expect(await arraysOf(back)).toEqual(await arraysOf(fromCli));
    expect(faults).toEqual([]);
    await page.context().close();
  }, 240_000);

  test("a worker that ends loses at most the steps since its last snapshot; the training goes on by itself", async () => {
    const { page, faults } = await site.open("#/train");
    await ready(page);
    await page.getByRole("button", { name: "Start" }).click();
    await page.waitForFunction(
      () => Number(/Step (\d+)/.exec(document.querySelector("h1")?.textContent ?? "")?.[1]) > 20,
    );
    await page.waitForTimeout(4500);
    const before = Number(/Step (\d+)/.exec(await headline(page))?.[1]);
    const worker = page.workers().find((one) => one.url().includes("worker-"));
    await worker!.evaluate(() => (globalThis as unknown as { close(): void }).close());
    const said = page.getByText("The engine ended and was started again from step");
    await said.waitFor({ timeout: 40_000 });
    const from = Number(/from step (\d+)/.exec((await said.textContent()) ?? "")?.[1]);
    expect(from).toBeGreaterThan(0);
    // 25 steps a second.
    expect(before - from).toBeLessThanOrEqual(25 * 5);
    await page.waitForFunction(
      (least) => Number(/Step (\d+)/.exec(document.querySelector("h1")?.textContent ?? "")?.[1]) > least,
      from + 2,
      { timeout: 30_000 },
    );
    expect(faults).toEqual([]);
    await page.context().close();
  }, 120_000);

  /** Crosses and squares of all places and sizes, two folders of PNGs. */
  async function shapes(): Promise<Record<string, Uint8Array>> {
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 24; i++) {
      const [top, left, size] = [4 + (i % 5), 3 + ((i * 3) % 7), 10 + (i % 6)];
      for (const kind of ["cross", "square"]) {
        const pixels = new Uint8Array(28 * 28);
        for (let k = 0; k < size; k++)
          for (const [y, x] of kind === "cross"
            ? [
                [k, k],
                [k, size - 1 - k],
              ]
            : [
                [0, k],
                [k, 0],
                [size - 1, k],
                [k, size - 1],
              ])
            pixels[(top + y) * 28 + left + x] = 255;
        files[`shapes/${kind}/${i}.png`] = await encodeImage(
          { width: 28, height: 28, channels: 1, pixels },
          "png",
        );
      }
    }
    return files;
  }

  test("pictures of one's own are learned, what is no picture gets a sentence, and a project brings all of it back", async () => {
    const { page, faults } = await site.open("#/train");
    await ready(page);
    await page.getByRole("button", { name: "my pictures" }).click();
    await page.getByText("There are no pictures of yours yet").waitFor();
    const archive = join(folder, "shapes.zip");
    const made = await shapes();
    await writeFile(
      archive,
      zipSync({
        ...made,
        "shapes/square/notes.png": strToU8("no picture"),
        "shapes/square/empty.png": new Uint8Array(),
        "shapes/square/cut.png": made["shapes/square/1.png"].slice(0, 60),
        "lonely.png": made["shapes/square/2.png"],
        ".DS_Store": strToU8("x"),
      }),
    );
    await page.locator('.take input[accept*=".zip"]').setInputFiles(archive);
    await page.getByText("notes.png is text, not a picture.").waitFor();
    await page.getByText("empty.png is empty, not a picture.").waitFor();
    await page.getByText(/cut\.png: .*not a picture that can be read/).waitFor();
    await page.getByText("lonely.png lies in no folder").waitFor();
    await page.getByText("48 other pictures were taken.").waitFor();
    await page.getByText("40 pictures to learn from, 8 kept apart, 2 classes").waitFor();
    // The last word follows the classes.
    await page.waitForFunction(() => location.hash.includes("-d2"));
    await page.getByLabel("pictures a step").fill("8");
    await page.keyboard.press("Enter");
    await page.getByLabel("epochs", { exact: true }).fill("12");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "all", exact: true }).click();
    await page.locator(".drive .first:not(:disabled)").waitFor();
    await page.getByRole("button", { name: "Start" }).click();
    await page.locator("h1").getByText("Step 60 of 60").waitFor({ timeout: 60_000 });
    await page.locator("h1").getByText("100.0 % of 8 unseen pictures").waitFor();
    const before = await downloaded(page, "save the checkpoint", folder, "shapes.safetensors");
    const project = await downloaded(page, "save the project", folder);
    const entries = Object.keys(unzipSync(await readFile(project)));
    expect(entries.filter((name) => name.endsWith(".png"))).toHaveLength(48);
    const steps = entries.filter((name) => name.startsWith("history/"));
    expect([steps.length, steps[0], steps.at(-1)]).toEqual([
      32,
      "history/000000.safetensors",
      expect.stringMatching(/5[89]/),
    ]);
    await page.getByText("It weighs").waitFor();

    await page.reload();
    await page.locator("main h1").waitFor();
    await page.locator('.files input[type="file"]').setInputFiles(project);
    await page.getByText(/receptive is open, at step 60/).waitFor();
    await page.locator("h1").getByText("100.0 % of 8 unseen pictures").waitFor();
    await page.getByText("40 pictures to learn from, 8 kept apart, 2 classes").waitFor();
    const after = await downloaded(page, "save the checkpoint", folder, "after.safetensors");
    expect(await arraysOf(after)).toEqual(await arraysOf(before));
    // The way there has come along: back to a step of it, and on to the same numbers.
    const history = page.getByRole("slider", { name: "History" });
    await history.evaluate((input: HTMLInputElement) => {
      input.value = "31";
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await page
      .locator("h1")
      .getByText(/Back at step (29|3[0-3])/)
      .waitFor();
    await page.getByRole("button", { name: "Go on" }).click();
    await page.locator("h1").getByText("Step 60 of 60").waitFor({ timeout: 60_000 });
    await page.locator("h1").getByText("100.0 % of 8 unseen pictures").waitFor();
    const again = await downloaded(page, "save the checkpoint", folder, "branched.safetensors");
    expect(await arraysOf(again)).toEqual(await arraysOf(before));
    // It goes on, on the pictures that came with it.
    await page.getByRole("button", { name: "one step" }).click();
    await page.locator("h1").getByText("Step 61").waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  }, 120_000);

  test("pictures of one's own outlast a damaged project, another size, and the end of the worker", async () => {
    const { page, faults } = await site.open("#/train?data=mine");
    const archive = join(folder, "kept.zip");
    await writeFile(archive, zipSync(await shapes()));
    await page.locator('.take input[accept*=".zip"]').setInputFiles(archive);
    const counted = (classes: number) =>
      page.getByText(`40 pictures to learn from, 8 kept apart, ${classes} classes`).waitFor();
    await counted(2);
    await ready(page);
    await page.getByRole("button", { name: "one step" }).click();
    await page.locator("h1").getByText("Step 1").waitFor();

    // What the worker has of them is told with each change.
    const add = async (name: string) => {
      await page.getByLabel("A new class").fill(name);
      await page.getByRole("button", { name: "add", exact: true }).last().click();
    };
    const damage = async (name: string, part: RegExp) => {
      const files = unzipSync(await readFile(project));
      const found = Object.keys(files).find((path) => part.test(path))!;
      files[found] = strToU8("nothing of the kind");
      files["project.json"] = strToU8(
        new TextDecoder().decode(files["project.json"]).replace('"square"', '"other"'),
      );
      await writeFile(join(folder, name), zipSync(files));
      await page.locator('.files input[type="file"]').setInputFiles(join(folder, name));
      await page.locator(".files + .failed").getByText(name).waitFor();
    };
    const project = await downloaded(page, "save the project", folder, "kept.receptive");
    await damage("model.receptive", /^model/);
    await damage("history.receptive", /^history/);
    await add("third");
    await counted(3);

    await page.getByRole("button", { name: "32×32 colour" }).click();
    await page.getByText("82,446 weights,").waitFor();
    await counted(3);
    await page.getByRole("button", { name: "28×28 grey" }).click();
    await page.getByText("61,026 weights,").waitFor();
    await ready(page);

    await page.getByRole("button", { name: "one step" }).click();
    await page.locator("h1").getByText("Step 1").waitFor();
    const worker = page.workers().find((one) => one.url().includes("worker-"))!;
    await worker.evaluate(() => {
      setTimeout(() => {
        throw new Error("out of memory");
      });
    });
    await page.getByText("The engine ended and was started again").waitFor({ timeout: 40_000 });
    await add("fourth");
    await counted(4);
    await ready(page);
    expect(faults.filter((fault) => !/out of memory/.test(fault))).toEqual([]);
    await page.context().close();
  }, 120_000);

  test("files that are no network get a sentence each, and what was there stays", async () => {
    const { page, faults } = await site.open("#/train");
    await ready(page);
    const open = async (name: string, bytes: Uint8Array | string) => {
      const path = join(folder, name);
      await writeFile(path, bytes);
      await page.locator('.files input[type="file"]').setInputFiles(path);
      return page.locator(".files + .failed").textContent({ timeout: 10_000 });
    };
    expect(await open("text.safetensors", "hello, hello")).toContain(
      "text.safetensors is text, and no network",
    );
    expect(await open("nothing.receptive", "")).toContain("nothing.receptive is empty.");
    expect(await open("other.receptive", zipSync({ "a.txt": strToU8("a") }))).toContain(
      "is a zip archive and no project",
    );
    expect(
      await open(
        "new.receptive",
        zipSync({ "project.json": strToU8('{"format":9}'), "model.safetensors": strToU8("x") }),
      ),
    ).toContain("is a project of version 9, which is not read here");
    const header = strToU8(JSON.stringify({ a: { dtype: "F32", shape: [1], data_offsets: [0, 4] } }));
    const foreign = new Uint8Array(8 + header.length + 4);
    new DataView(foreign.buffer).setBigUint64(0, BigInt(header.length), true);
    foreign.set(header, 8);
    expect(await open("foreign.safetensors", foreign)).toContain("is no checkpoint of Receptive");
    await page.locator("h1").getByText("61,706 weights at random").waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  }, 60_000);

  test("a rate of 1000 makes the loss NaN: the last good weights are back, and a tenth of the rate goes on", async () => {
    const { page, faults } = await site.open("#/train?lr=1000");
    await ready(page);
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByText("✗ Stopped.").waitFor({ timeout: 30_000 });
    await page
      .locator("h1")
      .getByText(/became (NaN|infinite)/)
      .waitFor();
    await page.getByRole("button", { name: "rate ÷ 10, and go on" }).click();
    await page.waitForFunction(() => location.hash.includes("lr=100"));
    expect(faults).toEqual([]);
    await page.context().close();
  }, 60_000);

  test("a network is taken along: the page in the zip draws and reads without the studio", async () => {
    const { page, faults } = await site.open("#/train");
    await ready(page);
    await page.getByRole("button", { name: "all", exact: true }).click();
    await page.getByRole("button", { name: "Start" }).click();
    await page.waitForFunction(
      () => Number(/Step (\d+)/.exec(document.querySelector("h1")?.textContent ?? "")?.[1]) > 100,
      undefined,
      { timeout: 60_000 },
    );
    await page.getByRole("button", { name: "Pause" }).click();
    const archive = await downloaded(page, "use it", folder);
    await page.context().close();
    const there = join(folder, "used");
    const entries = Object.entries(unzipSync(await readFile(archive)));
    expect(entries.map(([name]) => name).sort()).toEqual([
      "README.md",
      "index.html",
      "model.safetensors",
      "use.js",
      "worker.js",
    ]);
    await mkdir(there, { recursive: true });
    for (const [name, bytes] of entries) await writeFile(join(there, name), bytes);
    const types: Record<string, string> = { html: "text/html", js: "text/javascript" };
    const server = createServer(async (request, response) => {
      const name = request.url === "/" ? "index.html" : (request.url ?? "").slice(1);
      const bytes = await readFile(join(there, name)).catch(() => undefined);
      response.writeHead(bytes ? 200 : 404, {
        "Content-Type": types[name.split(".")[1]] ?? "application/octet-stream",
      });
      response.end(bytes);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const used = await site.browser.newPage();
    await used.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const { x, y } = (await used.locator("canvas").boundingBox())!;
    await used.mouse.move(x + 80, y + 60);
    await used.mouse.down();
    await used.mouse.move(x + 200, y + 60, { steps: 8 });
    await used.mouse.move(x + 125, y + 230, { steps: 8 });
    await used.mouse.up();
    await used.locator("output").getByText("7", { exact: true }).waitFor({ timeout: 30_000 });
    await used.close();
    server.close();
    expect(faults).toEqual([]);
  }, 120_000);

  test("classes from the camera: held, pictures are taken; it is off where nobody looks", async () => {
    const { page, faults } = await site.open("#/train?data=mine");
    for (const name of ["near", "far"]) {
      await page.getByLabel("A new class").fill(name);
      await page.keyboard.press("Enter");
      await page.getByLabel(`Name of the class ${name}`).waitFor();
    }
    await page.getByRole("button", { name: "camera", exact: true }).click();
    await page.waitForFunction(() => (document.querySelector("video")?.readyState ?? 0) >= 2);
    const hold = (name: string) => page.getByRole("button", { name: `Hold to take pictures of ${name}` });
    const counted = (name: string) =>
      page
        .locator("li", { has: page.getByLabel(`Name of the class ${name}`) })
        .locator(".of .caption")
        .textContent();
    await hold("near").hover();
    await page.mouse.down();
    await page.getByText(/near: [5-9] pictures/).waitFor();
    await page.mouse.up();
    await page.waitForFunction(
      () => !/^0$/.test(document.querySelector(".classes .of .caption")!.textContent!),
    );
    // The same by a key.
    await hold("far").focus();
    await page.keyboard.down("Space");
    await page.getByText(/far: [5-9] pictures/).waitFor();
    await page.keyboard.up("Space");
    await page
      .locator("h1")
      .getByText(/weights at random, and \d+ pictures/)
      .waitFor();
    expect(Number(await counted("near"))).toBeGreaterThanOrEqual(5);
    expect(Number(await counted("far"))).toBeGreaterThanOrEqual(5);
    const isLive = await page.evaluateHandle(() => {
      const [track] = (document.querySelector("video")!.srcObject as MediaStream).getTracks();
      return () => track.readyState;
    });
    await page.getByRole("link", { name: "Convolve", exact: true }).click();
    await page.getByRole("grid", { name: "Map", exact: true }).waitFor();
    expect(await isLive.evaluate((state) => state())).toBe("ended");
    expect(faults).toEqual([]);
    await page.context().close();
  }, 60_000);

  test("by keyboard alone: started, paused, stepped, scrubbed, drawn for", async () => {
    const { page, faults } = await site.open("#/train");
    await ready(page);
    // Start has the focus.
    await page.waitForFunction(() => document.activeElement?.textContent?.includes("Start"));
    await page.keyboard.press("Space");
    await page.waitForFunction(
      () => Number(/Step (\d+)/.exec(document.querySelector("h1")?.textContent ?? "")?.[1]) > 12,
    );
    await page.keyboard.press("Space");
    await page.locator(".drive .first").getByText("Go on").waitFor();
    const reach = async (name: RegExp) => {
      for (let i = 0; i < 90; i++) {
        await page.keyboard.press("Tab");
        const label = await page.evaluate(
          () =>
            document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "",
        );
        if (name.test(label)) return;
      }
      throw new Error(`Tab does not come to ${name}`);
    };
    await reach(/^History$/);
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await page.locator("h1").getByText("Back at step").waitFor();
    await page.keyboard.press("End");
    await page.locator("h1").getByText("Back at step").waitFor({ state: "detached" });
    await reach(/^Draw one of/);
    await page.keyboard.press("Space");
    for (let i = 0; i < 4; i++) await page.keyboard.press("Shift+ArrowDown");
    await page.keyboard.press("Space");
    await page
      .getByText(/Your drawing is read as/)
      .first()
      .waitFor();
    await page.keyboard.press("Delete");
    expect(faults).toEqual([]);
    await page.context().close();
  }, 60_000);

  test("a sentence is written: a word that means nothing and one that does not fit are named, the network stays", async () => {
    const { page, faults } = await site.open("#/train");
    await ready(page);
    await page.getByRole("button", { name: "write", exact: true }).click();
    const field = page.getByLabel("The network as a sentence");
    await field.fill("c6k5p2-q-f-d10");
    await page.getByText("“q” is no word here.").waitFor();
    await field.fill("c6k40-f-d10");
    await page.getByText("40 pixels of a filter's edge: 1 to 31 can be had.").waitFor();
    await field.fill("d10-c6k5");
    await page.keyboard.press("Enter");
    await page.getByText(/put flatten\(\) before it/).waitFor();
    await page.getByRole("button", { name: "write", exact: true }).click();
    await field.fill("c8k3p1-b-r-m2-R(c8k3p1-r)-g-d10");
    await page.keyboard.press("Enter");
    await page
      .locator("h1")
      .getByText(/weights at random/)
      .waitFor();
    await page.waitForFunction(() => location.hash.includes("net=c8k3p1-b-r-m2-R"));
    await page.getByText("residual1").waitFor();
    // Undo brings LeNet-5 back.
    await page.locator("h1").click();
    await page.keyboard.press("Control+z");
    await page.keyboard.press("Control+z");
    await page.locator("h1").getByText("61,706 weights at random").waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  }, 60_000);

  test("on a phone: four parts, nothing wider than the page, and it trains", async () => {
    const { page, faults } = await site.open("#/train", phone);
    await ready(page);
    await page.getByRole("button", { name: "Start" }).tap();
    await page.waitForFunction(
      () => Number(/Step (\d+)/.exec(document.querySelector("h1")?.textContent ?? "")?.[1]) > 8,
    );
    await page.getByRole("button", { name: "Pause" }).tap();
    for (const name of ["Data", "Network", "Results", "Run"]) {
      await page.getByRole("button", { name, exact: true }).tap();
      await page.waitForTimeout(200);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(390);
    }
    expect(faults).toEqual([]);
    await page.context().close();
  }, 60_000);
});
