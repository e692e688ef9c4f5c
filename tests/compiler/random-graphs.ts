/**
 * Random graphs, once for the engine and once for the textbook. A graph is a list of steps of plain numbers, which
 * shrink; what a step does with its numbers follows from the shapes that it finds, and where it can do nothing it adds
 * nothing.
 */
import fc from "fast-check";
import * as r from "../../src/index.js";
import { agree, toTensor } from "../checks/close-to.js";
import { generator, uniform } from "../checks/random.js";
import * as t from "../textbook/index.js";
import { type Numbers, sizeOf } from "../textbook/numbers.js";

export interface Step {
  what: number;
  left: number;
  right: number;
  /** Whatever the operation has to choose. */
  choices: number[];
}

export interface Drawing {
  shapes: number[][];
  steps: Step[];
  seed: number;
}

/** A value of both sides. */
interface Value {
  engine: r.Tensor;
  textbook: Numbers;
  type: "f32" | "i32" | "bool";
  /** Both sides hold the very same numbers: only then may they be compared, rounded or chosen from. */
  exact: boolean;
  text: string;
}

type Pick = (n: number) => number;
type Result = Omit<Value, "exact" | "type" | "text"> & Partial<Value>;

/** What a step finds: its operands, and the next of its choices. */
interface Here {
  a: Value;
  b: Value;
  pick: Pick;
  values: readonly Value[];
}

interface Operation {
  name: string;
  /** Has a slope everywhere, so that differences tell it. */
  smooth: boolean;
  make(here: Here): Result | null;
}

const largest = 1500;
const isFloat = (...xs: Value[]): boolean => xs.every((x) => x.type === "f32");

const both = (name: string, smooth: boolean, make: (here: Here) => Result | null): Operation => ({
  name,
  smooth,
  make,
});

const pointwise = (
  name: string,
  engine: (a: r.Tensor, b: r.Tensor) => r.Tensor,
  textbook: (a: Numbers, b: Numbers) => Numbers,
  { smooth = true, exact = false, two = false } = {},
): Operation =>
  both(name, smooth, ({ a, b }) => {
    if (!isFloat(a) || (two && (!isFloat(b) || !broadcasts(a, b)))) return null;
    return {
      engine: engine(a.engine, b.engine),
      textbook: textbook(a.textbook, b.textbook),
      exact: exact && a.exact && (!two || b.exact),
    };
  });

function broadcasts(a: Value, b: Value): boolean {
  const [x, y] = [[...a.textbook.shape].reverse(), [...b.textbook.shape].reverse()];
  const fits = x.every((d, i) => y[i] === undefined || y[i] === d || d === 1 || y[i] === 1);
  const joined = Array.from({ length: Math.max(x.length, y.length) }, (_, i) =>
    (x[i] ?? 1) === 1 ? (y[i] ?? 1) : x[i],
  );
  return fits && sizeOf(joined) <= largest;
}

