import { optionsOf } from "../door/options.js";
import { said } from "../door/said.js";
import type { ArrayFile } from "../formats/array-file.js";
import { type FetchOptions, fetching } from "../formats/fetch-options.js";
import type { FileSource } from "../formats/given-source.js";
import type { AnyNetwork, Model } from "../nn/index.js";
import { WeightsError } from "../training/weights-checks.js";
import { registry } from "./registry.js";

/**
 * Gives a model the weights of a file: under our own names, as a checkpoint has them, or under those of torchvision
 * and timm, whose layouts are turned into ours; of a network that is no architecture of ours under our own names. A model that is not built yet is built for pictures of its usual size.
 * Auxiliary heads may be missing as a whole; they keep what they have.
 *
 * @param source  a file (safetensors, what torch.save writes, an .onnx of SqueezeNet): in Node a path; an address (in a
 *     page also a relative one, "opfs:NAME" or "indexeddb:NAME"); a Blob, a File, a Response, or bytes;
 *     "hf:owner/name" of the Hugging Face hub; or what `openArrays` gave
 * @param options  of an address: `signal`, how long its server is waited for, and how much it may send
 * @throws TypeError     where there is no model, or nothing can be read from the source
 * @throws WeightsError  where there is no such file; or one that lists what is missing, what the model has no place for, and what is of another shape;
 *     nothing is changed then
 */
export async function loadWeights(
  model: AnyNetwork,
  source: FileSource | ArrayFile,
  options: FetchOptions = {},
): Promise<void> {
  checkModel(model, source);
  optionsOf("loadWeights", options, fetching);
  // Most pages never read a file of weights.
  const { placeWeights } = await import("./weight-places.js");
  await placeWeights(model, source, { build: () => buildAsUsual(model), ...options });
}

function buildAsUsual(model: AnyNetwork): void {
  if (!Object.hasOwn(registry, model.name))
    throw new WeightsError(`${model.name}: not built yet: build it for the shape of its pictures`);
  (model as unknown as Model).build(registry[model.name].input, { blank: true });
}

function checkModel(model: unknown, source: unknown): void {
  const isModel = (value: unknown): boolean => typeof value === "function" && "parameters" in value;
  if (isModel(model)) return;
  throw new TypeError(
    isModel(source)
      ? "loadWeights: the model comes first: loadWeights(model, source)"
      : `loadWeights: the model is ${said(model)}, expected one, such as models.resnet("resnet18")`,
  );
}
