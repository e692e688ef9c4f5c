/** How an operation is defined: what it is called, the shape it makes, its gradient, and how it is lowered. */
import type { Lowering } from "../compiler/lowering.js";
import type { Attributes, Operation, Shapes } from "../compiler/operation.js";
import { checkTensor } from "../tensor/arguments.js";
import type { Shape } from "../tensor/shapes.js";
import { type DType, Tensor } from "../tensor/tensor.js";

/** What a gradient may use: the inputs and the output of the forward operation. */
export interface Applied<A> {
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly attributes: A;
}

export interface Definition<A extends Attributes> {
  readonly name: string;
  shape(inputs: readonly Shape[], attributes: A): Shape;
  /** The type of the result; that of the first input if left out. */
  type?(inputs: readonly DType[], attributes: A): DType;
  /** The vector–Jacobian product: dE/dinput for each input from dE/doutput; null where there is none. */
  vjp(dy: Tensor, applied: Applied<A>): readonly (Tensor | null)[];
  /** The record from which the compiler computes it; a function where it depends on attributes or shapes. */
  readonly lowering: Lowering | ((attributes: A, shapes: Shapes) => Lowering);
  label?(attributes: A, inputs: readonly Shape[]): string;
}

export interface Differentiable<A extends Attributes = Attributes> extends Operation {
  readonly definition: Definition<A>;
}

export function defineOp<A extends Attributes = Record<string, never>>(
  definition: Definition<A>,
): Differentiable<A> {
  const { name, lowering, label } = definition;
  return {
    name,
    lower: (attributes, shapes) =>
      typeof lowering === "function" ? lowering(attributes as A, shapes) : lowering,
    label: label ? (attributes, inputs) => label(attributes as A, inputs) : undefined,
    definition,
  };
}

/** Records an operation. */
export function apply<A extends Attributes>(
  operation: Differentiable<A>,
  inputs: readonly Tensor[],
  attributes: A,
): Tensor {
  const { definition, name } = operation;
  for (const x of inputs) if (!(x instanceof Tensor)) checkTensor(name, "x", x);
  const shape = definition.shape(
    inputs.map((x) => x.shape),
    attributes,
  );
  const type = definition.type
    ? definition.type(
        inputs.map((x) => x.type),
        attributes,
      )
    : inputs[0].type;
  return new Tensor(operation, inputs, attributes, shape, type);
}

export const isDifferentiable = (operation: Operation): operation is Differentiable =>
  "definition" in operation;
