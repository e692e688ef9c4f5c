/** A key for kernels that do the same, whatever they are called. */
import type { Instruction, Kernel, Value } from "./language.js";

/**
 * 64 bits over all instructions and operands, by two multiplicative hashes with different multipliers (Fowler, Noll,
 * Vo). Kernels are thousands of instructions long: their text would take longer to write than their code.
 */
export function digest(kernel: Kernel): string {
  let [first, second] = [0x811c9dc5, 0x9747b28c];
  const mix = (n: number): void => {
    first = Math.imul(first ^ n, 0x01000193);
    second = Math.imul((second ^ n) + (second >>> 15), 0x85ebca6b);
  };
  const bits = new DataView(new ArrayBuffer(8));
  const mixNumber = (n: number): void => {
    if (Number.isInteger(n) && Math.abs(n) < 2 ** 31 && !Object.is(n, -0)) mix(n);
    else {
      bits.setFloat64(0, n);
      mix(bits.getInt32(0));
      mix(bits.getInt32(4));
    }
  };
  const words = new Map<string, number>();
  const mixWord = (word: string): void => {
    let code = words.get(word);
    if (code === undefined) {
      code = 0;
      for (let i = 0; i < word.length; i++) code = Math.imul(code, 31) + word.charCodeAt(i);
      words.set(word, code);
    }
    mix(code);
  };
  const mixValue = ({ id, type }: Value): void => {
    mix(id);
    mixWord(type);
  };
  const walk = (block: readonly Instruction[]): void => {
    mix(block.length);
    for (const i of block) {
      mixWord(i.kind);
      switch (i.kind) {
        case "value":
          mixWord(i.operator);
          mixValue(i.out);
          mixNumber(i.immediate);
          for (const input of i.inputs) mixValue(input);
          break;
        case "load":
          mixValue(i.out);
          mixValue(i.pointer);
          mixWord(i.format);
          mixWord(i.access);
          for (const n of [i.displacement, i.stride, i.lanes]) mixNumber(n);
          break;
        case "loadInt":
          mixValue(i.out);
          mixValue(i.pointer);
          mixNumber(i.displacement);
          break;
        case "store":
          mixValue(i.pointer);
          mixValue(i.value);
          mixWord(i.format);
          for (const n of [i.displacement, i.stride, i.lanes]) mixNumber(n);
          break;
        case "assign":
          mixValue(i.variable);
          mixValue(i.value);
          break;
        case "loop":
          for (const value of [i.counter, i.from, i.to]) mixValue(value);
          mixNumber(i.step);
          walk(i.body);
          break;
        case "when":
          mixValue(i.condition);
          walk(i.body);
          walk(i.otherwise);
          break;
      }
    }
  };
  walk(kernel.body);
  return `${kernel.values} ${first >>> 0} ${second >>> 0}`;
}