const smooth: Operation[] = [
  pointwise("add", r.add, t.add, { two: true }),
  pointwise("sub", r.sub, t.sub, { two: true }),
  pointwise(
    "mul",
    (a, b) => r.mul(r.tanh(a), b),
    (a, b) => t.mul(t.tanh(a), b),
    { two: true },
  ),
  pointwise(
    "div",
    (a, b) => r.div(a, r.add(r.square(b), 1)),
    (a, b) => t.div(a, t.add(t.square(b), 1)),
    { two: true },
  ),
  pointwise(
    "x·σ(x)",
    (a) => r.mul(a, r.sigmoid(a)),
    (a) => t.mul(a, t.sigmoid(a)),
  ),
  pointwise(
    "(x + x) / 2",
    (a) => r.mul(r.add(a, a), 0.5),
    (a) => a,
  ),
  pointwise("tanh", r.tanh, t.tanh),
  pointwise("sigmoid", r.sigmoid, t.sigmoid),
  pointwise("softplus", r.softplus, t.softplus),
  pointwise("silu", r.silu, t.silu),
  pointwise("erf", r.erf, t.erf),
  pointwise(
    "gelu",
    (a) => r.gelu(a),
    (a) => t.gelu(a),
  ),
  pointwise(
    "exp tanh",
    (a) => r.exp(r.tanh(a)),
    (a) => t.exp(t.tanh(a)),
  ),
  pointwise(
    "log",
    (a) => r.log(r.add(r.square(a), 0.5)),
    (a) => t.log(t.add(t.square(a), 0.5)),
  ),
  pointwise(
    "sqrt",
    (a) => r.sqrt(r.add(r.square(a), 0.5)),
    (a) => t.sqrt(t.add(t.square(a), 0.5)),
  ),
  pointwise("neg", r.neg, t.neg, { exact: true }),
  both("transpose", true, ({ a, pick }) => {
    const order = a.textbook.shape.map((_, d) => d);
    for (let d = order.length - 1; d > 0; d--) {
      const other = pick(d + 1);
      [order[d], order[other]] = [order[other], order[d]];
    }
    return moved(
      a,
      (x) => r.transpose(x, order),
      (x) => t.transpose(x, order),
    );
  }),
  both("flip", true, ({ a, pick }) => {
    if (a.textbook.shape.length === 0) return null;
    const axis = pick(a.textbook.shape.length);
    return moved(
      a,
      (x) => r.flip(x, axis),
      (x) => t.flip(x, [axis]),
    );
  }),
  both("reshape", true, ({ a, pick }) => {
    const shape = regrouped(a.textbook.shape, pick);
    return moved(
      a,
      (x) => r.reshape(x, shape),
      (x) => t.reshape(x, shape),
    );
  }),
  both("slice", true, ({ a, pick }) => {
    const { shape } = a.textbook;
    const step = shape.map(() => [1, 1, 2, -1, -2][pick(5)]);
    const low = shape.map((d) => pick(Math.min(3, d + 1)));
    const high = shape.map((d, i) => Math.max(low[i], d - pick(3)));
    const begin = low.map((n, i) => (step[i] > 0 ? n : high[i] - 1));
    const end = high.map((n, i) => (step[i] > 0 ? n : low[i] - 1));
    // Behind the first value stands none that a negative index could name.
    if (step.some((s, i) => s < 0 && (end[i] < 0 || begin[i] < 0))) return null;
    return moved(
      a,
      (x) => r.slice(x, begin, end, step),
      (x) => t.slice(x, begin, end, step),
    );
  }),
  both("pad", true, ({ a, pick }) => {
    const pairs = a.textbook.shape.map((): [number, number] => [pick(3), pick(3)]);
    const value = [0, 0.5][pick(2)];
    if (a.type === "bool") return null;
    const given = a.type === "i32" ? 3 : value;
    return moved(
      a,
      (x) => r.pad(x, pairs, { value: given }),
      (x) => t.pad(x, pairs, { value: given }),
    );
  }),
  both("broadcastTo", true, ({ a, pick }) => {
    const shape = a.textbook.shape.map((d) => (d === 1 ? [1, 2, 3, 0][pick(4)] : d));
    const to = pick(2) ? [1 + pick(3), ...shape] : shape;
    return moved(
      a,
      (x) => r.broadcastTo(x, to),
      (x) => t.broadcastTo(x, to),
    );
  }),
  both("concat", true, ({ a, b, pick }) => {
    const rank = a.textbook.shape.length;
    if (rank === 0 || a.type !== b.type || a.type === "bool") return null;
    const axis = pick(rank);
    const fits =
      b.textbook.shape.length === rank &&
      b.textbook.shape.every((d, i) => i === axis || d === a.textbook.shape[i]);
    const other = fits ? b : a;
    return {
      engine: r.concat([a.engine, other.engine, a.engine], { axis }),
      textbook: t.concat([a.textbook, other.textbook, a.textbook], { axis }),
      exact: a.exact && other.exact,
      type: a.type,
    };
  }),
  both("extend", true, ({ a, pick }) => {
    const mode = r.extensions[pick(4)];
    const most = (d: number): number =>
      mode === "replicate" ? (d > 0 ? 2 : 0) : mode === "reflect" ? d - 1 : d;
    const pairs = a.textbook.shape.map((d): [number, number] => {
      const room = Math.max(0, Math.min(2, most(d)));
      return [pick(room + 1), pick(room + 1)];
    });
    return moved(
      a,
      (x) => r.extend(x, pairs, mode),
      (x) => t.extend(x, pairs, mode),
    );
  }),
  both("gather", true, ({ a, pick }) => {
    const rank = a.textbook.shape.length;
    if (rank === 0 || a.type === "bool") return null;
    const axis = pick(rank);
    const extent = a.textbook.shape[axis];
    if (extent === 0) return null;
    const indices = Array.from({ length: pick(4) }, () => pick(extent));
    const given = { shape: [indices.length], data: Float64Array.from(indices) };
    return moved(
      a,
      (x) => r.gather(x, toTensor(given, "i32"), { axis }),
      (x) => t.gather(x, given, { axis }),
    );
  }),
  ...(["sum", "mean", "variance"] as const).map((name) =>
    both(name, true, ({ a, pick }) => {
      if (!isFloat(a)) return null;
      const { shape } = a.textbook;
      const axis = shape.flatMap((_, d) => (pick(2) ? [d] : []));
      const count = sizeOf(axis.map((d) => shape[d]));
      if (count === 0 && name !== "sum") return null;
      const options = { axis, keepDims: pick(2) === 1 };
      // Of no axis the mean is the value; a sum grows, and is made as small as its terms.
      const times = name === "sum" && count > 0 ? 1 / Math.sqrt(count) : 1;
      return {
        engine: r.mul(r[name](r.tanh(a.engine), options), times),
        textbook: t.mul(t[name](t.tanh(a.textbook), options), { shape: [], data: Float64Array.of(times) }),
      };
    }),
  ),
  both("cumsum", true, ({ a, pick }) => {
    const rank = a.textbook.shape.length;
    if (!isFloat(a) || rank === 0) return null;
    const options = { axis: pick(rank), exclusive: pick(2) === 1, reverse: pick(2) === 1 };
    const times = 1 / Math.sqrt(Math.max(1, a.textbook.shape[options.axis]));
    return {
      engine: r.mul(r.cumsum(r.tanh(a.engine), options), times),
      textbook: t.mul(t.cumsum(t.tanh(a.textbook), options), { shape: [], data: Float64Array.of(times) }),
    };
  }),
  ...(["softmax", "logSoftmax"] as const).map((name) =>
    both(name, true, ({ a, pick }) => {
      const rank = a.textbook.shape.length;
      if (!isFloat(a) || rank === 0 || a.textbook.shape.includes(0)) return null;
      const axis = pick(rank);
      return { engine: r[name](a.engine, { axis }), textbook: t[name](a.textbook, { axis }) };
    }),
  ),
  both("normalise", true, ({ a, pick }) => {
    const rank = a.textbook.shape.length;
    if (!isFloat(a) || rank === 0 || a.textbook.shape.includes(0)) return null;
    const options = { axis: pick(rank), epsilon: 0.3 };
    return { engine: r.normalise(a.engine, options), textbook: t.normalise(a.textbook, options) };
  }),
  both("matmul", true, ({ a, b, pick }) => {
    if (!isFloat(a, b) || a.textbook.shape.length < 2 || a.textbook.shape.length > 3) return null;
    const k = a.textbook.shape[a.textbook.shape.length - 1];
    const fits = b.textbook.shape.length === 2 && b.textbook.shape[0] === k;
    const other = fits ? b : fresh([k, [1, 2, 5, 17, 0][pick(5)]], pick(1000));
    const scale = 1 / Math.sqrt(Math.max(1, k));
    return {
      engine: r.mul(r.matmul(r.tanh(a.engine), other.engine), scale),
      textbook: t.mul(t.matmul(t.tanh(a.textbook), other.textbook), one(scale)),
    };
  }),
  both("a times its transpose", true, ({ a }) => {
    if (!isFloat(a) || a.textbook.shape.length !== 2) return null;
    const scale = 1 / Math.sqrt(Math.max(1, a.textbook.shape[1]));
    const [x, y] = [r.tanh(a.engine), t.tanh(a.textbook)];
    return {
      engine: r.mul(r.matmul(x, r.transpose(x)), scale),
      textbook: t.mul(t.matmul(y, t.transpose(y)), one(scale)),
    };
  }),
  both("conv2d", true, ({ a, pick }) => {
    const x = asPictures(a);
    if (!x) return null;
    const [, h, w, c] = x.textbook.shape;
    const size = [1 + pick(3), 1 + pick(3)];
    const padding = [pick(3), pick(3)].map((n): [number, number] => [n, pick(2)]) as [
      [number, number],
      [number, number],
    ];
    if (h + padding[0][0] + padding[0][1] < size[0] || w + padding[1][0] + padding[1][1] < size[1])
      return null;
    const groups = c > 0 && pick(3) === 0 ? c : 1;
    const filter = fresh([...size, c / groups, groups * [1, 2, 3][pick(3)]], pick(1000));
    const options = { stride: 1 + pick(2), padding, groups };
    const scale = one(1 / Math.sqrt(Math.max(1, (size[0] * size[1] * c) / groups)));
    return {
      engine: r.mul(r.conv2d(r.tanh(x.engine), filter.engine, options), scale.data[0]),
      textbook: t.mul(t.conv2d(t.tanh(x.textbook), filter.textbook, options), scale),
    };
  }),
  both("the filter of conv2d", true, ({ a, b }) => {
    const x = asPictures(b);
    if (!x || !isFloat(a) || a.textbook.shape.length !== 4) return null;
    const [kH, kW, c] = a.textbook.shape;
    const [, h, w, channels] = x.textbook.shape;
    if (c !== channels || kH === 0 || kW === 0 || kH > h || kW > w) return null;
    const scale = one(1 / Math.sqrt(Math.max(1, kH * kW * c)));
    return {
      engine: r.mul(r.conv2d(r.tanh(x.engine), a.engine), scale.data[0]),
      textbook: t.mul(t.conv2d(t.tanh(x.textbook), a.textbook), scale),
    };
  }),
  both("avgPool2d", true, ({ a, pick }) => {
    const x = asPictures(a);
    const size = 1 + pick(3);
    if (!x || x.textbook.shape[1] < size || x.textbook.shape[2] < size) return null;
    const options = { stride: 1 + pick(3) };
    return { engine: r.avgPool2d(x.engine, size, options), textbook: t.avgPool2d(x.textbook, size, options) };
  }),
  both("upsample2d", true, ({ a, pick }) => {
    const x = asPictures(a);
    if (!x || x.textbook.shape[1] === 0 || x.textbook.shape[2] === 0) return null;
    const [, h, w] = x.textbook.shape;
    const size: [number, number] = pick(2)
      ? [h * (1 + pick(3)), w * (1 + pick(3))]
      : [1 + pick(9), 1 + pick(9)];
    const options = { method: (["nearest", "bilinear"] as const)[pick(2)] };
    return {
      engine: r.upsample2d(x.engine, size, options),
      textbook: t.upsample2d(x.textbook, size, options),
    };
  }),
];

