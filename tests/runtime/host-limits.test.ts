import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { isBuilt } from "./endings.js";

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const isWasm = process.env.RECEPTIVE_TARGET === "wasm";
const cores = availableParallelism();

/** A program's line of JSON, under limits that a shell sets: `ulimit -v 2000000`. */
function under(
  limit: string,
  program: string,
  { options = [], args = [], environment = {} }: Partial<Settings> = {},
): Promise<Record<string, unknown>> {
  const command = [process.execPath, ...options, pathOf(program), ...args].map((part) => `'${part}'`);
  return new Promise((resolve, reject) => {
    execFile(
      "bash",
      ["-c", `${limit || "true"}; exec ${command.join(" ")}`],
      { timeout: 120_000, killSignal: "SIGKILL", env: { ...process.env, ...environment } },
      (error, stdout, stderr) => {
        if (error) reject(new Error(`${error.killed ? "it hung" : error.message}\n${stderr}`));
        else resolve(JSON.parse(stdout));
      },
    );
  });
}

interface Settings {
  options: string[];
  args: string[];
  environment: Record<string, string>;
}

/** V8 takes 10 GB of addresses for a WebAssembly memory, unless it is told not to. */
const fewAddresses = isWasm ? ["--disable-wasm-trap-handler"] : [];
const fewer = (threads: number, wanted: number) =>
  `${threads === 1 ? "one thread" : `${threads} threads`} instead of ${wanted}, because the limit of addresses (ulimit -v) leaves no room for more`;

describe.skipIf(!isBuilt || process.platform !== "linux")("where the host has limits", () => {
  test.each([1.5, 2, 3, 5, 8].flatMap((gigabytes) => [1, 2, 4].map((threads) => ({ gigabytes, threads }))))(
    "ulimit -v of $gigabytes GB, $threads threads",
    { timeout: 120_000 },
    async ({ gigabytes, threads }) => {
      const limit = `ulimit -v ${gigabytes * 1e6}`;
      const result = await under(limit, "computing.mjs", { options: fewAddresses, args: [String(threads)] });
      const got = result.threads as number;
      expect(got).toBeLessThanOrEqual(threads);
      if (gigabytes >= 3) expect(got).toBe(threads);
      expect(result).toMatchObject({ value: 512, reasons: got < threads ? [fewer(got, threads)] : [] });
    },
  );

  test.skipIf(!isWasm)("ulimit -v below what V8 takes for WebAssembly: one sentence", async () => {
    expect(await under("ulimit -v 5000000", "computing.mjs")).toEqual({
      error:
        "DeviceError: nothing can be computed here: WebAssembly gets no memory within the limit of addresses (ulimit -v): it takes 10 GB of them, unless Node runs with --disable-wasm-trap-handler",
    });
  });

  test("a limit of data (ulimit -d) is none of addresses", async () => {
    const result = await under("ulimit -d 2000000", "computing.mjs", { args: ["4"] });
    expect(result).toMatchObject({ value: 512, threads: 4, reasons: [] });
  });

  test.skipIf(cores === 1)("few file handles: one thread, and why", async () => {
    const result = await under("ulimit -n 20", "computing.mjs", { args: ["2"] });
    expect(result).toMatchObject({ value: 512, threads: 1 });
    expect(result.reasons).toEqual([
      "one thread, because threads cannot be started: Worker initialization failure: EMFILE (ERR_WORKER_INIT_FAILED)",
    ]);
  });

  test("Node's permission model: one thread, WebAssembly, and why", async () => {
    const permission = process.allowedNodeEnvironmentFlags.has("--permission")
      ? "--permission"
      : "--experimental-permission";
    const result = await under("", "computing.mjs", {
      options: [permission, "--allow-fs-read=*"],
      args: ["2"],
      environment: { RECEPTIVE_TARGET: isWasm ? "wasm" : "" },
    });
    expect(result).toMatchObject({ value: 512, threads: 1, target: "wasm" });
    expect((result.reasons as string[]).at(-1)).toBe(
      "one thread, because Node's permission model forbids workers; --allow-worker allows them",
    );
    if (!isWasm)
      expect((result.reasons as string[])[0]).toBe(
        "WebAssembly instead of machine code, because koffi cannot be loaded: Cannot load native addon because loading addons is disabled.",
      );
  });

  test("node --jitless has no WebAssembly: machine code, or one sentence", async () => {
    const result = await under("", "computing.mjs", { options: ["--jitless"] });
    if (!isWasm) expect(result).toMatchObject({ value: 512 });
    else
      expect(result).toEqual({
        error:
          "DeviceError: nothing can be computed here: this JavaScript engine has no WebAssembly (Node has none under --jitless)",
      });
  });

  test.each([0, 60])(
    "threads that somebody terminates after %i ms leave one, and right numbers",
    {
      timeout: 120_000,
    },
    async (ms) => {
      const result = await under("", "losing-threads.mjs", { args: [String(ms)] });
      expect(result.threads).toBe(1);
      expect((result.reasons as string[])[0]).toMatch(
        /^one thread, because (threads cannot be started|a thread has ended): it ended with code 1$/,
      );
      // WebAssembly is stopped where it stands; machine code comes to the end of its program.
      for (const error of result.errors as string[])
        expect(error).toBe(
          "DeviceError: a thread has ended: it ended with code 1, in the middle of a step: variables that it changes may be half changed; one thread goes on",
        );
      if (!isWasm) expect(result).toMatchObject({ done: 60, errors: [] });
    },
  );
});
