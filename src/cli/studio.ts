/** The studio in the browser, from this machine. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { UsageError } from "../door/usage-error.js";
import { exitCodes } from "./failure.js";
import { interruption } from "./interruption.js";
import { siteServer } from "./studio-site.js";
import { port } from "./values.js";

const usualPort = 4880;

export function studioCommand(program: Command): void {
  program
    .command("studio")
    .description(
      "convolution, pooling and gradients in the browser, number by number; for this machine alone",
    )
    .option("--port <number>", `the port; if left out ${usualPort}, or a free one where it is taken`, port)
    .option("--no-open", "only print the address")
    .addHelpText(
      "after",
      "\nThe site is the package receptive-studio. Ctrl-C ends it.\n\nExample:\n  $ receptive studio",
    )
    .action(run);
}

async function run({ port: asked, open }: { port?: number; open: boolean }): Promise<void> {
  const server = siteServer(siteFolder());
  await listening(server, asked);
  const { port } = server.address() as AddressInfo;
  const address = `http://127.0.0.1:${port}/`;
  console.log(`Receptive Studio: ${address}   (Ctrl-C ends it)`);
  if (open) openBrowser(address);
  const { signal, exitCode, release } = interruption();
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  // Browsers keep connections open: the port is free at once.
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  release();
  process.exitCode = exitCode() || exitCodes.done;
}

/** Where the built site is: the package beside this one or in the project at hand, or this repository's own build. */
function siteFolder(): string {
  const here = fileURLToPath(import.meta.url);
  for (const from of [join(process.cwd(), "x.js"), here])
    try {
      const site = join(dirname(createRequire(from).resolve("receptive-studio/package.json")), "dist");
      if (existsSync(join(site, "index.html"))) return site;
    } catch {
      // Not installed there.
    }
  const built = join(dirname(here), "../../studio/dist");
  if (existsSync(join(built, "index.html"))) return built;
  throw new UsageError(
    "the studio's site is a package of its own, which is not there: npm install receptive-studio",
  );
}

/** @throws where the port that was asked for is taken; the usual one gives way to a free one */
async function listening(server: ReturnType<typeof siteServer>, asked: number | undefined): Promise<void> {
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        server.off("error", reject);
        resolve();
      });
    });
  try {
    await listen(asked ?? usualPort);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE" && asked === undefined) await listen(0);
    else if (code === "EADDRINUSE")
      throw new UsageError(`port ${asked} is taken: leave --port out for a free one`);
    else if (code === "EACCES")
      throw new UsageError(`port ${asked} is not allowed here: take one above 1023`);
    else throw error;
  }
}

/** With what the system opens addresses; where it has nothing, the printed address is there. */
function openBrowser(address: string): void {
  const [command, ...args] =
    process.platform === "darwin"
      ? ["open", address]
      : process.platform === "win32"
        ? ["cmd", "/c", "start", "", address]
        : ["xdg-open", address];
  spawn(command, args, { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}
