/**
 * Which machine operands the values of a kernel become: constants and loads that ride on the instruction which uses
 * them, results that are computed in the place of the variable they are assigned to, comparisons that become jumps.
 */
import type { Instruction, Operator, Value, ValueType } from "../../kernels/language.js";
import { inputsOf } from "./simplify.js";

export type Level = "avx2" | "avx512";

export type Load = Extract<Instruction, { kind: "load" }>;
export type Loop = Extract<Instruction, { kind: "loop" }>;
export type Operation = Extract<Instruction, { kind: "value" }>;

/** A vector that is known when the kernel is emitted: one word for all lanes, or the numbers of the lanes. */
export type VectorConstant = { readonly bits: number } | "lanes";

export interface Selection {
  readonly level: Level;
  readonly vectorConstants: ReadonlyMap<number, VectorConstant>;
  readonly intConstants: ReadonlyMap<number, number>;
  /** Loads that become memory operands of the only instruction that uses them. */
  readonly folded: ReadonlyMap<number, Load>;
  /** Results computed where a variable lives. */
  readonly coalesced: ReadonlyMap<number, number>;
  /** Comparisons of integers whose only use is the condition right after them. */
  readonly jumps: ReadonlyMap<number, Operation>;
}

const commutative: readonly Operator[] = ["add", "mul", "and", "or", "xor"];
export const comparisons: readonly Operator[] = ["eq", "ne", "lt", "le", "gt", "ge"];

export type RegisterClass = "int" | "vector" | "mask";
export function classOf(type: ValueType, level: Level): RegisterClass {
  if (type === "int") return "int";
  return type === "mask" && level === "avx512" ? "mask" : "vector";
}

/** The inputs of an instruction that may lie in memory; of those that do, one. */
export function memorySlots(i: Instruction, level: Level): readonly number[] {
  if (i.kind === "assign") return [0];
  if (i.kind !== "value" || i.out.type === "int") return [];
  const type = i.inputs.at(-1)?.type;
  if (classOf(i.out.type, level) === "mask" && type === "mask") return i.operator === "variable" ? [0] : [];
  if (commutative.includes(i.operator)) return [1, 0];
  switch (i.operator) {
    case "sub":
    case "div":
    case "select":
      return [1];
    case "min":
    case "max":
      return type === "f32" ? [0] : [1, 0];
    case "sqrt":
    case "floor":
    case "nearest":
    case "convert":
    case "variable":
    case "bits":
      return [0];
    case "abs":
      return type === "i32" ? [0] : [];
    case "shl":
    case "shru":
    case "shrs":
      return level === "avx512" ? [0] : [];
    case "fma":
      return [2, 1, 0];
    case "eq":
    case "ne":
      return [1, 0];
    case "lt":
    case "ge":
      return level === "avx512" || type === "f32" ? [1, 0] : [0];
    case "gt":
    case "le":
      return level === "avx512" || type === "f32" ? [1, 0] : [1];
    default:
      return [];
  }
}