const rough: Operation[] = [
  pointwise("relu", r.relu, t.relu, { smooth: false, exact: true }),
  pointwise("abs", r.abs, t.abs, { smooth: false, exact: true }),
  pointwise(
    "clip",
    (a) => r.clip(a, -0.5, 0.4),
    (a) => t.clip(a, -0.5, 0.4),
    { smooth: false },
  ),
  pointwise(
    "leakyRelu",
    (a) => r.leakyRelu(a),
    (a) => t.leakyRelu(a),
    { smooth: false },
  ),
  pointwise(
    "elu",
    (a) => r.elu(a),
    (a) => t.elu(a),
    { smooth: false },
  ),
  pointwise("maximum", r.maximum, t.maximum, { smooth: false, exact: true, two: true }),
  pointwise("minimum", r.minimum, t.minimum, { smooth: false, exact: true, two: true }),
  ...(["max", "min"] as const).map((name) =>
    both(name, false, ({ a, pick }) => {
      const { shape } = a.textbook;
      const axis = shape.flatMap((_, d) => (pick(2) ? [d] : []));
      if (a.type === "bool" || axis.some((d) => shape[d] === 0)) return null;
      const options = { axis, keepDims: pick(2) === 1 };
      return moved(
        a,
        (x) => r[name](x, options),
        (x) => t[name](x, options),
      );
    }),
  ),
  both("argmax", false, ({ a, pick }) => {
    const rank = a.textbook.shape.length;
    if (!a.exact || a.type === "bool" || rank === 0) return null;
    const axis = pick(rank);
    if (a.textbook.shape[axis] === 0 || a.textbook.data.some(Number.isNaN)) return null;
    return {
      ...moved(
        a,
        (x) => r.argmax(x, { axis }),
        (x) => t.argmax(x, { axis }),
      )!,
      type: "i32",
    };
  }),
  ...(["equal", "less", "greaterEqual"] as const).map((name) =>
    both(name, false, ({ a, b }) => {
      if (!a.exact || !b.exact || a.type !== b.type || a.type === "bool" || !broadcasts(a, b)) return null;
      return {
        engine: r[name](a.engine, b.engine),
        textbook: t[name](a.textbook, b.textbook),
        type: "bool",
        exact: true,
      };
    }),
  ),
  both("where", false, ({ a, b, values }) => {
    const condition = values.find(
      ({ type, textbook }) => type === "bool" && String(textbook.shape) === String(a.textbook.shape),
    );
    if (!condition || !isFloat(a, b) || !broadcasts(a, b)) return null;
    return {
      engine: r.where(condition.engine, a.engine, b.engine),
      textbook: t.where(condition.textbook, a.textbook, b.textbook),
      exact: a.exact && b.exact,
    };
  }),
  both("cast", false, ({ a, pick }) => {
    if (!a.exact || a.textbook.data.some(Number.isNaN)) return null;
    const type = (["f32", "i32", "bool"] as const)[pick(3)];
    return { engine: r.cast(a.engine, type), textbook: t.cast(a.textbook, type), type, exact: true };
  }),
  both("sum of whole numbers", false, ({ a, pick }) => {
    if (a.type === "f32") return null;
    const axis = a.textbook.shape.flatMap((_, d) => (pick(2) ? [d] : []));
    // Of no axis nothing is summed, and truths stay truths for the textbook.
    if (axis.length === 0) return null;
    return {
      engine: r.sum(a.engine, { axis }),
      textbook: t.sum(a.textbook, { axis }),
      type: "i32",
      exact: true,
    };
  }),
  both("whole numbers added", false, ({ a, b }) => {
    if (a.type !== "i32" || b.type !== "i32" || !broadcasts(a, b)) return null;
    return {
      engine: r.add(a.engine, b.engine),
      textbook: t.add(a.textbook, b.textbook),
      type: "i32",
      exact: true,
    };
  }),
  both("maxPool2d", false, ({ a, pick }) => {
    const x = asPictures(a);
    const size = 1 + pick(3);
    if (!x || x.textbook.shape[1] < size || x.textbook.shape[2] < size) return null;
    const options = { stride: 1 + pick(3) };
    return {
      engine: r.maxPool2d(x.engine, size, options),
      textbook: t.maxPool2d(x.textbook, size, options),
      exact: a.exact,
    };
  }),
];

