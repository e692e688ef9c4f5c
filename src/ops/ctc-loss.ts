import { optionsOf } from "../door/options.js";
import { oneOf, wholeOfAtLeast } from "../door/rules.js";
import { latticeKernel } from "../kernels/lattice.js";
import { checkTensor } from "../tensor/arguments.js";
import { ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, maximum, minimum, mul, sub } from "./arithmetic.js";
import { broadcastTo } from "./broadcast-to.js";
import { cast } from "./cast.js";
import {
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  logicalOr,
  notEqual,
} from "./comparisons.js";
import { concat } from "./concat.js";
import { apply, defineOp } from "./define.js";
import { exp, log } from "./elementary.js";
import { max } from "./extremes.js";
import { full } from "./fill.js";
import { gather } from "./gather.js";
import { matmul } from "./matmul.js";
import { oneHot } from "./one-hot.js";
import { pad } from "./pad.js";
import { range } from "./range.js";
import { reshape } from "./reshape.js";
import { scalar } from "./scalar.js";
import { slice } from "./slice.js";
import { logSoftmax } from "./softmax.js";
import { stopGradient, withGradient } from "./stop-gradient.js";
import { sum } from "./sum.js";
import { transpose } from "./transpose.js";
import { where } from "./where.js";

/** Lengths, and what stands for "nothing", of {@link ctcLoss}. */
export interface CtcLossOptions {
  /** N whole numbers: how many frames of each example count; all T if left out. */
  frames?: Tensor;
  /** N whole numbers: how many of each example's labels count, from the first on; all L if left out. */
  lengths?: Tensor;
  /** The class that stands for "no label"; 0 if left out. */
  blank?: number;
  /** What examples cost that have too few frames for their labels: Infinity, or 0; "infinite" if left out. */
  impossible?: "infinite" | "zero";
}

/**
 * Connectionist temporal classification: how unlikely labels are, whatever frames they fall on.
 *
 *     y[n] = − ln Σ over all paths π that become labels[n] of Π_t softmax(x[n, t])[π_t]
 *
 * A path names a class for each frame; it becomes labels when runs of one class are made one, and blanks are then left out.
 * So labels need as many frames as there are labels, and one more between two equal ones. Computed by the forward and
 * backward variables in logarithms; the gradient is softmax(x) less the share of each class in the paths (equation 16),
 * and has none of its own. Examples with too few frames have the gradient 0.
 *
 * @param x       N×T×C scores before softmax; logarithms of probabilities are such scores, too
 * @param labels  N×L whole numbers: classes, other than the blank; what stands beyond a length does not count
 * @returns       N, in nats: not divided by the lengths. NaN where a label is no class or the blank, or a length is none
 * @throws ShapeError where the shapes do not fit each other
 * Graves, Fernández, Gomez, Schmidhuber: Connectionist Temporal Classification, ICML 2006.
 */
