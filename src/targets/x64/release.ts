/** Code that a thread runs as it ends: it gives back what the engine of that thread has taken from the system. */
import { Assembler } from "./assembler/assembler.js";
import { Label } from "./assembler/code.js";
import { gpr } from "./assembler/operands.js";

/**
 * Code of a function `release(table)` for pthread_key_create(3). The table: the key, a word unused, then address and
 * length of each mapping; length 0: none. It gives back the table at last.
 * @param unmap      address of munmap(2)
 * @param deleteKey  address of pthread_key_delete(3): a process has only so many keys
 */
export function emitRelease(
  { unmap, deleteKey }: { unmap: number; deleteKey: number },
  tableBytes: number,
): Uint8Array<ArrayBuffer> {
  const asm = new Assembler();
  const [table, entry, end] = [gpr.rbx, gpr.r12, gpr.r13];
  const [address, length] = [0, 8].map((displacement) => ({ base: entry, displacement }));
  const [next, again] = [new Label(), new Label()];
  // With these three and the return address the stack pointer is a multiple of 16.
  for (const register of [table, entry, end]) asm.push(register);
  asm.move(table, gpr.rdi);
  asm.lea(entry, { base: table, displacement: 16 });
  asm.lea(end, { base: table, displacement: tableBytes });
  asm.place(again);
  asm.move(gpr.rsi, length);
  asm.test(gpr.rsi, gpr.rsi);
  asm.jumpIf("e", next);
  asm.move(gpr.rdi, address);
  asm.moveConstant(gpr.rax, unmap);
  asm.callRegister(gpr.rax);
  asm.place(next);
  asm.arithmeticConstant("add", entry, 16);
  asm.arithmetic("cmp", entry, end);
  asm.jumpIf("ne", again);
  asm.move(gpr.rdi, { base: table, displacement: 0 });
  asm.moveConstant(gpr.rax, deleteKey);
  asm.callRegister(gpr.rax);
  asm.move(gpr.rdi, table);
  asm.moveConstant(gpr.rsi, tableBytes);
  asm.moveConstant(gpr.rax, unmap);
  asm.callRegister(gpr.rax);
  for (const register of [end, entry, table]) asm.pop(register);
  asm.return();
  return asm.finish();
}