const one = (value: number): Numbers => ({ shape: [], data: Float64Array.of(value) });

function fresh(shape: number[], seed: number): { engine: r.Tensor; textbook: Numbers } {
  const textbook = uniform(shape, { seed });
  return { engine: toTensor(textbook), textbook };
}

/** A value whose numbers move, and stay what they are. */
function moved(a: Value, engine: (x: r.Tensor) => r.Tensor, textbook: (x: Numbers) => Numbers): Result {
  return { engine: engine(a.engine), textbook: textbook(a.textbook), exact: a.exact, type: a.type };
}

/** N×H×W×C, with axes of length 1 in front where there are fewer. */
function asPictures(a: Value): { engine: r.Tensor; textbook: Numbers } | null {
  const { shape } = a.textbook;
  if (!isFloat(a) || shape.length < 2 || shape.length > 4) return null;
  const to = shape.length === 2 ? [1, ...shape, 1] : shape.length === 3 ? [1, ...shape] : shape;
  return { engine: r.reshape(a.engine, to), textbook: t.reshape(a.textbook, to) };
}

/** Another shape of as many values: an axis split, two joined, or one of length 1 put in. */
function regrouped(shape: readonly number[], pick: Pick): number[] {
  const how = pick(3);
  const at = pick(Math.max(1, shape.length));
  if (how === 0 && shape.length > 1 && at < shape.length - 1)
    return shape.toSpliced(at, 2, shape[at] * shape[at + 1]);
  if (how === 1 && shape.length > 0 && shape.length < 6)
    for (const d of [2, 3, 5]) if (shape[at] % d === 0) return shape.toSpliced(at, 1, shape[at] / d, d);
  return shape.length < 6 ? shape.toSpliced(at, 0, 1) : shape.filter((d) => d !== 1);
}

