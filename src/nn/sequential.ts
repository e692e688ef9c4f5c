import { optionsOf } from "../door/options.js";
import { checkTensor } from "../tensor/arguments.js";
import { assign } from "../tensor/compile.js";
import { printedAs } from "../tensor/printing.js";
import { checkedShape, type Shape, ShapeError, sameShape, show } from "../tensor/shapes.js";
import { placeholder, type Tensor, Variable } from "../tensor/tensor.js";
import { isTracing } from "../tensor/tracing.js";
import { initialNumbers } from "./initialisers.js";
import type { Layer, Scope } from "./layer.js";
import { membersOf, nameless } from "./members.js";
import type { BuildOptions, Mode, Model, ModelDescription, SequentialOptions } from "./model.js";
import { inModel, type LayerRun, type Numbers, rehearse, runLayer } from "./pass.js";
import { type ModelSummary, summarise } from "./summary.js";
import { summaryTable } from "./summary-table.js";

/**
 * Layers one after the other. A name may come first: nn.sequential("block1", nn.conv2d(…), nn.relu()).
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
  return modelOf(typeof given[0] === "string" ? given[0] : nameless, layers);
}

function modelOf(name: string, layers: readonly Layer[]): Model {
  const members = membersOf(name, layers);
  const parameters = new Map<string, Variable>();
  const buffers = new Map<string, Variable>();
  const options: SequentialOptions = { layers: members.descriptions };

  const known = (variables: ReadonlyMap<string, Variable>, path: string): Variable => {
    const variable = variables.get(path);
    if (!variable) throw new TypeError(`${name}: ${path} is asked for, but was not when the model was built`);
    return variable;
  };
  const numbers: Numbers = {
    parameter: (path) => known(parameters, path),
    buffer: (path) => known(buffers, path),
    update(path, value) {
      if (isTracing()) assign(known(buffers, path), value);
    },
  };

  const call = (x: Tensor, mode: Mode = {}): Tensor => {
    checkTensor(name, "x", x);
    optionsOf(name, mode, { training: 1, seed: 1, capture: 1, instead: 1, aside: 1 });
    checkBatch(name, x, model.inputShape);
    const shape = x.shape.slice(1);
    if (!model.inputShape) buildFor(x);
    return inModel(name, shape, model.inputShape, () => runLayer(model, x, "", { ...mode, numbers }));
  };

  function buildFor(x: Tensor, { seed = 0, blank = false, expect }: BuildOptions = {}): void {
    const inputShape = x.shape.slice(1);
    // Of two examples in training: batch statistics of a single one may not exist.
    const two = placeholder([2, ...inputShape], "f32");
    const question = doubt(inputShape);
    let looksAtPictures = false;
    const ran = ({ layer, x }: LayerRun): void => {
      looksAtPictures ||= x.rank === 4 && /2d$/i.test(layer.type);
    };
    const rehearsed = () => [
      ...rehearse(model, x, { training: false, ran }),
      ...rehearse(model, two, { training: true }),
    ];
    const asked = inModel(name, inputShape, null, rehearsed, question);
    if (question && looksAtPictures && inputShape[1] === inputShape[2])
      throw new ShapeError(
        `${name}: x is ${show(x.shape)}: ${inputShape[0]} high, ${inputShape[1]} wide, ${inputShape[2]} channels${question}`,
      );
    expect?.(new Map(asked.map(({ path, shape }) => [path, shape])));
    parameters.clear();
    buffers.clear();
    for (const { path, kind, shape, initialiser } of asked) {
      const variables = kind === "parameter" ? parameters : buffers;
      if (!variables.has(path))
        variables.set(
          path,
          new Variable(initialNumbers(blank ? "zeros" : initialiser, shape, { seed, path }), shape, "f32"),
        );
    }
    model.inputShape = inputShape;
  }

  const model = Object.assign(Object.defineProperty(call, "name", { value: name }), {
    type: "sequential" as const,
    options,
    layers,
    layerNames: members.names,
    parameters,
    buffers,
    inputShape: null as Shape | null,

    forward: (x: Tensor, scope: Scope): Tensor => members.runInOrder(x, scope),

    build: (inputShape: Shape, options: BuildOptions = {}): void =>
      buildFor(
        placeholder([1, ...checkedShape(name, inputShape)], "f32"),
        optionsOf(`${name}: build`, options, { seed: 1, blank: 1, expect: 1 }),
      ),

    describe: (): ModelDescription => ({ type: "sequential", name, options }),

    summary(inputShape: Shape | null = model.inputShape, mode: { training?: boolean } = {}): ModelSummary {
      const { training = false } = optionsOf(`${name}: summary`, mode, { training: 1 });
      if (inputShape) checkedShape(name, inputShape);
      if (!inputShape)
        throw new ShapeError(
          `${name}: not built yet: summary needs the shape of one example, such as [28, 28, 1]`,
        );
      return inModel(name, inputShape, null, () => summarise(model, inputShape, training), doubt(inputShape));
    },
  });
  return printedAs(model, () =>
    model.inputShape
      ? summaryTable(model.summary())
      : `${name}, not built: ${members.names.join(", ") || "no layers"}`,
  );
}

/**
 * The axes of pictures that are given as other libraries have them: 3×224×224. Nobody has pictures 3 pixels high, as
 * wide as they have channels.
 */
function doubt([h, w, c, ...more]: Shape): string {
  const isTurned = more.length === 0 && [1, 3, 4].includes(h) && Math.min(w, c) >= 16;
  return isTurned ? `; are the axes N×C×H×W? Here they are N×H×W×C: transpose(x, [0, 2, 3, 1])` : "";
}

/** The commonest slip has a message of its own: one example where a batch is meant. */
function checkBatch(name: string, x: Tensor, built: Shape | null): void {
  if (built ? x.rank === built.length + 1 : x.rank >= 2) return;
  const missing =
    built && sameShape(x.shape, built)
      ? `; one example is a batch of 1: reshape(x, [1, ${built.join(", ")}])`
      : "";
  throw new ShapeError(`${name}: x is ${show(x.shape)}, expected N×${built ? show(built) : "…"}${missing}`);
}
