/** How commands are told which network they are about. */
import { type Command, Option } from "commander";
import { preprocessings } from "../images/preprocessing.js";
import { type Network, type NetworkOptions, openNetwork } from "../openers/network.js";
import { newestCheckpoint } from "./checkpoints.js";
import { told } from "./told.js";

/**
 * The options by which a command is told which network to use.
 * @param isGiven  the weights are an argument of the command, which is about no checkpoint
 */
export function networkOptions(command: Command, { isGiven = false } = {}): Command {
  if (isGiven) command.option("--model <name>", "the architecture that they are of: writes a checkpoint");
  else
    command
      .option("--checkpoint <path>", "a network trained here; the newest in runs/ if left out")
      .option("--model <name>", "instead of a checkpoint: an architecture, with --weights")
      .option(
        "--weights <file>",
        "its weights: safetensors, a torch .pth, an .onnx of SqueezeNet, or hf:owner/name of the Hugging Face hub",
      );
  return command
    .addOption(
      new Option(
        "--preprocessing <name>",
        "how the weights want their pictures, of a checkpoint how they are cropped (default: imagenet, or centre for small inputs)",
      ).choices(Object.keys(preprocessings)),
    )
    .addOption(coloursOption("as in its training, else srgb"))
    .option("--classes <file>", "what the outputs mean, one name a line; ImageNet's if there are a thousand");
}

/** @param usual  what holds where nothing is said */
export const coloursOption = (usual: string): Option =>
  new Option(
    "--colours <how>",
    `of files with a colour profile such as Adobe RGB: as one sees them (srgb), or the numbers as torchvision reads them (as-stored) (default: ${usual})`,
  ).choices(["srgb", "as-stored"]);

/** The network that is meant: where none is named, the newest that was trained here. */
export async function networkOf(
  options: NetworkOptions,
  { json }: { json?: boolean } = {},
): Promise<Network> {
  const { checkpoint, model, weights } = options;
  const isNamed = [checkpoint, model, weights].some((name) => name !== undefined);
  return openNetwork(
    isNamed ? options : { ...options, checkpoint: await newestPath({ json }) },
    told({ json }),
  );
}

/** Says which one it is where there are others. */
async function newestPath({ json }: { json?: boolean }): Promise<string> {
  const { path, others } = await newestCheckpoint();
  if (others > 0 && !json)
    process.stderr.write(`With the newest checkpoint, ${path} (--checkpoint names another).\n`);
  return path;
}