/** The values of a graph, inputs first. */
function build(
  { shapes, steps, seed }: Drawing,
  operations: readonly Operation[],
  inputs: readonly Numbers[],
  tensors: readonly r.Tensor[],
): Value[] {
  const values: Value[] = inputs.map((textbook, i) => ({
    engine: tensors[i],
    textbook,
    type: "f32",
    exact: true,
    text: `x${i} = ${shapes[i].join("×") || "one number"}, seed ${seed + i}`,
  }));
  for (const step of steps) {
    const recent = (back: number): number => values.length - 1 - (back % values.length);
    const [left, right] = [recent(step.left), recent(step.right)];
    let next = 0;
    const pick: Pick = (n) => (step.choices[next++ % step.choices.length] + next) % n;
    const operation = operations[step.what % operations.length];
    const [a, b] = [values[left], values[right]];
    const made = operation.make({ a, b, pick, values });
    if (!made || sizeOf(made.textbook.shape) > largest || made.textbook.shape.length > 6) continue;
    const text = `x${values.length} = ${operation.name} of x${left}, x${right} (${a.type} ${a.textbook.shape.join("×")} → ${made.textbook.shape.join("×")})`;
    values.push({ type: "f32", exact: false, text, ...made });
  }
  return values;
}

/** The values of a graph with these inputs, for the engine alone; `isSmooth`: all of them have gradients. */
export function tensorsOf(drawing: Drawing, tensors: readonly r.Tensor[], isSmooth: boolean): r.Tensor[] {
  const values = build(drawing, isSmooth ? smooth : [...smooth, ...rough], inputsOf(drawing), tensors);
  return values.slice(tensors.length).map(({ engine }) => engine);
}

