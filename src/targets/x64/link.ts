/**
 * A program as one piece of machine code: its kernels, and `run`, which calls them in order. Every thread runs the
 * same list and takes its share of each launch; a barrier stands between launches that depend on each other.
 */
import type { Waiting } from "../../platform/node-native.js";
import type { MachineLaunch } from "../machine.js";
import { Assembler } from "./assembler/assembler.js";
import { Label } from "./assembler/code.js";
import { gpr, type Memory } from "./assembler/operands.js";
import { type Convention, conventions } from "./conventions.js";

/** Parameters of `run`: the program's argument blocks, this thread's number, how many threads, the barrier's words. */
export const runParameters = 4;

/** Looks at the generation before a thread gives up its turn: more than a launch takes, less than a time slice. */
const spins = 4000;

const [blocks, thread, threads, barrier, kept, count] = [
  gpr.rbx,
  gpr.rbp,
  gpr.r12,
  gpr.r13,
  gpr.r14,
  gpr.r15,
];

/**
 * The code of `run`, which stands at its start. It may lie at any address that is a multiple of 64.
 * @param waiting  how a thread that has waited for long lets others run
 */
export function linkProgram(
  kernels: readonly Uint8Array[],
  launches: readonly MachineLaunch[],
  { convention: name, waiting }: { convention: "sysv" | "windows"; waiting: Waiting },
): Uint8Array<ArrayBuffer> {
  const asm = new Assembler();
  const convention = conventions[name];
  const starts = kernels.map(() => new Label());
  const meet = new Label();
  const saved = [blocks, thread, threads, barrier, kept, count];
  for (const register of saved) asm.push(register);
  // With these six and the return address the stack pointer is 8 away from a multiple of 16.
  asm.arithmeticConstant("sub", gpr.rsp, 8 + convention.shadow);
  [blocks, thread, threads, barrier].forEach((register, n) => {
    asm.move(register, convention.arguments[n]);
  });
  launches.forEach((launch, index) => {
    const next = launches[index + 1];
    const skipped = new Label();
    const [first, second, third] = convention.arguments;
    if (launch.solo) {
      asm.test(thread, thread);
      asm.jumpIf("ne", skipped);
      asm.moveConstant(third, launch.items);
      asm.moveConstant(second, 0);
    } else {
      share(asm, launch.items, 0);
      asm.move(kept, gpr.rax);
      share(asm, launch.items, 1);
      asm.move(third, gpr.rax);
      asm.move(second, kept);
    }
    asm.lea(first, { base: blocks, displacement: launch.arguments });
    asm.call(starts[launch.kernel]);
    asm.place(skipped);
    if (next && !(launch.solo && next.solo)) asm.call(meet);
  });
  asm.arithmeticConstant("add", gpr.rsp, 8 + convention.shadow);
  for (const register of [...saved].reverse()) asm.pop(register);
  asm.return();
  asm.place(meet);
  emitBarrier(asm, convention, waiting);
  kernels.forEach((code, n) => {
    asm.align(64);
    asm.place(starts[n]);
    asm.append(code);
  });
  return asm.finish();
}

/** rax = ⌊items · (thread + plus) / threads⌋ */
function share(asm: Assembler, items: number, plus: number): void {
  asm.lea(gpr.rcx, { base: thread, displacement: plus });
  asm.moveConstant(gpr.rax, items);
  asm.multiply(gpr.rax, gpr.rcx);
  asm.arithmetic("xor", gpr.rdx, gpr.rdx);
  asm.divideUnsigned(threads);
}

/** The system's call for threads that wait for a word to change (futex(2)), within one process. */
const futex = { number: 202, wait: 128, wake: 129, everybody: 0x7fffffff };

/**
 * A barrier that spins for a while, then lets others run between its looks. Generation counting: the last to arrive
 * opens the next generation (Mellor-Crummey, Scott: ACM TOCS 9(1), 1991, section 3, the centralized barrier).
 */
function emitBarrier(asm: Assembler, convention: Convention, waiting: Waiting): void {
  const [arrived, generation, asleep] = [0, 4, 8].map((displacement) => ({ base: barrier, displacement }));
  const [alone, last, look, again, open] = Array.from({ length: 5 }, () => new Label());
  const addTo = (memory: Memory, n: number): void => {
    asm.moveConstant(gpr.rax, n);
    asm.exchangeAdd32(memory, gpr.rax);
  };
  const onGeneration = (operation: number): void => {
    asm.lea(gpr.rdi, generation);
    asm.moveConstant(gpr.rsi, operation);
    asm.arithmetic("xor", gpr.r10, gpr.r10);
    asm.moveConstant(gpr.rax, futex.number);
    asm.systemCall();
  };
  asm.arithmeticConstant("cmp", threads, 1);
  asm.jumpIf("e", alone);
  asm.load32(kept, generation);
  addTo(arrived, 1);
  asm.arithmeticConstant("add", gpr.rax, 1);
  asm.arithmetic("cmp", gpr.rax, threads);
  asm.jumpIf("e", last);
  asm.place(again);
  asm.moveConstant(count, spins);
  asm.place(look);
  asm.compare32(kept, generation);
  asm.jumpIf("ne", open);
  asm.pause();
  asm.arithmeticConstant("sub", count, 1);
  asm.jumpIf("ne", look);
  if (waiting.kind === "futex") {
    addTo(asleep, 1);
    // Sleeps only if the generation is still the one that was seen.
    asm.move(gpr.rdx, kept);
    onGeneration(futex.wait);
    addTo(asleep, -1);
  } else {
    // The call here made the stack pointer 8 away from a multiple of 16.
    asm.arithmeticConstant("sub", gpr.rsp, 8 + convention.shadow);
    asm.moveConstant(gpr.rax, waiting.address);
    asm.callRegister(gpr.rax);
    asm.arithmeticConstant("add", gpr.rsp, 8 + convention.shadow);
  }
  asm.jump(again);
  asm.place(last);
  asm.moveConstant(gpr.rax, 0);
  asm.store32(arrived, gpr.rax);
  // Locked: who goes to sleep is either seen below, or sees this.
  addTo(generation, 1);
  if (waiting.kind === "futex") {
    asm.load32(gpr.rax, asleep);
    asm.test32(gpr.rax, gpr.rax);
    asm.jumpIf("e", open);
    asm.moveConstant(gpr.rdx, futex.everybody);
    onGeneration(futex.wake);
  }
  asm.place(open);
  asm.place(alone);
  asm.return();
}
