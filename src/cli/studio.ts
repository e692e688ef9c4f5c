/** The studio in the browser, from this machine. */
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { basename, dirname, extname, join, resolve } from "node:path";
import type { Command } from "commander";
import { UsageError } from "../door/usage-error.js";
import { loadWeights } from "../models/load-weights.js";
import { squeezenet as squeezenetOf } from "../models/squeezenet.js";
import { inWords } from "../platform/node-file-error.js";
import { checkpointOf, encodeCheckpoint } from "../training/checkpoint.js";
import { load } from "../training/opened-checkpoint.js";
import { checkpointFile } from "./checkpoints.js";
import { exitCodes } from "./failure.js";
import { interruption } from "./interruption.js";
import { squeezenetLicence } from "./squeezenet-licence.js";
import { dataFor } from "./studio-data.js";
import { type BroughtNetwork, exportSite } from "./studio-export.js";
import { closed, listening, openBrowser, siteFolder, usualPort } from "./studio-server.js";
import { besideOf, siteServer } from "./studio-site.js";
import { port } from "./values.js";

export function studioCommand(program: Command): void {
  program
    .command("studio")
    .description(
      "the lectures in the browser: numbers by hand, networks trained and looked into; for this machine alone",
    )
    .option("--port <number>", `the port; if left out ${usualPort}, or a free one where it is taken`, port)
    .option("--no-open", "only print the address")
    .option("--checkpoint <path>", "of a trained network, which the studio opens")
    .option(
      "--data <name>",
      "pictures that the room Train learns from: a data set (see `receptive data list`), or folder:PATH",
    )
    .option(
      "--squeezenet <path>",
      "of its weights: the studio loads them when it is asked to paint photographs",
    )
    .option("--export <folder>", "writes the site there, with that network, for any host of static files")
    .addHelpText(
      "after",
      `
The site is the package receptive-studio. Ctrl-C ends it.

Examples:
  $ receptive studio
  $ receptive studio --checkpoint runs/lenet5-digits/checkpoint.safetensors
  $ receptive studio --data folder:flowers
  $ receptive studio --checkpoint runs/lenet5-digits/checkpoint.safetensors --export site`,
    )
    .action(run);
}

interface Asked {
  port?: number;
  open: boolean;
  checkpoint?: string;
  data?: string;
  squeezenet?: string;
  export?: string;
}

async function run({
  port: asked,
  open,
  checkpoint,
  data: name,
  squeezenet,
  export: folder,
}: Asked): Promise<void> {
  if (folder !== undefined && asked !== undefined)
    throw new UsageError("--export writes the site and serves nothing: leave --port out");
  if (folder !== undefined && name !== undefined)
    throw new UsageError("--export writes no pictures: leave --data out, and load them there");
  const site = siteFolder();
  const network = checkpoint === undefined ? undefined : await networkAt(checkpoint);
  const brought = [
    ...(network ? [network] : []),
    ...(squeezenet === undefined ? [] : [await squeezenetAt(squeezenet, network?.name)]),
  ];
  if (folder !== undefined) {
    await exportSite(site, folder, brought);
    console.log(
      `${join(folder, "index.html")}: the studio${network ? ` with ${network.name}` : ""}, ${folder} for any host of static files`,
    );
    return;
  }
  const data = name === undefined ? undefined : await dataFor(name);
  const server = siteServer(site, besideOf(brought, data));
  await listening(server, asked);
  const { port } = server.address() as AddressInfo;
  const address = `http://127.0.0.1:${port}/${data ? `#/train${data.bytes ? "?data=mine" : ""}` : ""}`;
  console.log(`Receptive Studio: ${address}   (Ctrl-C ends it)${data ? `\nIn Train: ${data.says}` : ""}`);
  if (open) void openBrowser(address);
  const { signal, exitCode, release } = interruption();
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  await closed(server);
  release();
  process.exitCode = exitCode() || exitCodes.done;
}

/** @throws where it is no checkpoint, or its network cannot be made */
async function networkAt(path: string): Promise<BroughtNetwork> {
  const bytes = await inWords(path, () => readFile(path));
  await load(path);
  // All runs call theirs the same: the folder's name says more.
  const name = basename(path) === checkpointFile ? basename(dirname(resolve(path))) : basename(path);
  return { role: "network", name: extname(name) === ".safetensors" ? name : `${name}.safetensors`, bytes };
}

/** Weights of squeezenet1_1, under whatever names they stand, as a checkpoint. @throws WeightsError where they are others */
async function squeezenetAt(path: string, taken?: string): Promise<BroughtNetwork> {
  const model = squeezenetOf("squeezenet1_1");
  await loadWeights(model, path);
  const bytes = encodeCheckpoint(
    await checkpointOf(model, {
      input: model.inputShape as number[],
      data: { name: "imagenet", classes: [] },
    }),
  );
  const name = "squeezenet1_1.safetensors";
  // Both lie in one folder.
  return {
    role: "squeezenet",
    name: name === taken ? `weights-${name}` : name,
    bytes,
    licence: squeezenetLicence,
  };
}