export const inputsOf = ({ shapes, seed }: Drawing): Numbers[] =>
  shapes.map((shape, i) => uniform(shape, { seed: seed + i }));

const extent = fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 2, 3, 4, 16, 17, 0);
const shape = fc.array(extent, { minLength: 0, maxLength: 4 }).map((list) => {
  const extents: number[] = [];
  for (const d of list) if (sizeOf(extents) * d <= 400) extents.push(d);
  return extents;
});

export const drawings = (longest: number): fc.Arbitrary<Drawing> =>
  fc.record({
    shapes: fc.array(shape, { minLength: 1, maxLength: 3 }),
    steps: fc.array(
      fc.record({
        what: fc.nat({ max: 1000 }),
        left: fc.nat({ max: 15 }),
        right: fc.nat({ max: 15 }),
        choices: fc.array(fc.nat({ max: 999 }), { minLength: 8, maxLength: 8 }),
      }),
      { minLength: 1, maxLength: longest },
    ),
    seed: fc.nat({ max: 10_000 }),
  });

/** The same drawing of batches of n, along the first axis of each input. */
export const withBatch = (drawing: Drawing, n: number): Drawing => ({
  ...drawing,
  shapes: drawing.shapes.map(([first, ...rest]) => (first === undefined ? [] : [n, ...rest])),
});

const greatestOf = (values: readonly Numbers[]): number =>
  values.reduce((most, { data }) => data.reduce((m, v) => (Math.abs(v) > m ? Math.abs(v) : m), most), 1);

/** The last value alone, then all of them at once: what was passed on inside a kernel now has to be kept. */
export async function checkValues(drawing: Drawing): Promise<void> {
  const inputs = inputsOf(drawing);
  const values = build(
    drawing,
    [...smooth, ...rough],
    inputs,
    inputs.map((x) => toTensor(x)),
  );
  const atol = 3e-5 * greatestOf(values.map((v) => v.textbook));
  const check = (numbers: ArrayLike<number>, { textbook, exact }: Value, k: number): void =>
    agree(numbers, textbook, exact ? { rtol: 0, atol: 0 } : { rtol: 1e-4, atol }, `x${k}`);
  await told(values, async () => {
    const last = values.length - 1;
    if (last < inputs.length) return;
    values.forEach(({ engine, textbook }) => {
      if (String(engine.shape) !== String(textbook.shape))
        throw new Error(`the engine has ${engine.shape}, the textbook ${textbook.shape}`);
    });
    // Recorded once more: a tensor whose numbers are known lets go of what is below it.
    const [alone] = await r.compute([r.add(r.cast(values[last].engine, "f32"), 0)]);
    check(alone, values[last], last);
    const all = await r.compute(values.slice(inputs.length).map((v) => v.engine));
    all.forEach((numbers, i) => {
      check(numbers, values[inputs.length + i], inputs.length + i);
    });
  });
}