export function ctcLoss(x: Tensor, labels: Tensor, given: CtcLossOptions = {}): Tensor {
  const {
    frames,
    lengths,
    blank = 0,
    impossible = "infinite",
  } = optionsOf("ctcLoss", given, {
    frames: 1,
    lengths: 1,
    blank: wholeOfAtLeast(0),
    impossible: oneOf("infinite", "zero"),
  });
  checkTensor("ctcLoss", "x", x);
  checkTensor("ctcLoss", "labels", labels);
  if (x.rank !== 3 || x.shape[1] === 0 || x.shape[2] === 0)
    throw new ShapeError(
      `ctcLoss: x is of rank ${x.rank} (${show(x.shape)}), expected N×T×C with frames and classes`,
    );
  const [n, t, classes] = x.shape;
  if (labels.rank !== 2 || labels.shape[0] !== n)
    throw new ShapeError(
      `ctcLoss: labels are ${show(labels.shape)}, expected ${n}×L for x of ${show(x.shape)}`,
    );
  if (blank >= classes)
    throw new RangeError(`ctcLoss: blank is ${blank}, expected less than the ${classes} classes of x`);
  if (n === 0) return sum(cast(x, "f32"), { axis: [1, 2] });
  const most = labels.shape[1];
  const frameCounts = counts("frames", frames, n, t);
  const labelCounts = counts("lengths", lengths, n, most);
  const isSound = logicalAnd(isWithin(frameCounts, t), isWithin(labelCounts, most));
  const used = { frames: within(frameCounts, t), labels: within(labelCounts, most) };

  const scores = logSoftmax(stopGradient(cast(x, "f32")), { axis: 2 });
  const numbers = cast(labels, "i32");
  const turnedRound = {
    scores: reshape(rows(reshape(scores, [n * t, classes]), fromTheEnd(used.frames, n, t), n, t), [
      n,
      t,
      classes,
    ]),
    labels: most === 0 ? numbers : pickedByRow(numbers, fromTheEnd(used.labels, n, most)),
  };
  // Backward variables are forward ones of what is turned round: both are walked at once.
  const forward = latticeOf(
    concat([scores, turnedRound.scores], { axis: 0 }),
    concat([numbers, turnedRound.labels], { axis: 0 }),
    concat([used.labels, used.labels], { axis: 0 }),
    blank,
  );
  const states = forward.paths.shape[2];
  const half = (tensor: Tensor, which: 0 | 1): Tensor =>
    slice(
      tensor,
      tensor.shape.map((_, d) => (d === 0 ? which * n : 0)),
      tensor.shape.map((extent, d) => (d === 0 ? (which + 1) * n : extent)),
    );
  const alpha = half(forward.paths, 0);
  const last = add(mul(range(n), t), sub(maximum(used.frames, 1), 1));
  const ending = gather(reshape(alpha, [n * t, states]), last);
  const places = sub(reshape(range(states), [1, states]), 2);
  const final = mul(reshape(used.labels, [n, 1]), 2);
  const isFinal = logicalAnd(
    greaterEqual(places, 0),
    logicalOr(equal(places, final), equal(places, sub(final, 1))),
  );
  const reached = logSumExp(where(isFinal, ending, Number.NEGATIVE_INFINITY));
  // Without frames there is one path, the empty one.
  const without = where(equal(used.labels, 0), 0, Number.NEGATIVE_INFINITY);
  const likelihood = where(equal(used.frames, 0), without, reached);
  const isPossible = greater(likelihood, Number.NEGATIVE_INFINITY);
  const cost = where(isPossible, sub(0, likelihood), impossible === "zero" ? 0 : Number.POSITIVE_INFINITY);
  // NaN is neither possible nor impossible, and is shown.
  const told = where(isSound, where(equal(likelihood, likelihood), cost, Number.NaN), Number.NaN);

  return withGradient(told, [x], (dy) => {
    const back = reshape(
      rows(reshape(half(forward.paths, 1), [n * t, states]), fromTheEnd(used.frames, n, t), n, t),
      [n, t, states],
    );
    // The state s of labels turned round is the state 2·length − s.
    const mirrored = sub(add(final, 4), reshape(range(states), [1, states]));
    const beta = transpose(
      pickedByRow(transpose(back, [0, 2, 1]), minimum(maximum(mirrored, 0), states - 1)),
      [0, 2, 1],
    );
    const isState = logicalAnd(greaterEqual(places, 0), lessEqual(places, final));
    const counted = logicalAnd(
      less(reshape(range(t), [1, t]), reshape(used.frames, [n, 1])),
      reshape(isPossible, [n, 1]),
    );
    const isOn = logicalAnd(reshape(isState, [n, 1, states]), reshape(counted, [n, t, 1]));
    const emitted = half(forward.emitted, 0);
    const onThePath = logicalAnd(isOn, greater(emitted, Number.NEGATIVE_INFINITY));
    const exponent = sub(sub(add(alpha, beta), emitted), reshape(likelihood, [n, 1, 1]));
    const share = exp(where(onThePath, exponent, Number.NEGATIVE_INFINITY));
    const shares = matmul(share, cast(oneHot(maximum(half(forward.classes, 0), 0), classes), "f32"));
    const slope = where(reshape(counted, [n, t, 1]), sub(exp(scores), shares), 0);
    return [mul(slope, reshape(dy, [n, 1, 1]))];
  });
}

/** Lengths as i32. */
function counts(name: string, given: Tensor | undefined, n: number, all: number): Tensor {
  if (given === undefined) return full([n], all, "i32");
  checkTensor("ctcLoss", name, given);
  if (given.rank !== 1 || given.shape[0] !== n)
    throw new ShapeError(`ctcLoss: ${name} are ${show(given.shape)}, expected ${n}, one for each example`);
  return cast(given, "i32");
}

const isWithin = (length: Tensor, most: number): Tensor =>
  logicalAnd(greaterEqual(length, 0), lessEqual(length, most));
