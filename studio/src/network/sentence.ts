/**
 * A network as a sentence: `c6k5p2-r-m2-c16k5-r-m2-f-d120-r-d84-r-d10` is LeNet-5. A word is a layer; what the library
 * calls it and its options stand in the description that a sentence becomes, and of which a sentence is made again.
 */
import { lenet5 } from "./settings.js";

export interface Described {
  readonly type: string;
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface Word {
  readonly text: string;
  /** Where the word begins and ends in the sentence. */
  readonly from: number;
  readonly to: number;
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What words there are, for who asks. */
export const vocabulary: readonly (readonly [word: string, means: string])[] = [
  ["c6k5", "6 filters of 5×5; c6k5s2p2 with stride 2 and a border of 2"],
  ["r", "ReLU; l leaky, e ELU, t tanh, s sigmoid"],
  ["m2", "the greatest of each 2×2; m3s2 of 3×3 at stride 2"],
  ["a2", "the mean of each 2×2"],
  ["g", "the mean of each map"],
  ["b", "batch normalisation"],
  ["o.5", "dropout of half"],
  ["f", "flatten"],
  ["d120", "fully connected, 120 units"],
  ["R(c8k3p1-r)", "the layers within, and what came in added to it; R(…|c8k1) by another way"],
];

/** A word that means nothing, and where it stands. */
export class SentenceError extends Error {
  override name = "SentenceError";
  readonly word: number;

  constructor(message: string, word: number) {
    super(message);
    this.word = word;
  }
}

/** @throws SentenceError */
export function wordsOf(sentence: string): Word[] {
  const parts = partsOf(sentence);
  if (parts.length === 1 && parts[0].text === "")
    throw new SentenceError("The sentence has no word yet: d10 is one.", 0);
  return parts.map(({ text, from }, i) => {
    const found = meaning(text, i);
    return { text, from, to: from + text.length, ...found };
  });
}

/** As the library describes a network: bytes scaled to 0..1 first, layers called after their kind and numbered. */
export function descriptionOf(sentence: string, name: string): Described {
  const layers = named(wordsOf(sentence));
  return {
    type: "sequential",
    name,
    options: { layers: [{ type: "rescale", name: "rescale", options: {} }, ...layers] },
  };
}

/** @returns undefined where it is no line of layers that have words */
export function sentenceOf({ type, options }: Described): string | undefined {
  const { layers } = options as { layers?: readonly Described[] };
  if (type !== "sequential" || !Array.isArray(layers)) return undefined;
  const [first, ...rest] = layers as readonly Described[];
  const told = first?.type === "rescale" && Object.keys(first.options).length === 0 ? rest : layers;
  const words = told.map(wordFor);
  return words.length === 0 || words.includes(undefined) ? undefined : words.join("-");
}

/** What a network of this sentence is called. */
export const nameOf = (sentence: string): string =>
  sentence.replace(/-d\d+$/, "") === lenet5.replace(/-d\d+$/, "") ? "lenet5" : "network";

/** The units of the last word, where that is a dense layer. */
export const classesOf = (sentence: string): number | undefined => {
  const found = /(?:^|-)d(\d+)$/.exec(sentence);
  return found ? Number(found[1]) : undefined;
};

export const withClasses = (sentence: string, classes: number): string =>
  sentence.replace(/(^|-)d\d+$/, `$1d${classes}`);

/** Hyphens within brackets belong to the word. */
function partsOf(sentence: string, from = 0): { text: string; from: number }[] {
  const parts: { text: string; from: number }[] = [];
  let [depth, begin] = [0, 0];
  for (let i = 0; i <= sentence.length; i++) {
    if (sentence[i] === "(") depth++;
    else if (sentence[i] === ")") depth--;
    else if (i === sentence.length || (sentence[i] === "-" && depth === 0)) {
      const text = sentence.slice(begin, i);
      parts.push({ text: text.trim(), from: from + begin + (text.length - text.trimStart().length) });
      begin = i + 1;
    }
  }
  return parts;
}

const plain: Readonly<Record<string, string>> = {
  r: "relu",
  l: "leakyRelu",
  e: "elu",
  t: "tanh",
  s: "sigmoid",
  f: "flatten",
  b: "batchNorm",
  g: "globalAvgPool2d",
};
const poolings = { m: "maxPool2d", a: "avgPool2d" } as const;

function meaning(text: string, at: number): { type: string; options: Record<string, unknown> } {
  const fail = (why: string): never => {
    throw new SentenceError(why, at);
  };
  if (Object.hasOwn(plain, text)) return { type: plain[text], options: {} };
  const dense = /^d(\d+)$/.exec(text);
  if (dense) return { type: "dense", options: { units: counted(dense[1], 1, 4096, "units", fail) } };
  const dropped = /^o(0?\.\d+)$/.exec(text);
  if (dropped) return { type: "dropout", options: { rate: Number(dropped[1]) } };
  const pooled = /^([ma])(\d+)(?:s(\d+))?$/.exec(text);
  if (pooled) {
    const [, kind, size, stride] = pooled;
    return {
      type: poolings[kind as "m" | "a"],
      options: {
        size: counted(size, 1, 64, "pixels of a window", fail),
        ...(stride === undefined ? {} : { stride: counted(stride, 1, 64, "pixels of a step", fail) }),
      },
    };
  }
  const convolution = /^c(\d+)k(\d+)(?:s(\d+))?(?:p(\d+))?$/.exec(text);
  if (convolution) {
    const [, filters, edge, step, border] = convolution;
    const kernel = counted(edge, 1, 31, "pixels of a filter's edge", fail);
    const stride = step === undefined ? 1 : counted(step, 1, 16, "pixels of a step", fail);
    const zeros = border === undefined ? 0 : counted(border, 0, 15, "zeros around a picture", fail);
    return {
      type: "conv2d",
      options: {
        filters: counted(filters, 1, 1024, "filters", fail),
        kernel,
        ...(stride > 1 ? { stride } : {}),
        // What the library calls "same" is the same, and what its own LeNet-5 says.
        ...(zeros === 0 ? {} : { padding: stride === 1 && 2 * zeros === kernel - 1 ? "same" : zeros }),
      },
    };
  }
  const residual = /^R\((.*)\)$/.exec(text);
  if (residual) {
    const [inner, beside] = aroundBar(residual[1]);
    const layersIn = (sentence: string) => {
      try {
        return named(wordsOf(sentence));
      } catch (error) {
        return fail((error as Error).message);
      }
    };
    return {
      type: "residual",
      options: {
        layers: layersIn(inner),
        ...(beside === undefined ? {} : { shortcut: layersIn(beside) }),
      },
    };
  }
  if (/^c\d*$/.test(text))
    return fail(`“${text}” is a convolution without its filters' edge: ${text || "c6"}k3 is 3×3.`);
  return fail(
    text === ""
      ? "Between two hyphens there is no word."
      : `“${text}” is no word here. There are c6k5p2, r, m2, a2, g, b, o.5, f, d120 and R(…).`,
  );
}

function counted(
  text: string,
  least: number,
  most: number,
  of: string,
  fail: (why: string) => never,
): number {
  const n = Number(text);
  return n >= least && n <= most ? n : fail(`${n} ${of}: ${least} to ${most} can be had.`);
}

/** The bar that is in no inner bracket. */
function aroundBar(text: string): [string, string?] {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "(") depth++;
    else if (text[i] === ")") depth--;
    else if (text[i] === "|" && depth === 0) return [text.slice(0, i), text.slice(i + 1)];
  }
  return [text];
}

