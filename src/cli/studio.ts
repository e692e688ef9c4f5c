/** The studio in the browser, from this machine. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { basename, dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { UsageError } from "../door/usage-error.js";
import { inWords } from "../platform/node-file-error.js";
import { load } from "../training/checkpoint.js";
import { checkpointFile } from "./checkpoints.js";
import { exitCodes } from "./failure.js";
import { interruption } from "./interruption.js";
import { type BroughtNetwork, exportSite } from "./studio-export.js";
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
    .option("--checkpoint <path>", "of a trained network, which the studio opens")
    .option("--export <folder>", "writes the site there, with that network, for any host of static files")
    .addHelpText(
      "after",
      `
The site is the package receptive-studio. Ctrl-C ends it.

Examples:
  $ receptive studio
  $ receptive studio --checkpoint runs/lenet5-digits/checkpoint.safetensors
  $ receptive studio --checkpoint runs/lenet5-digits/checkpoint.safetensors --export site`,
    )
    .action(run);
}

interface Asked {
  port?: number;
  open: boolean;
  checkpoint?: string;
  export?: string;
}

async function run({ port: asked, open, checkpoint, export: folder }: Asked): Promise<void> {
  if (folder !== undefined && asked !== undefined)
    throw new UsageError("--export writes the site and serves nothing: leave --port out");
  const site = siteFolder();
  const network = checkpoint === undefined ? undefined : await networkAt(checkpoint);
  if (folder !== undefined) {
    await exportSite(site, folder, network);
    console.log(
      `${join(folder, "index.html")}: the studio${network ? ` with ${network.name}` : ""}, ${folder} for any host of static files`,
    );
    return;
  }
  const server = siteServer(site, network);
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

/** @throws where it is no checkpoint, or its network cannot be made */
async function networkAt(path: string): Promise<BroughtNetwork> {
  const bytes = await inWords(path, () => readFile(path));
  await load(path);
  // All runs call theirs the same: the folder's name says more.
  const name = basename(path) === checkpointFile ? basename(dirname(resolve(path))) : basename(path);
  return { name: extname(name) === ".safetensors" ? name : `${name}.safetensors`, bytes };
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
