import { optionsOf } from "../door/options.js";
import { rule } from "../door/rules.js";
import type { AnyLayer, AnyNetwork, Network } from "../nn/index.js";
import { rehearse } from "../nn/pass.js";
import { type Paths, pathsMeant } from "../nn/paths.js";
import { compile, tensorsOf } from "../tensor/compile.js";
import { placeholder, settle, Tensor } from "../tensor/tensor.js";
import { leavesOf, type Tree, treeOf } from "../tensor/tree.js";
import { arePaths, checkModel } from "../training/given.js";
import { asInput } from "../training/single-output.js";
import { picturesFor } from "./pictures.js";
import { running } from "./rules.js";
import { parts, type Running } from "./running.js";

/** Which layers {@link layerOutputs} looks at. */
export interface LayerOutputsOptions extends Running {
  /** Which layers, by patterns over their paths: `"conv1"`, `["conv*", "dense1"]`, `"!relu*"`; all if left out. */
  layers?: Paths;
}

/** What went through a layer. */
export interface LayerOutput {
  /** What kind of layer it is: `conv2d`. */
  readonly type: string;
  readonly output: Tensor;
  /** What it was given: a tensor, or where several ways meet a tree of them. */
  readonly input: Tree;
}

/**
 * What goes into layers and what comes out of them, of several or all of them in one run.
 *
 *     const layers = await explain.layerOutputs(model, images, { layers: ["conv*", "dense1"] });
 *     await layers.get("conv1")!.output.data();
 *
 * Large tensors stay on the device until their `data` is asked for.
 *
 * @param images  N×H×W×C as the model takes them, bytes are pixels; or of any other network its inputs
 * @returns       by path, in the order in which the layers end; of a layer with several outputs each by itself
 * @throws TypeError where a pattern fits no layer
 */
export async function layerOutputs<I extends Tree>(
  network: Network<I, Tree>,
  images: I,
  options: LayerOutputsOptions = {},
): Promise<ReadonlyMap<string, LayerOutput>> {
  const speaker = "layerOutputs";
  checkModel(speaker, network);
  const { layers = "*" } = optionsOf(speaker, options, { ...running, layers: paths });
  const done = parts(options, 1);
  const isPictures = images instanceof Tensor && images.rank === 4;
  const pictures = isPictures ? await picturesFor(speaker, network as never, images) : images;
  const x: Tree = pictures instanceof Tensor ? asInput(network, pictures) : pictures;
  await settle(tensorsOf(speaker, x, ["the input"]));
  const wanted = pathsMeant(`${speaker}: layers`, layers, pathsOf(network, x), "layer");
  const types = new Map<string, string>();
  const run = compile<[Tree], { [path: string]: { output: Tensor; input: Tree } }>((given) => {
    const seen: { [path: string]: { output: Tensor; input: Tree } } = {};
    network(given as I, {
      capture(path, output, { type }, input) {
        if (!wanted.has(path)) return;
        seen[path] = { output, input };
        types.set(path, type);
      },
    });
    return seen;
  });
  const found = await run(x);
  await done(1);
  return new Map(Object.entries(found).map(([path, seen]) => [path, { type: types.get(path)!, ...seen }]));
}

const paths = rule('a pattern such as "conv*", or a list of them', arePaths);

/** Of all layers, as they end. */
function pathsOf(network: AnyNetwork, x: Tree): string[] {
  const found: string[] = [];
  const one = network.inputShape
    ? treeOf(network.inputShape, (shape) => placeholder([1, ...shape], "f32"))
    : x;
  rehearse(network as unknown as AnyLayer, one, {
    training: false,
    ran({ path, y }) {
      if (path !== "") found.push(...leavesOf(y, path).map(([place]) => place));
    },
  });
  return found;
}
