/** A network that begins with weights from elsewhere, and whose last layer is made anew for other classes. */

import { UsageError } from "../door/usage-error.js";
import { registered } from "../models/index.js";
import * as nn from "../nn/index.js";
import { modelOf } from "../training/checkpoint.js";
import { load } from "../training/opened-checkpoint.js";
import { bringWeights, readClasses } from "./network.js";
import type { Told } from "./told.js";

export interface Beginning {
  /** A file, or hf:owner/name. */
  weights: string;
  /** The architecture that they are of. */
  model: string;
  /** A file with the names of what their outputs mean: as many as the architecture has if left out. */
  named?: string;
  /** Of the data that is trained on. */
  classes: number;
  seed: number;
  told?: Told;
}

/** @throws UsageError where the weights are of another architecture, or its last layer cannot be made anew */
export async function begunWith({
  weights,
  model: name,
  named,
  classes,
  seed,
  told,
}: Beginning): Promise<nn.Model> {
  const { make } = registered(name);
  // A checkpoint of ours says itself what it is of.
  const checkpoint = weights.endsWith(".safetensors")
    ? await load(weights).catch(() => undefined)
    : undefined;
  if (checkpoint && checkpoint.model.name !== name)
    throw new UsageError(
      `--weights ${weights}: a checkpoint of ${checkpoint.model.name}; with it goes --model ${checkpoint.model.name}, not ${name}`,
    );
  const base = checkpoint
    ? modelOf(checkpoint)
    : make(named === undefined ? {} : { classes: (await readClasses(named)).length });
  if (!checkpoint) await bringWeights(base, weights, told);
  const at = base.layers.findLastIndex(({ type }) => type === "dense" || type === "conv2d");
  const head = base.layers[at];
  const model = head && (await nn.replaced(base, { [base.layerNames[at]]: anew(head, classes) }, { seed }));
  if (model?.summary().layers.at(-1)?.output.at(-1) !== classes)
    throw new UsageError(`--weights: the last layer of ${name} cannot be made anew for other classes`);
  return model;
}

/** The same layer for other classes. */
const anew = ({ type, options }: nn.Layer, classes: number): nn.Layer =>
  type === "dense"
    ? nn.dense(classes, withoutUnits(options as nn.DenseOptions))
    : nn.conv2d({ ...(options as nn.Conv2dLayerOptions), filters: classes });

const withoutUnits = ({ units: _, ...others }: nn.DenseOptions) => others;
