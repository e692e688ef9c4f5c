import { checkArgument } from "../door/argument.js";
import { optionsOf } from "../door/options.js";
import { rule } from "../door/rules.js";
import type { Device } from "../runtime/device.js";
import { assign } from "../tensor/compile.js";
import { printedAs } from "../tensor/printing.js";
import { ShapeError } from "../tensor/shapes.js";
import { placeholder, Tensor, Variable } from "../tensor/tensor.js";
import { isTracing } from "../tensor/tracing.js";
import type { Tree } from "../tensor/tree.js";
import { type ShapeTree, shapesOf, treeOf } from "../tensor/tree.js";
import { initialNumbers } from "./initialisers.js";
import type { Layer, Named } from "./layer.js";
import type { Mode } from "./mode.js";
import type { BuildOptions, Network } from "./model.js";
import { checkBatches, checkedShapes, doubt, refuseTurned } from "./network-input.js";
import { inModel, type LayerRun, type Numbers, rehearse, runLayer } from "./pass.js";
import { summarise } from "./summary.js";
import type { ModelSummary } from "./summary-table.js";
import { summaryTable } from "./summary-table.js";

/**
 * A layer as a network: a function that keeps the layer's parameters. The layer may be of yours, from any tree of
 * tensors to any other:
 *
 *     const siamese = nn.network<{ a: Tensor; b: Tensor }, Tensor>({
 *       type: "siamese",
 *       forward: ({ a, b }, scope) =>
 *         sub(scope.run(encoder, a, "encoder"), scope.run(encoder, b, "second", { shared: "encoder" })),
 *     });
 *
 * `nn.sequential` and `nn.graph` make such networks, which can be described too.
 *
 * @param layer  its name, or else its type, is that of the network. What it takes and gives has the
 *               examples as its first axis
 */
export function network<I extends Tree = Tensor, O extends Tree = Tensor>(layer: Layer<I, O>): Network<I, O> {
  checkArgument("network", "the layer", layer, aLayer);
  const { type, name = type, options = {} } = layer;
  const parameters = new Map<string, Variable>();
  const buffers = new Map<string, Variable>();
  let home: Device | null = null;

  const call = (x: I, mode: Mode = {}): O => {
    checkBatches(name, x, made.inputShape);
    optionsOf(name, mode, { training: 1, seed: 1, capture: 1, instead: 1, aside: 1, still: 1 });
    if (!made.inputShape) buildFor(x);
    const pass = { ...mode, numbers: numbersOf(name, parameters, buffers) };
    return inModel(name, shapesOf(x), made.inputShape, () => runLayer(layer, x, pass));
  };

  function buildFor(x: I, { seed = 0, blank = false, expect }: BuildOptions = {}): void {
    const shapes = shapesOf(x);
    const asked = inModel(name, shapes, null, () => numbersAsked(name, layer, x), doubt(shapes));
    expect?.(new Map(asked.map(({ path, shape }) => [path, shape])));
    parameters.clear();
    buffers.clear();
    const kins = { parameter: Symbol(), buffer: Symbol() };
    for (const { path, kind, shape, initialiser } of asked) {
      const variables = kind === "parameter" ? parameters : buffers;
      if (!variables.has(path))
        variables.set(
          path,
          new Variable(
            initialNumbers(blank ? "zeros" : initialiser, shape, { seed, path }),
            shape,
            "f32",
            home,
            kins[kind],
          ),
        );
    }
    made.inputShape = shapes;
  }

  const made = Object.assign(Object.defineProperty(call, "name", { value: name }), {
    type,
    options,
    parameters,
    buffers,
    inputShape: null as ShapeTree | null,

    forward: layer.forward.bind(layer),
    macs: layer.macs?.bind(layer),
    sees: layer.sees?.bind(layer),

    build: (inputShape: ShapeTree, given: BuildOptions = {}): void =>
      buildFor(
        standIns<I>(checkedShapes(name, inputShape)),
        optionsOf(`${name}: build`, given, { seed: 1, blank: 1, expect: 1 }),
      ),

    async to(device?: Device): Promise<void> {
      home = device ?? null;
      await Promise.all([...parameters.values(), ...buffers.values()].map((variable) => variable.to(home)));
    },

    describe: () => ({ type, name, options }),

    summary(
      inputShape: ShapeTree | null = made.inputShape,
      mode: { training?: boolean } = {},
    ): ModelSummary<never> {
      const { training = false } = optionsOf(`${name}: summary`, mode, { training: 1 });
      if (!inputShape)
        throw new ShapeError(
          `${name}: not built yet: summary needs the shape of one example, such as [28, 28, 1]`,
        );
      const shapes = checkedShapes(name, inputShape);
      // Of two examples in training: batch statistics of a single one may not exist.
      const x = standIns<I>(shapes, training ? 2 : 1);
      const summarised = () => summarise(name, layer, x, training);
      // Its input has the form that was given, I's.
      return inModel(name, shapes, null, summarised, doubt(shapes)) as ModelSummary<never>;
    },
  });
  const parts = options as { layers?: readonly Named[]; nodes?: readonly Named[] };
  const names = (parts.layers ?? parts.nodes)?.map((part) => part.name).join(", ") || "no layers";
  const text = (): string =>
    made.inputShape ? summaryTable(made.summary()) : `${name}, not built: ${names}`;
  printedAs(made, text, () => made.describe());
  return made as Network<I, O>;
}

/** The variables of a network; what is updated in a step is read again as it is by then. */
function numbersOf(
  name: string,
  parameters: ReadonlyMap<string, Variable>,
  buffers: ReadonlyMap<string, Variable>,
): Numbers {
  const known = (variables: ReadonlyMap<string, Variable>, path: string): Variable => {
    const variable = variables.get(path);
    if (!variable) throw new TypeError(`${name}: ${path} is asked for, but was not when the model was built`);
    return variable;
  };
  const fresh = new Map<string, Tensor>();
  return {
    parameter: (path) => known(parameters, path),
    buffer: (path) => fresh.get(path) ?? known(buffers, path),
    update(path, value) {
      if (!isTracing()) return;
      assign(known(buffers, path), value);
      fresh.set(path, value);
    },
  };
}

/** All that a layer asks for, in evaluation and in training. */
function numbersAsked<I extends Tree>(name: string, layer: Layer<I, Tree>, x: I) {
  let looksAtPictures = false;
  const ran = ({ layer, x }: LayerRun): void => {
    looksAtPictures ||= x instanceof Tensor && x.rank === 4 && /2d$/i.test(layer.type);
  };
  // Of two examples in training: batch statistics of a single one may not exist.
  const two = standIns<I>(shapesOf(x), 2);
  const asked = [
    ...rehearse(layer, x, { training: false, ran }),
    ...rehearse(layer, two, { training: true }),
  ];
  if (looksAtPictures) refuseTurned(name, x);
  return asked;
}

const standIns = <I extends Tree>(shapes: ShapeTree, examples = 1): I =>
  treeOf(shapes, (shape) => placeholder([examples, ...shape], "f32")) as I;

const aLayer = rule(
  "one, { type, forward }",
  (value) =>
    (typeof value === "object" || typeof value === "function") &&
    typeof (value as Layer | null)?.forward === "function",
);