const dot = (a: Numbers, b: Numbers): number => a.data.reduce((total, v, k) => total + v * b.data[k], 0);

/**
 * First and second derivatives along random directions against differences of the textbook: of E(x) = ⟨f(x), u⟩, the
 * slope ⟨∇E, v⟩ and the curvature ⟨∇⟨∇E, v⟩, v⟩.
 */
export async function checkGradients(drawing: Drawing): Promise<void> {
  const inputs = inputsOf(drawing);
  const tensors = inputs.map((x) => toTensor(x));
  const values = build(drawing, smooth, inputs, tensors);
  const last = values[values.length - 1];
  if (values.length === inputs.length || values.some(({ textbook }) => textbook.data.some(Number.isNaN)))
    return;
  const next = generator(drawing.seed);
  const likeness = (shape: readonly number[]): Numbers => uniform(shape, { seed: Math.floor(next() * 1e6) });
  const u = likeness(last.textbook.shape);
  const v = inputs.map(({ shape }) => likeness(shape));
  const energy = (along: number): number => {
    const there = inputs.map((x, i) => ({
      shape: x.shape,
      data: x.data.map((value, k) => value + along * v[i].data[k]),
    }));
    const found = build(drawing, smooth, there, tensors);
    return dot(found[found.length - 1].textbook, u);
  };
  const h = 1e-4;
  const [before, here, after] = [energy(-h), energy(0), energy(h)];
  const slope = (after - before) / (2 * h);
  const curvature = (energy(10 * h) - 2 * here + energy(-10 * h)) / (100 * h * h);
  const loss = r.sum(r.mul(last.engine, toTensor(u)));
  const gradients = r.gradients(loss, tensors);
  const along = gradients.map((g, i) => r.sum(r.mul(g, toTensor(v[i])))).reduce((a, b) => r.add(a, b));
  const curved = r
    .gradients(along, tensors)
    .map((g, i) => r.sum(r.mul(g, toTensor(v[i]))))
    .reduce((a, b) => r.add(a, b));
  await told(values, async () => {
    const [first, second, ...parts] = await r.compute([along, curved, ...gradients]);
    // What cancels in a sum keeps the error of its terms.
    const size = parts.reduce((most, g) => Math.max(most, ...Array.from(g, Math.abs)), 1);
    const count = inputs.reduce((n, x) => Math.max(n, x.data.length), 1);
    const off = (a: number, e: number, by: number): boolean => !(Math.abs(a - e) <= by);
    if (off(first[0], slope, 1e-3 * Math.abs(slope) + 1e-4 * size * Math.sqrt(count)))
      throw new Error(`the slope is ${first[0]}, differences give ${slope}`);
    const room = 2e-2 * Math.abs(curvature) + 5e-3 * Math.max(size, Math.abs(slope)) * Math.sqrt(count);
    if (off(second[0], curvature, room))
      throw new Error(`the curvature is ${second[0]}, differences give ${curvature}`);
  });
}

/** An error tells the graph, step by step. */
async function told(values: readonly Value[], check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    throw new Error(
      `${(error as Error).message}\nin the graph\n${values.map(({ text }) => text).join("\n")}`,
    );
  }
}

/** So many graphs from a seed on, or as many as there is time for. */
export async function checkGraphs(
  check: (drawing: Drawing) => Promise<void>,
  { graphs, longest, seed, seconds }: { graphs: number; longest: number; seed: number; seconds?: number },
): Promise<void> {
  await fc.assert(fc.asyncProperty(drawings(longest), check), {
    numRuns: graphs,
    seed,
    ...(seconds === undefined
      ? {}
      : { interruptAfterTimeLimit: 1000 * seconds, markInterruptAsFailure: false }),
  });
}
