/** The network that comes with the studio, read by other lines than the studio's. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeSafetensors } from "../../src/formats/safetensors.js";
import { type Model, nn, setModelWeights } from "../../src/index.js";
import type { Site } from "./built-site.js";

export function shippedNetwork({ folder }: Site): Model {
  const assets = join(folder, "assets");
  const name = readdirSync(assets).find((one) => /^lenet5-.*safetensors$/.test(one))!;
  const { tensors, metadata } = decodeSafetensors(readFileSync(join(assets, name)), name);
  const model = nn.fromDescription(JSON.parse(metadata.model)) as Model;
  model.build(JSON.parse(metadata.input), { blank: true });
  const weights = new Map(
    [...model.parameters.keys()].map((path) => {
      const { shape, data } = tensors.get(path)!;
      const scale = tensors.get(`${path}/scale`)?.data;
      const units = shape[shape.length - 1];
      const numbers = Float32Array.from(data, (v, i) => (scale ? (v - 128) * scale[i % units] : v));
      return [path, { shape, data: numbers }] as const;
    }),
  );
  const input = JSON.parse(metadata.input);
  setModelWeights(model, { model: model.describe(), input, data: { name: "", classes: [] }, weights });
  return model;
}
