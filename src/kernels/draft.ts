/**
 * Kernels before they are written. A kernel's code does not depend on all of its task: how often its outermost loop turns,
 * how many pictures there are, is a number of items or a count that it is told. So a kernel that was written for one batch
 * serves another.
 */
import { KernelBuilder, placeOf } from "./builder.js";
import { collect, type Expression, type Store, type Strided } from "./expression.js";
import type { Kernel, TargetDescription } from "./language.js";

export interface Draft {
  /** All that the code depends on, beside the target and what is computed. */
  readonly text: string;
  /** What is computed: values for no store alone, and stores. */
  readonly values?: readonly Expression[];
  readonly stores?: readonly Store[];
  /** Among so many threads share its work; a single one is left to one thread. */
  readonly items: number;
  /** Counts that the code is told in each launch (`KernelBuilder.told`). Left out: none. */
  readonly told?: readonly number[];
  write(k: KernelBuilder): void;
}

/** What a launch of a kernel needs beside its code. */
interface Launched {
  readonly items: number;
  /** What stands before the addresses in its argument block. */
  readonly told: readonly number[];
}

export interface Generated extends Launched {
  readonly kernel: Kernel;
}

/** A draft whose text says all: of two of one text, one is written. */
export interface Described extends Launched {
  readonly text: string;
  write(target: TargetDescription, name: string): Kernel;
}

export function described({ text, values = [], stores = [], items, told = [], write }: Draft): Described {
  const numbers: number[] = [];
  return {
    text: text + textOf(values, stores, numbers),
    items,
    told: [...told, ...new Int32Array(Float32Array.from(numbers).buffer)],
    write(target, name) {
      const k = new KernelBuilder(target, told.length, numbers);
      write(k);
      return k.finish(name);
    },
  };
}

/**
 * Expressions, each under a number by which those after it refer to it, and the stores.
 * @param told  gets the numbers that code is told, of which the text has the places alone
 */
function textOf(values: readonly Expression[], stores: readonly Store[], told: number[]): string {
  const numbers = new Map<Expression, number>();
  const number = (e: Expression): number => numbers.get(e)!;
  let text = "";
  for (const e of collect([...values, ...stores.map((s) => s.value)])) {
    text += "\n";
    if (e.kind !== "apply") text += `${e.kind} ${e.kind === "result" ? e.index : placed(e)}`;
    else if (e.told === undefined) text += `${e.name} ${e.type} ${e.inputs.map(number)}`;
    else {
      if (placeOf(e.told, told) < 0) told.push(e.told);
      text += `told ${placeOf(e.told, told)}`;
    }
    numbers.set(e, numbers.size);
  }
  text += `\n${values.map(number)}`;
  for (const s of stores) text += `\nstore ${number(s.value)} ${placed(s)}`;
  return text;
}

/** @param of  a load, a store, or a position, which has no buffer */
const placed = ({
  buffer,
  type,
  at: { offset, strides },
}: {
  buffer?: number;
  type?: string;
  at: Strided;
}): string => `${buffer} ${type} ${offset}:${strides}`;
