/** `receptive studio`: the site on 127.0.0.1, strict headers, nothing outside its folder, the port free afterwards. */

import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { siteServer } from "../../src/cli/studio-site.js";
import { decodeSafetensors } from "../../src/formats/safetensors.js";
import { encodePng } from "../../src/images/encode-png.js";
import { modelOf } from "../../src/training/checkpoint.js";
import { decodeCheckpoint, load } from "../../src/training/opened-checkpoint.js";
import { isBuilt, receptive, start, temporaryFolder } from "./receptive.js";

interface Answered {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** With a path as it stands: `fetch` would straighten it. */
const ask = (
  port: number,
  path: string,
  { method = "GET", host = `127.0.0.1:${port}` } = {},
): Promise<Answered> =>
  new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, method, headers: { host } }, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    })
      .on("error", reject)
      .end();
  });

describe("the site's server", () => {
  let folder: string;
  let remove: () => Promise<void>;
  let port: number;
  let server: ReturnType<typeof siteServer>;

  beforeAll(async () => {
    ({ folder, remove } = await temporaryFolder());
    const site = join(folder, "site");
    await mkdir(join(site, "assets"), { recursive: true });
    await writeFile(join(site, "index.html"), "<h1>studio</h1>");
    await writeFile(join(site, "embed.html"), "<h1>one view</h1>");
    await writeFile(join(site, "assets/a.js"), "1");
    await writeFile(join(site, "assets/secret.txt"), "no type of ours");
    await writeFile(join(site, ".hidden.js"), "hidden");
    await writeFile(join(folder, "outside.js"), "outside");
    await symlink(join(folder, "outside.js"), join(site, "link.js"));
    server = siteServer(site);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as { port: number }).port;
  });
  afterAll(async () => {
    server.close();
    await remove();
  });

  test("serves pages and assets, each as what it is", async () => {
    const page = await ask(port, "/");
    expect([page.status, page.body, page.headers["content-type"]]).toEqual([
      200,
      "<h1>studio</h1>",
      "text/html; charset=utf-8",
    ]);
    const script = await ask(port, "/assets/a.js?x=1");
    expect([script.status, script.headers["content-type"]]).toEqual([200, "text/javascript; charset=utf-8"]);
    expect(script.headers["cache-control"]).toContain("immutable");
    const head = await ask(port, "/", { method: "HEAD" });
    expect([head.status, head.body, head.headers["content-length"]]).toEqual([200, "", "15"]);
  });

  test("headers are strict, also of the page for slides", async () => {
    const { headers } = await ask(port, "/index.html");
    expect(headers["content-security-policy"]).toBe(
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; require-trusted-types-for 'script'",
    );
    expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
    expect(headers["cross-origin-embedder-policy"]).toBe("require-corp");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["permissions-policy"]).toContain("camera=(self)");
    const embedded = (await ask(port, "/embed.html")).headers;
    expect(embedded["content-security-policy"]).toContain("frame-ancestors *");
    expect(embedded["permissions-policy"]).toContain("camera=()");
  });

  test.each([
    "/../outside.js",
    "/%2e%2e/outside.js",
    "/assets/../../outside.js",
    "/assets/..%2f..%2foutside.js",
    "/..%5coutside.js",
    "//outside.js",
    "/link.js",
    "/.hidden.js",
    "/assets/secret.txt",
    "/assets/",
    "/assets",
    "/none.js",
    "/a%00.js",
    "/%E0%A4%A",
  ])("%s is not served", async (path) => {
    const { status, body } = await ask(port, path);
    expect([status, body]).toEqual([404, "There is no such file.\n"]);
  });

  test("other names and other methods are refused", async () => {
    expect((await ask(port, "/", { host: "evil.example" })).status).toBe(403);
    expect((await ask(port, "/", { host: `localhost:${port}` })).status).toBe(200);
    expect((await ask(port, "/", { method: "POST" })).status).toBe(405);
  });
});

