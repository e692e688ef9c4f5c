#!/usr/bin/env node
/** The command line: reads arguments, runs one command, and turns whatever it throws into a line and an exit code. */
import { readFile } from "node:fs/promises";
import { Command, CommanderError, Option } from "commander";
import { device } from "../runtime/devices.js";
import { exitCodeOf, exitCodes, lineOf, oneLine } from "./failure.js";
import { checkGiven } from "./given.js";
import { helpWidth, wrapped } from "./help.js";

// A reader that has seen enough, such as `head`, is no reason for a stack trace.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(exitCodes.done);
});

const args = process.argv.slice(2);

const program = new Command("receptive")
  .description("Build, train and look inside convolutional neural networks.")
  .exitOverride()
  .configureOutput({
    outputError: (text, write) => write(`${oneLine(text)}\n`),
    writeOut: (text) => void process.stdout.write(wrapped(text, helpWidth())),
  })
  .showSuggestionAfterError()
  .option("--version", "the version; with --json also the target and its threads")
  .on("option:version", () => {
    throw new VersionAsked();
  })
  .option("--debug", "show where an error comes from")
  .addHelpText(
    "after",
    `
Examples:
  $ receptive train                          LeNet-5 learns handwritten digits
  $ receptive predict my-digit.png           what the trained network reads in a picture
  $ receptive evaluate --data mnist          how well it reads the test pictures
  $ receptive explain saliency my-digit.png  which pixels decided
  $ receptive dream photo.jpg                what a layer sees in a photograph
  $ receptive classify-text train            a network learns to tell texts apart
  $ receptive rank train                     a network learns which sentences answer a question
  $ receptive transcribe train               a network learns to hear words
  $ receptive detect train                   a network learns to find objects in pictures
  $ receptive caption train                  a network learns to describe pictures
  $ receptive segment train                  a network learns the class of each pixel
  $ receptive run lenet5 --weights w.safetensors --input x.npy --output y.npy   arrays in, a layer's output out
  $ receptive convert model.onnx model.safetensors   weights from one format into another
  $ receptive summary lenet5                 its layers, parameters and multiply-adds
  $ receptive filter photo.jpg               a picture sharpened, blurred, or by a kernel of yours
  $ receptive features --help                edges, HOG, SIFT, and by hand against learned
  $ receptive studio                         convolutions in the browser, to see and to touch
  $ receptive models list                    the models there are
  $ receptive data list                      the data sets there are

Classes, units and layers' channels are numbered from 0, as in code; epochs, steps and places in a list from 1.
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C, 143 by kill.`,
  );

const asked = args.find((arg) => !arg.startsWith("-"));
// What is not asked for is not read: commands take longer to read than Node takes to start.
if (asked !== undefined || !args.includes("--version")) {
  const { firstCommands: first, lastCommands: last } = await import("./network-commands.js");
  const isFound = asked !== undefined && { ...first, ...last }[asked] !== undefined;
  const { taskCommands } = isFound ? { taskCommands: [] } : await import("./task-commands.js");
  for (const add of [...Object.values(first), ...taskCommands, ...Object.values(last)]) add(program);
}
for (const command of program.commands.flatMap((c) => [c, ...c.commands]))
  if (command.commands.length === 0)
    command.addOption(new Option("--debug", "show where an error comes from"));

program.hook("preAction", (_, command) => checkGiven(command));

class VersionAsked extends Error {}

async function showVersion(): Promise<void> {
  const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
  if (!args.includes("--json")) console.log(version);
  else {
    const { target, threads } = device();
    console.log(JSON.stringify({ version, target, threads, node: process.versions.node }));
  }
}

try {
  await program.parseAsync().catch((error: unknown) => {
    if (error instanceof VersionAsked) return showVersion();
    throw error;
  });
} catch (error) {
  process.exitCode = exitCodeOf(error);
  // Commander has printed its own errors, and help, already.
  if (!(error instanceof CommanderError)) process.stderr.write(`${lineOf(error)}\n`);
  if (args.includes("--debug") && error instanceof Error) process.stderr.write(`${error.stack}\n`);
}
