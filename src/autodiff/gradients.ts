/** Reverse-mode differentiation: gradients are graphs like any other, and can be differentiated again. */
import type { Attributes } from "../compiler/operation.js";
import { add } from "../ops/arithmetic.js";
import { broadcastTo } from "../ops/broadcast-to.js";
import { type Applied, isDifferentiable } from "../ops/define.js";
import { scalar } from "../ops/scalar.js";
import { identity } from "../ops/stop-gradient.js";
import { checkedTensors, checkTensor } from "../tensor/arguments.js";
import { inLayer } from "../tensor/layer-now.js";
import { ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";

/**
 * dy/dx for each x, of its shape, on the recorded graph. Zeros where y does not depend on x. A tensor lets go of the
 * graph below it when its numbers are read: take gradients first, or use `grad`, which records anew.
 *
 * @param y  a single number
 * @throws ShapeError if it is not
 * @throws TypeError where an x is not found and the graph ends at tensors that were read
 */
export function gradients(y: Tensor, xs: readonly Tensor[]): Tensor[] {
  checkTensor("gradients", "y", y);
  checkedTensors("gradients", "x", xs);
  return partial(y, xs).map((dx, i) => dx ?? zerosLike(xs[i]));
}

/** The same, with null for zeros that are certain: no way on which a gradient could pass leads from y to that x. */
export function partial(y: Tensor, xs: readonly Tensor[]): (Tensor | null)[] {
  if (y.size !== 1 || y.rank !== 0)
    throw new ShapeError(`gradients: y is ${show(y.shape)}, expected a single number`);
  const nodes = new Set(inputsFirst(y));
  const lost = xs.findIndex((x) => !nodes.has(x));
  if (lost >= 0 && [...nodes].some((node) => node.settled))
    throw new TypeError(
      `gradients: y does not reach x number ${lost} (${show(xs[lost].shape)}); numbers on the way have been read, and with that the graph below them is gone: take gradients first, or use grad(f)`,
    );
  return pulledBack(y, scalar(1), xs);
}

const zerosLike = (x: Tensor): Tensor => broadcastTo(scalar(0), x.shape);

/** What takes the place of an operation's gradient, by the operation's name. */
export interface GradientRules {
  readonly [operation: string]: (dy: Tensor, applied: Applied<Attributes>) => readonly (Tensor | null)[];
}

/**
 * Σ dy · ∂y/∂x for each x: the vector–Jacobian product.
 *
 * @param rules  operations that pass back something else than their gradient: wherever in the graph they stand,
 *               and whichever layer put them there
 */
export function pullBack(y: Tensor, dy: Tensor, xs: readonly Tensor[], rules: GradientRules = {}): Tensor[] {
  return pulledBack(y, dy, xs, rules).map((dx, i) => dx ?? zerosLike(xs[i]));
}

function pulledBack(
  y: Tensor,
  dy: Tensor,
  xs: readonly Tensor[],
  rules: GradientRules = {},
): (Tensor | null)[] {
  const order = inputsFirst(y);
  const wanted = new Set<Tensor>(xs);
  // Only what lies between y and an x takes part: the gradient of the pictures, say, is never formed.
  const between = new Set<Tensor>();
  for (const node of order)
    if (wanted.has(node) || node.inputs.some((input) => between.has(input))) between.add(node);
  const sums = new Map<Tensor, Tensor>();
  if (between.has(y)) sums.set(y, dy);
  for (const node of [...order].reverse()) {
    const arriving = sums.get(node);
    if (!arriving || node.inputs.length === 0 || !isDifferentiable(node.operation)) continue;
    if (!node.inputs.some((input) => between.has(input))) continue;
    const { inputs, attributes } = node;
    const { name, definition } = node.operation;
    const rule = Object.hasOwn(rules, name) ? rules[name] : definition.vjp;
    inLayer(backward(node.layer), () =>
      rule(arriving, { inputs, output: node, attributes }).forEach((part, i) => {
        const input = inputs[i];
        if (!part || !between.has(input)) return;
        const sum = sums.get(input);
        sums.set(input, sum ? add(sum, part) : part);
      }),
    );
  }
  return xs.map((x) => sums.get(x) ?? null);
}

/** Of a layer's gradients, for profiles. */
const backward = (layer: string | undefined): string | undefined =>
  layer && (layer.endsWith(", backward") ? layer : `${layer}, backward`);

/** All nodes below y, without recursion: graphs are deeper than call stacks. */
function inputsFirst(y: Tensor): Tensor[] {
  const order: Tensor[] = [];
  const done = new Set<Tensor>();
  const stack: { node: Tensor; next: number }[] = [{ node: y, next: 0 }];
  while (stack.length > 0) {
    const top = stack[stack.length - 1];
    if (done.has(top.node)) stack.pop();
    else if (top.next < top.node.inputs.length) stack.push({ node: top.node.inputs[top.next++], next: 0 });
    else {
      done.add(top.node);
      order.push(top.node);
      stack.pop();
    }
  }
  return order;
}

/**
 * The value of f, a single number, and its gradient at x, of the shape of x: one tensor, or a list of them.
 *
 * @throws ShapeError if f returns more than a single number
 */
export function valueAndGrad(f: (x: Tensor) => Tensor): (x: Tensor) => { value: Tensor; gradient: Tensor };
export function valueAndGrad(
  f: (x: Tensor[]) => Tensor,
): (x: Tensor[]) => { value: Tensor; gradient: Tensor[] };
export function valueAndGrad(
  f: (x: never) => Tensor,
): (x: never) => { value: Tensor; gradient: Tensor | Tensor[] } {
  return (x: Tensor | Tensor[]) => {
    const many = Array.isArray(x);
    if (many) checkedTensors("grad", "x", x);
    else checkTensor("grad", "x", x);
    // Nodes of their own, so that a value that reaches f by another way counts as a constant.
    const places = (many ? x : [x]).map(identity);
    const value = f((many ? places : places[0]) as never);
    checkTensor("grad", "what the function returns", value);
    if (value.rank !== 0)
      throw new ShapeError(`grad: the function returns ${show(value.shape)}, expected a single number`);
    const found = pullBack(value, scalar(1), places);
    return { value, gradient: many ? found : found[0] };
  };
}

/**
 * The gradient of f, whose value is a single number: a function of the same argument, whose result has the argument's
 * shape (a list of tensors, where f takes one). Gradients of gradients are taken the same way.
 *
 * @throws ShapeError if f returns more than a single number
 */
export function grad(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor;
export function grad(f: (x: Tensor[]) => Tensor): (x: Tensor[]) => Tensor[];
export function grad(f: (x: never) => Tensor): (x: never) => Tensor | Tensor[] {
  const both = valueAndGrad(f as (x: Tensor) => Tensor) as (x: never) => { gradient: Tensor | Tensor[] };
  return (x) => both(x).gradient;
}