const within = (length: Tensor, most: number): Tensor => minimum(maximum(length, 0), most);

/** N×extent: length − 1, length − 2, … 0, and 0 from there on. */
const fromTheEnd = (length: Tensor, n: number, extent: number): Tensor =>
  maximum(sub(sub(reshape(length, [n, 1]), 1), reshape(range(extent), [1, extent])), 0);

/** Of N·E rows those at N×K places within each E. */
function rows(x: Tensor, places: Tensor, n: number, extent: number): Tensor {
  return gather(x, reshape(add(places, reshape(mul(range(n), extent), [n, 1])), [-1]));
}

/** x[n, places[n, k], …] of x N×E×…. */
function pickedByRow(x: Tensor, places: Tensor): Tensor {
  const [n, extent, ...rest] = x.shape;
  const k = places.shape[1];
  return reshape(rows(reshape(x, [n * extent, ...rest]), places, n, extent), [n, k, ...rest]);
}

/** States lie in whole vectors of the widest target. */
const statesBy = 16;

/** The paths through blank, label, blank, label, … blank: all of them up to each frame and state, in logarithms. */
function latticeOf(scores: Tensor, labels: Tensor, lengths: Tensor, blank: number) {
  const [n, frames, classes] = scores.shape;
  const most = labels.shape[1];
  const blanks = full([n, 1], blank, "i32");
  const isLabel = less(reshape(range(most), [1, most]), reshape(lengths, [n, 1]));
  const isClass = logicalAnd(
    logicalAnd(greaterEqual(labels, 0), less(labels, classes)),
    notEqual(labels, blank),
  );
  const sound = where(isLabel, where(isClass, labels, -1), blank);
  const between = reshape(
    concat([reshape(sound, [n, most, 1]), full([n, most, 1], blank, "i32")], { axis: 2 }),
    [n, 2 * most],
  );
  const own = most === 0 ? blanks : concat([blanks, between], { axis: 1 });
  const count = 2 * most + 1;
  const states = 2 + Math.ceil(count / statesBy) * statesBy;
  const around = [
    [0, 0],
    [2, states - 2 - count],
  ] as const;
  const ofStates = pad(own, around, { value: blank });
  const places = sub(reshape(range(states), [1, states]), 2);
  const isState = logicalAnd(greaterEqual(places, 0), lessEqual(places, mul(reshape(lengths, [n, 1]), 2)));
  // What is no class is picked from nowhere, which gives NaN.
  const from = where(greaterEqual(ofStates, 0), add(ofStates, reshape(mul(range(n), classes), [n, 1])), -1);
  const byClass = reshape(transpose(scores, [0, 2, 1]), [n * classes, frames]);
  const picked = reshape(gather(byClass, reshape(from, [-1])), [n, states, frames]);
  const emitted = where(
    broadcastTo(reshape(isState, [n, 1, states]), [n, frames, states]),
    transpose(picked, [0, 2, 1]),
    Number.NEGATIVE_INFINITY,
  );
  const weights = (isOn: Tensor): Tensor =>
    where(broadcastTo(isOn, [n, states]), scalar(0), Number.NEGATIVE_INFINITY);
  const begin = weights(logicalAnd(isState, lessEqual(places, 1)));
  const twoBefore = pad(slice(ofStates, [0, 0], [n, states - 2]), [
    [0, 0],
    [2, 0],
  ]);
  const skip = weights(
    logicalAnd(
      logicalAnd(greaterEqual(places, 2), isState),
      logicalAnd(notEqual(ofStates, blank), notEqual(ofStates, twoBefore)),
    ),
  );
  return { paths: apply(latticeOp, [emitted, begin, skip], {}), emitted, classes: ofStates };
}

/** ln Σ e^x along the last axis; −∞ of nothing but −∞. */
function logSumExp(x: Tensor): Tensor {
  const most = max(x, { axis: 1, keepDims: true });
  const level = where(greater(most, Number.NEGATIVE_INFINITY), most, 0);
  return add(log(sum(exp(sub(x, level)), { axis: 1 })), reshape(level, [x.shape[0]]));
}

const latticeOp = defineOp({
  name: "lattice",
  shape: ([x]) => x,
  vjp: () => {
    throw new Error("ctcLoss: its gradient has none of its own");
  },
  lowering: { kind: "lattice", generate: latticeKernel },
});
