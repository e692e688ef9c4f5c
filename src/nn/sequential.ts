import type { Layer } from "./layer.js";
import { membersOf, nameless } from "./members.js";
import type { Model, SequentialOptions } from "./model.js";
import { network } from "./network.js";

/**
 * Layers one after the other, from N×… to N×…: each takes the shape that the one before gives. A name may come first:
 * nn.sequential("block1", nn.conv2d(…), nn.relu()).
 *
 * Layers of one kind are numbered from 1 and called after it, without "2d": conv1, relu1, conv2, maxPool1. A layer
 * with a name of its own counts too, so that a name given to one layer leaves those of the others as they are.
 *
 * @throws TypeError where two layers have one name, or a name holds one of the marks of a path: / and .
 */
export function sequential(name: string, ...layers: Layer[]): Model;
export function sequential(...layers: Layer[]): Model;
export function sequential(...given: (string | Layer)[]): Model {
  const layers = given.filter((layer) => typeof layer !== "string");
  const name = typeof given[0] === "string" ? given[0] : nameless;
  const members = membersOf(name, layers);
  const options: SequentialOptions = { layers: members.descriptions };
  const type = "sequential" as const;
  return Object.assign(network({ type, name, options, forward: members.runInOrder }), {
    type,
    options,
    layers,
    layerNames: members.names,
    describe: () => ({ type, name, options }),
  });
}
