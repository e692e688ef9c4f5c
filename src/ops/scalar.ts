import { numeral } from "../compiler/operation.js";
import { kindOfArray, said } from "../door/said.js";
import { type DType, Tensor } from "../tensor/tensor.js";
import { isTracing } from "../tensor/tracing.js";
import { apply, defineOp } from "./define.js";

/** A number given to an operation. */
export type TensorLike = Tensor | number;

const constant = defineOp<{ value: number; type: DType; counted?: true }>({
  name: "constant",
  shape: () => [],
  type: (_, { type }) => type,
  vjp: () => [],
  lowering: ({ value, type, counted }) => ({
    kind: "map",
    cost: 0,
    told: counted && value,
    rule: (k) =>
      type === "f32"
        ? k[counted ? "number" : "f32"](value)
        : type === "bool"
          ? k.compare("ne", k.i32(value), k.i32(0))
          : k.i32(value),
  }),
  label: ({ value }) => String(value),
});

const known = new Map<string, Tensor>();

/**
 * A number as a tensor. In a compiled function it is part of the program; outside it is a leaf, so that a loop
 * that counts up runs one program and not one for each number.
 */
export function scalar(value: number, type: DType = "f32"): Tensor {
  if (isTracing()) return apply(constant, [], { value, type });
  const key = `${type} ${numeral(value)}`;
  let tensor = known.get(key);
  if (!tensor) {
    const values =
      type === "f32" ? Float32Array.of(value) : type === "i32" ? Int32Array.of(value) : Uint8Array.of(value);
    tensor = Tensor.from(values, [], type);
    known.set(key, tensor);
    if (known.size > 1024) known.delete(known.keys().next().value!);
  }
  return tensor;
}

/**
 * A number that follows from how many examples there are, in f32. Kernels are told it, so that those of one batch serve
 * batches of other sizes.
 */
export const counted = (value: number): Tensor =>
  isTracing() ? apply(constant, [], { value, type: "f32", counted: true }) : scalar(value);

/** The operand as a tensor; a number takes the type of what it stands beside. */
export function toTensor(speaker: string, x: TensorLike, beside?: unknown): Tensor {
  if (x instanceof Tensor) return x;
  if (typeof x !== "number")
    throw new TypeError(
      `${speaker}: an operand is ${said(x)}, expected a tensor or a number${Array.isArray(x) || kindOfArray(x) ? ": tensor(…) makes one of a list" : ""}`,
    );
  return scalar(x, beside instanceof Tensor ? typeBeside(x, beside.type) : "f32");
}

/** Whole numbers stay whole beside whole ones: in the smallest type from theirs on that has them. */
function typeBeside(x: number, type: DType): DType {
  if (!Number.isInteger(x) || type === "bool" || type === "f32") return "f32";
  if (type === "u8" && x >= 0 && x <= 255) return "u8";
  return x >= -(2 ** 31) && x < 2 ** 31 ? "i32" : "f32";
}