describe.skipIf(!isBuilt)("receptive studio", () => {
  const site = async () => {
    const { folder, remove } = await temporaryFolder();
    const installed = join(folder, "node_modules/receptive-studio");
    await mkdir(join(installed, "dist"), { recursive: true });
    await writeFile(join(installed, "package.json"), '{ "name": "receptive-studio", "version": "0.0.0" }');
    await writeFile(join(installed, "dist/index.html"), "<title>x</title><h1>installed</h1>");
    return { folder, remove };
  };
  const trained = async (folder: string, output: string) => {
    const args = ["train", "--data", "digits", "--limit", "256", "--epochs", "1", "--output", output];
    expect((await receptive(args, { folder })).code).toBe(0);
    return join(folder, output, "checkpoint.safetensors");
  };
  /** Starts it and waits for the line with the address. */
  const serving = async (args: readonly string[], folder: string) => {
    const child = start(["studio", "--no-open", ...args], { folder });
    const line = await new Promise<string>((resolve) =>
      child.stdout!.once("data", (chunk) => resolve(String(chunk))),
    );
    const port = Number(/http:\/\/127\.0\.0\.1:(\d+)\//.exec(line)![1]);
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    return { child, port, ended };
  };
  const isFree = (port: number) =>
    new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once("error", () => resolve(false));
      probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
    });

  test("serves the installed site, and frees its port at Ctrl-C, connections or not", async () => {
    const { folder, remove } = await site();
    const { child, port, ended } = await serving(["--port", "0"], folder);
    expect((await ask(port, "/")).body).toBe("<title>x</title><h1>installed</h1>");
    expect(await isFree(port)).toBe(false);
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(await isFree(port)).toBe(true);
    await remove();
  }, 60_000);

  // Where the site was built in this repository, that one is found.
  test.skipIf(existsSync(new URL("../../studio/dist/index.html", import.meta.url)))(
    "without the site one line says what to install",
    async () => {
      const { folder, remove } = await temporaryFolder();
      const { code, stdout, stderr } = await receptive(["studio", "--no-open"], { folder });
      expect([code, stdout, stderr]).toEqual([
        2,
        "",
        "error: the studio's site is a package of its own, which is not there: npm install receptive-studio\n",
      ]);
      await remove();
    },
    60_000,
  );

  test("a port that is taken, or none, is one clear line", async () => {
    const { folder, remove } = await site();
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as { port: number };
    const refused = await receptive(["studio", "--no-open", "--port", String(port)], { folder });
    expect([refused.code, refused.stderr]).toEqual([
      2,
      `error: port ${port} is taken: leave --port out for a free one\n`,
    ]);
    taken.close();
    for (const wrong of ["-1", "70000", "x", "80.5"]) {
      const { code, stderr } = await receptive(["studio", "--port", wrong], { folder });
      expect([code, stderr.includes("Expected a whole number from 0 to 65535.")], wrong).toEqual([2, true]);
    }
    await remove();
  }, 60_000);

  test("--checkpoint: the page names a network, which lies beside it; the site's folder stays as it was", async () => {
    const { folder, remove } = await site();
    const checkpoint = await trained(folder, "a run’s <b>");
    const { child, port, ended } = await serving(["--port", "0", "--checkpoint", checkpoint], folder);
    const { body } = await ask(port, "/");
    const named = /<meta name="receptive-network" content="([^"]*)" \/>/.exec(body)![1];
    expect(decodeURIComponent(named)).toBe("given/a run’s <b>.safetensors");
    const answer = await fetch(`http://127.0.0.1:${port}/${named}`);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/octet-stream"]);
    expect(Buffer.from(await answer.arrayBuffer()).equals(await readFile(checkpoint))).toBe(true);
    expect((await ask(port, "/given/other.safetensors")).status).toBe(404);
    expect(await readdir(join(folder, "node_modules/receptive-studio/dist"))).toEqual(["index.html"]);
    child.kill("SIGINT");
    await ended;
    for (const [wrong, says] of [
      ["none.safetensors", "none.safetensors: no such file or directory"],
      [folder, "is a directory, expected a file"],
      [join(folder, "node_modules/receptive-studio/package.json"), "package.json"],
    ]) {
      const { code, stdout, stderr } = await receptive(["studio", "--no-open", "--checkpoint", wrong], {
        folder,
      });
      expect([code, stdout, stderr.split("\n").length]).toEqual([code || "not 0", "", 2]);
      expect(stderr).toContain(says);
    }
    await remove();
  }, 60_000);

  test("--export writes the site into a folder, again over an earlier one, and over nothing else", async () => {
    const { folder, remove } = await site();
    const dist = join(folder, "node_modules/receptive-studio/dist");
    await mkdir(join(dist, "assets"));
    await writeFile(join(dist, "assets/a-1.js"), "1");
    await writeFile(join(dist, "embed.html"), "one view");
    await writeFile(
      join(dist, "sw.js"),
      'const site = {"store":"receptive 1","files":["index.html"]};\nrest();\n',
    );
    const checkpoint = await trained(folder, "run");
    const exported = (...args: string[]) => receptive(["studio", "--export", ...args], { folder });
    const first = await exported("out/site", "--checkpoint", checkpoint);
    expect([first.code, first.stdout, first.stderr]).toEqual([
      0,
      "out/site/index.html: the studio with run.safetensors, out/site for any host of static files\n",
      "",
    ]);
    const out = join(folder, "out/site");
    expect((await readdir(out)).sort()).toEqual(["assets", "embed.html", "given", "index.html", "sw.js"]);
    expect(await readFile(join(out, "index.html"), "utf8")).toContain('content="given/run.safetensors"');
    const [list, rest] = (await readFile(join(out, "sw.js"), "utf8")).split("\n");
    expect(list).toContain('"files":["index.html","given/run.safetensors"]');
    expect(list).not.toContain('"receptive 1"');
    expect(rest).toBe("rest();");

    await writeFile(join(out, "CNAME"), "mine");
    await writeFile(join(out, "assets/old-0.js"), "of the site before");
    expect((await exported("out/site")).code).toBe(0);
    expect((await readdir(out)).sort()).toEqual(["CNAME", "assets", "embed.html", "index.html", "sw.js"]);
    expect(await readdir(join(out, "assets"))).toEqual(["a-1.js"]);
    expect(await readFile(join(out, "index.html"), "utf8")).not.toContain("receptive-network");
    expect(await readdir(join(folder, "out"))).toEqual(["site"]);

    await mkdir(join(folder, "mine"));
    await writeFile(join(folder, "mine/index.html"), "my page");
    for (const [args, says, status = 2] of [
      [["mine"], "error: --export mine: holds index.html, which is not of the studio: name another folder\n"],
      [["mine/index.html"], "error: --export mine/index.html: is a file, not a directory\n"],
      [
        ["node_modules/receptive-studio/dist/mine"],
        "error: --export node_modules/receptive-studio/dist/mine: is within the installed studio, which stays as it is: name another folder\n",
      ],
      [["new", "--port", "80"], "error: --export writes the site and serves nothing: leave --port out\n"],
      [["new", "--checkpoint", "none"], "error: none: no such file or directory\n", 1],
    ] as const) {
      const { code, stdout, stderr } = await exported(...args);
      expect([code, stdout, stderr]).toEqual([status, "", says]);
    }
    expect(await readFile(join(folder, "mine/index.html"), "utf8")).toBe("my page");
    expect(existsSync(join(folder, "new"))).toBe(false);
    await remove();
  }, 60_000);

  test("--data: pictures of a folder lie beside the page, class by class; the digits need none", async () => {
    const { folder, remove } = await site();
    for (const [label, name] of ["cats", "dogs"].entries()) {
      await mkdir(join(folder, "pets", name), { recursive: true });
      for (let i = 0; i < 10; i++)
        await writeFile(
          join(folder, "pets", name, `${i}.png`),
          encodePng({
            width: 32,
            height: 32,
            channels: 3,
            pixels: new Uint8Array(32 * 32 * 3).fill(200 * label + i),
          }),
        );
    }
    const { child, port, ended } = await serving(["--port", "0", "--data", "folder:pets"], folder);
    const { body } = await ask(port, "/");
    const place = /<meta name="receptive-data" content="([^"]*)" \/>/.exec(body)![1];
    const answer = await fetch(`http://127.0.0.1:${port}/${place}`);
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
    const { tensors, metadata } = decodeSafetensors(new Uint8Array(await answer.arrayBuffer()), "given");
    expect(JSON.parse(metadata.classes)).toEqual(["cats", "dogs"]);
    const [images, labels] = [tensors.get("images")!, tensors.get("labels")!];
    expect(images.shape).toEqual([labels.shape[0], 32, 32, 3]);
    // Each picture is of one grey, which says whose it is.
    for (const [i, label] of [...labels.data].entries())
      expect(Math.floor(Number(images.data[i * 32 * 32 * 3]) / 200)).toBe(label);
    child.kill("SIGINT");
    await ended;
    for (const [args, says] of [
      [["--data", "mnsit"], 'error: there is no data set "mnsit"'],
      [
        ["--data", "digits", "--export", "out"],
        "error: --export writes no pictures: leave --data out, and load them there\n",
      ],
    ] as const) {
      const { code, stderr } = await receptive(["studio", "--no-open", ...args], { folder });
      expect([code, stderr.startsWith(says)], stderr).toEqual([2, true]);
    }
    await remove();
  }, 60_000);

  test("train --watch tells of each step and gives the weights; what it prints stays as it is; Ctrl-C frees the port", async () => {
    const { folder, remove } = await site();
    const train = (...args: string[]) =>
      start(
        ["train", "--data", "digits", "--limit", "256", "--batch-size", "64", "--output", "run", ...args],
        { folder },
      );
    const child = train("--epochs", "400", "--watch", "--no-open", "--port", "0");
    let [printed, told] = ["", ""];
    child.stdout!.on("data", (chunk) => {
      printed += chunk;
    });
    const address = await new Promise<string>((resolve) =>
      child.stderr!.on("data", (chunk) => {
        told += chunk;
        const found = /^Live in the studio: (\S+)\n/.exec(told);
        if (found) resolve(found[1]);
      }),
    );
    const port = Number(new URL(address).port);
    const { body, headers } = await ask(port, "/");
    const place = /<meta name="receptive-live" content="([^"]*)" \/>/.exec(body)![1];
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    expect((await ask(port, "/live/other")).status).toBe(404);
    expect((await ask(port, `/${place}`, { host: "evil.example" })).status).toBe(403);

    const stream = await fetch(address + place);
    expect([stream.headers.get("content-type"), stream.headers.get("cache-control")]).toEqual([
      "application/x-ndjson; charset=utf-8",
      "no-store",
    ]);
    const lines: { kind: string; [key: string]: unknown }[] = [];
    let weights: Uint8Array | undefined;
    const reading = (async () => {
      let text = "";
      for await (const chunk of stream.body!.pipeThrough(
        new TextDecoderStream() as never,
      ) as unknown as AsyncIterable<string>) {
        const all = (text + chunk).split("\n");
        text = all.pop()!;
        for (const line of all) {
          const said = JSON.parse(line);
          lines.push(said);
          if (said.kind === "end") return; // and leaves
          if (said.kind === "network")
            weights = new Uint8Array(await (await fetch(`${address}live/network.safetensors`)).arrayBuffer());
          // When some steps were seen, as a person does it, and once: a second one ends the process where it stands.
          if (said.kind === "steps" && said.from > 40 && weights && !child.killed) child.kill("SIGINT");
        }
      }
    })();
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    await reading;
    expect(code).toBe(130);
    expect(await isFree(port)).toBe(true);
    expect(lines.at(-1)).toEqual({ kind: "end", reason: "stopped" });
    // Losses and weights are those of the checkpoint, which training was ended with.
    const { training, weights: saved } = await load(join(folder, "run/checkpoint.safetensors"));
    const given = decodeCheckpoint(weights!, "given");
    expect(given.training!.totalSteps).toBe(training!.totalSteps);
    for (const [name, { data }] of saved) expect(given.weights.get(name)!.data).toEqual(data);
    const losses: number[] = [];
    for (const { kind, from = 0, losses: some } of lines)
      if (kind === "begin" || kind === "steps")
        losses.splice(from as number, Number.POSITIVE_INFINITY, ...(some as number[]));
    expect(losses).toHaveLength(training!.totalSteps);
    for (const [i, loss] of losses.entries()) expect(loss).toBeCloseTo(training!.history.losses[i], 4);
    // But for its first line.
    expect(told).toMatch(/^Live in the studio: \S+\nTraining lenet5 /);
    expect(told).toContain(
      "Stopped, and saved. To go on: npx receptive train --resume run/checkpoint.safetensors\n",
    );
    expect(printed).toBe("");

    const refused = await receptive(["train", "--data", "digits", "--port", "80"], { folder });
    expect([refused.code, refused.stderr]).toEqual([
      2,
      "error: --port is about the studio of --watch: give both, or neither\n",
    ]);
    await remove();
  }, 60_000);

  const data = process.env.RECEPTIVE_DATA ?? "";
  const weights = join(data, "pretrained/SqueezeNet_fp16.onnx");
  test.skipIf(!data || !existsSync(weights))(
    "--squeezenet: weights under any names lie beside the page as a checkpoint, whose size it says (skipped without RECEPTIVE_DATA/pretrained)",
    async () => {
      const { folder, remove } = await site();
      const exported = (path: string) =>
        receptive(["studio", "--export", "out", "--squeezenet", path], { folder });
      const { code, stderr } = await exported(weights);
      expect([code, stderr]).toEqual([0, ""]);
      const bytes = await readFile(join(folder, "out/given/squeezenet1_1.safetensors"));
      const licence = await readFile(join(folder, "out/given/squeezenet1_1.safetensors.LICENSE.txt"), "utf8");
      expect(licence).toContain("Redistributions in binary form must reproduce");
      expect(await readFile(join(folder, "out/index.html"), "utf8")).toContain(
        `<meta name="receptive-squeezenet" content="given/squeezenet1_1.safetensors ${bytes.length}" />`,
      );
      const model = modelOf(decodeCheckpoint(bytes, "squeezenet"));
      expect([model.name, model.inputShape]).toEqual(["squeezenet1_1", [224, 224, 3]]);
      const other = await exported(join(folder, "node_modules/receptive-studio/package.json"));
      expect([other.code, other.stderr.split("\n").length]).toEqual([1, 2]);
      expect(other.stderr).toContain("package.json");
      await remove();
    },
    60_000,
  );
});
