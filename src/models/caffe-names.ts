import type { ArrayFile } from "../formats/array-file.js";

/** In torchvision's network, the place of each fire module of SqueezeNet 1.1, which the paper counts from 2. */
const firePlaces: { readonly [fire: string]: number } = {
  fire2: 3,
  fire3: 4,
  fire4: 6,
  fire5: 7,
  fire6: 9,
  fire7: 10,
  fire8: 11,
  fire9: 12,
};

const parts: { readonly [part: string]: string } = {
  squeeze1x1: "squeeze",
  expand1x1: "expand1x1",
  expand3x3: "expand3x3",
};

/**
 * Weights of SqueezeNet 1.1 under torchvision's names, where they have Caffe's as ONNX writes them
 * ("fire2/squeeze1x1_w_0"); any other file as it is.
 */
export function withTorchvisionNames(file: ArrayFile): ArrayFile {
  if (!file.arrays.has("fire2/squeeze1x1_w_0")) return file;
  return { ...file, arrays: new Map([...file.arrays].map(([name, array]) => [renamed(name), array])) };
}

function renamed(name: string): string {
  const [, layer, part, kind] = /^(conv1|conv10|fire\d)(?:\/(\w+))?_([wb])_0$/.exec(name) ?? [];
  const ending = kind === "w" ? "weight" : "bias";
  if (layer === "conv1") return `features.0.${ending}`;
  if (layer === "conv10") return `classifier.1.${ending}`;
  return layer in firePlaces && part in parts
    ? `features.${firePlaces[layer]}.${parts[part]}.${ending}`
    : name;
}
