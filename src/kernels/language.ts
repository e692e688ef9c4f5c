/**
 * The kernel language: what `KernelBuilder` records, and an emitter of `targets/` turns into machine instructions.
 *
 * Values are of four types: `int` (one machine integer: addresses, counts, indices), and vectors of the
 * target's width of `f32`, `i32` and `mask` (the result of a comparison). A recorded kernel handles the items
 * `begin ≤ item < end` of its work; threads share a launch by splitting that range.
 */

export type ValueType = "int" | "f32" | "i32" | "mask";

export interface Value<T extends ValueType = ValueType> {
  readonly id: number;
  readonly type: T;
}
export type Int = Value<"int">;
export type Floats = Value<"f32">;
export type Ints = Value<"i32">;
export type Mask = Value<"mask">;
/** Any vector: one value of each lane. */
export type Lanes = Floats | Ints | Mask;

/** How an element lies in memory. A `u8` is widened to i32 when it is loaded. */
export type Format = "f32" | "i32" | "u8";
export const bytesOf: Record<Format, number> = { f32: 4, i32: 4, u8: 1 };

/** `vector`: neighbours; `splat`: one element for all lanes; `lanes`: elements `stride` bytes apart. */
export type Access = "vector" | "splat" | "lanes";

export type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

export type Operator =
  | "const"
  | "argument"
  | "begin"
  | "end"
  | "lanes"
  | "splat"
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "rem"
  | "min"
  | "max"
  | "neg"
  | "abs"
  | "sqrt"
  | "floor"
  | "nearest"
  | "fma"
  | "and"
  | "or"
  | "xor"
  | "not"
  | "shl"
  | "shru"
  | "shrs"
  | Comparison
  | "select"
  | "convert"
  | "truncate"
  | "bits"
  | "zipLow"
  | "zipHigh"
  | "sumLanes"
  | "maxLanes"
  | "minLanes"
  | "variable";

/** Single assignment: `out` is a new value, except that `assign` changes one made by `variable`. */
export type Instruction =
  | { kind: "value"; operator: Operator; out: Value; inputs: readonly Value[]; immediate: number }
  | {
      kind: "load";
      out: Value;
      pointer: Int;
      displacement: number;
      format: Format;
      access: Access;
      stride: number;
      lanes: number;
    }
  | { kind: "loadInt"; out: Int; pointer: Int; displacement: number }
  | {
      kind: "store";
      pointer: Int;
      value: Lanes;
      displacement: number;
      format: Format;
      stride: number;
      lanes: number;
    }
  /** Asks for a cache line that will be needed soon. The address need not exist; targets may ignore it. */
  | { kind: "prefetch"; pointer: Int; displacement: number }
  | { kind: "assign"; variable: Value; value: Value }
  | { kind: "loop"; counter: Int; from: Int; to: Int; step: number; body: Instruction[] }
  | { kind: "when"; condition: Int; body: Instruction[]; otherwise: Instruction[] };

/** What a generator must know of the machine it writes for. */
export interface TargetDescription {
  readonly name: string;
  /** f32 values in a vector. */
  readonly lanes: number;
  /** Vector registers that a kernel may use at once without spilling. */
  readonly registers: number;
  /** True where `fma` is one instruction and needs no register for the product. */
  readonly hasFma: boolean;
  /** About how many multiply-adds are written out in one turn of the innermost loop over long sums. */
  readonly turn: number;
  /** True where convolutions are only to be computed directly, for comparisons. Left out: no. */
  readonly direct?: boolean;
  /** False for a kernel that needs more registers at once than there are. Left out: none does. */
  accepts?(kernel: Kernel): boolean;
}

export interface Kernel {
  /** Read by people in profiles and listings, for example `conv2d 3×3×64→128 + bias + relu`. */
  readonly name: string;
  readonly body: readonly Instruction[];
  /** Number of values; ids lie below it. */
  readonly values: number;
  readonly types: readonly ValueType[];
}
