/** What the room Networks asks of the library: networks as they describe themselves, and their counts. */
import { load, models, nn, show } from "receptive";

/** A layer as plain data, as the library's `describe` has it. */
export interface Described {
  readonly type: string;
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** A row of the library's `summary`. */
export interface Counted {
  readonly name: string;
  readonly type: string;
  readonly output: readonly number[];
  readonly params: number;
  readonly macs: number;
  readonly receptiveField: number | readonly number[] | null;
}

export interface NetworkAnswer {
  readonly title: string;
  readonly described: Described;
  /** The shape of one example. */
  readonly input: string;
  readonly params: number;
  readonly macs: number;
  readonly layers: readonly Counted[];
}

export interface NetworkQuestions {
  /** By the name of an architecture, or of one of the two ways of an inception module. */
  network: { name: string };
  /** A checkpoint, or a description as JSON. */
  networkFile: { name: string; file: Blob };
}

export interface NetworkAnswers {
  network: NetworkAnswer;
  networkFile: NetworkAnswer;
}

type NetworkRules = {
  readonly [K in keyof NetworkQuestions]: (asked: NetworkQuestions[K]) => Promise<NetworkAnswers[K]>;
};

type Model = ReturnType<typeof models.lenet5>;

const conv = (filters: number, kernel: number) =>
  nn.conv2d({ filters, kernel, padding: "same", bias: false });

/** Inception 3a over 28×28×192, as Szegedy et al. draw it: figure 2a, and 2b with reductions. Weights without biases. */
const modules: Readonly<Record<string, { make(): Model; input: number[] }>> = {
  "inception-naive": {
    input: [28, 28, 192],
    make: () =>
      nn.sequential(
        "inception-naive",
        nn.branches([conv(64, 1), conv(128, 3), conv(32, 5), nn.maxPool2d(3, { stride: 1, padding: 1 })]),
      ),
  },
  "inception-reduced": {
    input: [28, 28, 192],
    make: () =>
      nn.sequential(
        "inception-reduced",
        nn.branches([
          conv(64, 1),
          nn.sequential(conv(96, 1), conv(128, 3)),
          nn.sequential(conv(16, 1), conv(32, 5)),
          nn.sequential(nn.maxPool2d(3, { stride: 1, padding: 1 }), conv(32, 1)),
        ]),
      ),
  },
};

/** Plain data of a network that is not built: nothing is allocated. */
export function described(name: string): NetworkAnswer {
  const own = Object.hasOwn(modules, name) ? modules[name] : models.registered(name);
  return answerOf(name, own.make() as Model, [...own.input]);
}

function answerOf(title: string, model: Model, input: unknown): NetworkAnswer {
  const { params, macs, layers } = model.summary(input as number[]);
  return {
    title,
    described: JSON.parse(JSON.stringify(model.describe())),
    input: Array.isArray(input) ? show(input) : JSON.stringify(input),
    params,
    macs,
    layers: layers.map(({ name, type, output, params: own, macs: products, receptiveField }) => ({
      name,
      type,
      output,
      params: own,
      macs: products,
      receptiveField: receptiveField as Counted["receptiveField"],
    })),
  };
}

export const networkRules: NetworkRules = {
  async network({ name }) {
    return described(name);
  },
  async networkFile({ name, file }) {
    const start = new TextDecoder().decode(new Uint8Array(await file.slice(0, 64).arrayBuffer()));
    if (/^\s*\{/.test(start)) {
      const said = JSON.parse(await file.text()) as Described & { input?: number[]; model?: Described };
      const model = said.model ?? said;
      return fromDescription(name, model, said.input);
    }
    const { model, input } = await load(file);
    return fromDescription(name, model as unknown as Described, input);
  },
};

/** Without a shape nothing can be counted: the graph is there all the same. */
function fromDescription(title: string, model: Described, input: unknown): NetworkAnswer {
  if (typeof model?.type !== "string" || typeof model.options !== "object")
    throw new TypeError(`${title} describes no network: it has no type and options`);
  if (!input) return { title, described: model, input: "", params: 0, macs: 0, layers: [] };
  return answerOf(title, nn.fromDescription(model as never) as unknown as Model, input);
}