export function select(body: readonly Instruction[], level: Level): Selection {
  const vectorConstants = new Map<number, VectorConstant>();
  const intConstants = new Map<number, number>();
  const folded = new Map<number, Load>();
  const coalesced = new Map<number, number>();
  const jumps = new Map<number, Operation>();
  const uses = new Map<number, number>();
  const variables = new Set<number>();

  const count = (block: readonly Instruction[]): void => {
    for (const i of block) {
      for (const input of inputsOf(i)) uses.set(input.id, (uses.get(input.id) ?? 0) + 1);
      if (i.kind === "loop" || i.kind === "when") count(i.body);
      if (i.kind === "when") count(i.otherwise);
      if (i.kind !== "value") continue;
      if (i.operator === "variable") variables.add(i.out.id);
      if (i.operator === "lanes") vectorConstants.set(i.out.id, "lanes");
      if (i.operator === "const") {
        if (i.out.type === "int") intConstants.set(i.out.id, i.immediate);
        else {
          const bits = i.out.type === "f32" ? floatBits(i.immediate) : i.immediate | 0;
          vectorConstants.set(i.out.id, { bits });
        }
      }
    }
  };
  count(body);
  const constant = (id: number): boolean => vectorConstants.has(id) || intConstants.has(id);

  const coalesce = (block: readonly Instruction[]): void => {
    // Where each single-use value of this block is defined, as far as its variable has not been touched since.
    const defined = new Map<number, number>();
    block.forEach((i, n) => {
      if (i.kind === "loop" || i.kind === "when") {
        coalesce(i.body);
        if (i.kind === "when") coalesce(i.otherwise);
      } else if (i.kind === "assign") {
        const at = defined.get(i.value.id);
        if (at === undefined || uses.get(i.value.id) !== 1) return;
        if (!mentions(block.slice(at + 1, n), i.variable.id)) coalesced.set(i.value.id, i.variable.id);
      } else if ("out" in i && !constant(i.out.id) && !variables.has(i.out.id)) defined.set(i.out.id, n);
    });
  };
  coalesce(body);

  const fold = (block: readonly Instruction[]): void => {
    /** Loads since the last store or branch that may still move down to their use. */
    const movable = new Map<number, Load>();
    block.forEach((i, n) => {
      for (const slot of memorySlots(i, level)) {
        const load = movable.get(inputsOf(i)[slot].id);
        if (!load) continue;
        folded.set(load.out.id, load);
        break;
      }
      if (i.kind === "load") {
        const direct =
          i.format !== "u8" && (i.access === "vector" || (i.access === "splat" && level === "avx512"));
        if (direct && uses.get(i.out.id) === 1 && !coalesced.has(i.out.id) && !variables.has(i.pointer.id))
          movable.set(i.out.id, i);
      } else if (i.kind === "store" || i.kind === "loop" || i.kind === "when") movable.clear();
      if (i.kind === "loop" || i.kind === "when") fold(i.body);
      if (i.kind === "when") fold(i.otherwise);
      const next = block[n + 1];
      if (
        i.kind === "value" &&
        i.out.type === "int" &&
        comparisons.includes(i.operator) &&
        uses.get(i.out.id) === 1 &&
        next?.kind === "when" &&
        next.condition.id === i.out.id
      )
        jumps.set(i.out.id, i);
    });
  };
  fold(body);
  return { level, vectorConstants, intConstants, folded, coalesced, jumps };
}

/**
 * Which of an instruction's vectors lie in memory: one may stay there, the slot of an input; the others have to be
 * loaded into temporary registers first.
 */
export function memoryOperands(
  i: Instruction,
  selection: Selection,
  spilled: ReadonlySet<number>,
): { slot: number | undefined; loaded: readonly Value[] } {
  const inputs = inputsOf(i);
  const inMemory = ({ id, type }: Value): boolean =>
    type !== "int" && (selection.vectorConstants.has(id) || selection.folded.has(id) || spilled.has(id));
  const slot = memorySlots(i, selection.level).find((s) => inMemory(inputs[s]));
  return { slot, loaded: inputs.filter((input, s) => s !== slot && inMemory(input)) };
}

function mentions(block: readonly Instruction[], variable: number): boolean {
  return block.some(
    (i) =>
      inputsOf(i).some((input) => input.id === variable) ||
      (i.kind === "assign" && i.variable.id === variable) ||
      ("out" in i && i.out.id === variable) ||
      ((i.kind === "loop" || i.kind === "when") && mentions(i.body, variable)) ||
      (i.kind === "when" && mentions(i.otherwise, variable)),
  );
}

/** Registers that an instruction needs beside those of its operands. */
export function temporariesOf(i: Instruction, level: Level, lanes: number): RegisterClass[] {
  if (i.kind === "load") {
    if (i.access !== "lanes" || !gathers(i, lanes)) return [];
    return level === "avx512" ? ["vector"] : ["vector", "vector"];
  }
  if (i.kind === "store") {
    const own: RegisterClass[] = classOf(i.value.type, level) === "mask" ? ["vector"] : [];
    if (level === "avx512" || i.stride !== 0) return own;
    if (i.format === "u8") return i.lanes === lanes ? ["vector", "vector"] : [];
    return i.lanes > 4 && i.lanes < lanes ? ["vector"] : [];
  }
  if (i.kind !== "value") return [];
  switch (i.operator) {
    case "sumLanes":
    case "maxLanes":
    case "minLanes":
      return ["vector"];
    case "truncate":
    case "zipLow":
    case "zipHigh":
      return level === "avx2" ? ["vector"] : [];
    case "select":
      return classOf(i.out.type, level) === "mask" ? ["mask"] : [];
    case "div":
    case "rem":
      return i.out.type === "int" ? ["int"] : [];
    default:
      return [];
  }
}

/** True where one gather instruction can load the lanes: offsets are 32-bit numbers. */
export const gathers = (i: Load, lanes: number): boolean =>
  i.format !== "u8" && Math.abs(i.stride) * lanes < 2 ** 31;

/** True where the result is written before the last input is read. */
export const writesEarly = (i: Instruction): boolean =>
  i.kind === "value" && (i.operator === "truncate" || i.operator === "zipLow" || i.operator === "zipHigh");

const floatBits = (value: number): number => new Int32Array(new Float32Array([value]).buffer)[0];