function named(words: readonly Pick<Word, "type" | "options">[]): Described[] {
  const counts = new Map<string, number>();
  return words.map(({ type, options }) => {
    const kind = type.replace(/2d$/, "");
    const n = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, n);
    return { type, name: `${kind}${n}`, options };
  });
}

const letters = Object.fromEntries(Object.entries(plain).map(([letter, type]) => [type, letter]));

function wordFor({ type, options }: Described): string | undefined {
  const has = (...known: string[]) => Object.keys(options).every((key) => known.includes(key));
  if (Object.hasOwn(letters, type)) return has() ? letters[type] : undefined;
  if (type === "dense" && has("units")) return `d${options.units}`;
  if (type === "dropout" && has("rate")) return `o${String(options.rate).replace(/^0/, "")}`;
  if ((type === "maxPool2d" || type === "avgPool2d") && has("size", "stride")) {
    const [size, stride] = [edgeOf(options.size), edgeOf(options.stride ?? options.size)];
    if (size === undefined || stride === undefined) return undefined;
    return `${type[0]}${size}${stride === size ? "" : `s${stride}`}`;
  }
  if (type === "conv2d" && has("filters", "kernel", "stride", "padding")) {
    const [kernel, stride] = [edgeOf(options.kernel), edgeOf(options.stride ?? 1)];
    const { padding = 0 } = options;
    const zeros =
      padding === "valid"
        ? 0
        : padding === "same"
          ? stride === 1 && kernel !== undefined && kernel % 2 === 1
            ? (kernel - 1) / 2
            : undefined
          : edgeOf(padding);
    if (kernel === undefined || stride === undefined || zeros === undefined) return undefined;
    return `c${options.filters}k${kernel}${stride > 1 ? `s${stride}` : ""}${zeros > 0 ? `p${zeros}` : ""}`;
  }
  if (type === "residual" && has("layers", "shortcut")) {
    const inner = [options.layers, options.shortcut]
      .filter((layers) => layers !== undefined)
      .map((layers) => (layers as readonly Described[]).map(wordFor));
    return inner.flat().includes(undefined)
      ? undefined
      : `R(${inner.map((words) => words.join("-")).join("|")})`;
  }
  return undefined;
}

/** 5 or [5, 5] */
function edgeOf(given: unknown): number | undefined {
  if (typeof given === "number") return given;
  return Array.isArray(given) && given.length === 2 && given[0] === given[1] && typeof given[0] === "number"
    ? given[0]
    : undefined;
}
