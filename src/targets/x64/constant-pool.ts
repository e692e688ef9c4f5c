/** Numbers that stand behind a kernel's code and are read by its instructions, each once. */
import type { Assembler } from "./assembler/assembler.js";
import { Label } from "./assembler/code.js";
import type { Memory } from "./assembler/operands.js";

export class ConstantPool {
  /** Words of 32 bits, by their content. */
  private readonly entries = new Map<string, { label: Label; words: readonly number[] }>();

  /** The place where these words will stand. */
  place(words: readonly number[]): Memory {
    const key = words.join();
    let entry = this.entries.get(key);
    if (!entry) {
      entry = { label: new Label(), words };
      this.entries.set(key, entry);
    }
    return { base: entry.label, displacement: 0 };
  }

  write(asm: Assembler): void {
    // Whole vectors first, so that each of them lies in one cache line.
    const entries = [...this.entries.values()].sort((a, b) => b.words.length - a.words.length);
    if (entries.length > 0) asm.align(64);
    for (const { label, words } of entries) {
      asm.place(label);
      for (const word of words) asm.word(word);
    }
  }
}
