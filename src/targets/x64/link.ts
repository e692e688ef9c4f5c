/**
 * A program as one piece of machine code: its kernels, and `run`, which calls them in order. Every thread runs the
 * same list and takes its share of each launch; a barrier stands where one needs what others have done.
 */
import type { Waiting } from "../../platform/node-native.js";
import { barrierWord, boundedSleep, type MachineLaunch, type Stamps } from "../machine.js";
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
  {
    convention: name,
    waiting,
    stamps = null,
  }: { convention: "sysv" | "windows"; waiting: Waiting; stamps?: Stamps | null },
): Uint8Array<ArrayBuffer> {
  const asm = new Assembler();
  const convention = conventions[name];
  const starts = kernels.map(() => new Label());
  const [muster, meet, left, out] = Array.from({ length: 4 }, () => new Label());
  const saved = [blocks, thread, threads, barrier, kept, count];
  for (const register of saved) asm.push(register);
  // With these six and the return address the stack pointer is 8 away from a multiple of 16.
  asm.arithmeticConstant("sub", gpr.rsp, 8 + convention.shadow);
  [blocks, thread, threads, barrier].forEach((register, n) => {
    asm.move(register, convention.arguments[n]);
  });
  asm.call(muster);
  const note = (word: number): void => {
    if (stamps) emitStamp(asm, stamps, word);
  };
  note(0);
  launches.forEach((launch, index) => {
    if (launch.meets) asm.call(meet);
    const skipped = new Label();
    const [first, second, third] = convention.arguments;
    note(1 + 2 * index);
    if (launch.soloist !== null) {
      if (launch.soloist === 0) asm.test(thread, thread);
      else {
        asm.moveConstant(gpr.rax, launch.soloist);
        asm.arithmetic("xor", gpr.rdx, gpr.rdx);
        asm.divideUnsigned(threads);
        asm.arithmetic("cmp", gpr.rdx, thread);
      }
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
    note(2 + 2 * index);
  });
  const alone = new Label();
  asm.arithmeticConstant("cmp", threads, 1);
  asm.jumpIf("e", alone);
  asm.moveConstant(gpr.rax, 1);
  asm.exchangeAdd32({ base: barrier, displacement: 4 * barrierWord.done }, gpr.rax);
  asm.place(alone);
  asm.moveConstant(gpr.rax, 1);
  asm.place(out);
  asm.arithmeticConstant("add", gpr.rsp, 8 + convention.shadow);
  for (const register of [...saved].reverse()) asm.pop(register);
  asm.return();
  asm.place(left);
  asm.moveConstant(gpr.rax, 0);
  asm.jump(out);
  asm.place(muster);
  emitMeeting(asm, { convention, waiting, isMuster: true, left });
  asm.place(meet);
  emitMeeting(asm, { convention, waiting, isMuster: false, left });
  kernels.forEach((code, n) => {
    asm.align(64);
    asm.place(starts[n]);
    asm.append(code);
  });
  return asm.finish();
}

/** Notes the processor's ticks. */
function emitStamp(asm: Assembler, { offset, stride }: Stamps, word: number): void {
  emitTicks(asm);
  asm.multiplyConstant(gpr.rcx, thread, stride);
  asm.arithmetic("add", gpr.rcx, blocks);
  asm.storeWord({ base: gpr.rcx, displacement: offset + 8 * word }, gpr.rax);
}

/** rax = the processor's ticks; changes rdx. */
function emitTicks(asm: Assembler): void {
  asm.rdtsc();
  asm.shiftLeft(gpr.rdx, 32);
  asm.arithmetic("or", gpr.rax, gpr.rdx);
}

/** A function that answers with the processor's ticks. */
export function emitClock(): Uint8Array<ArrayBuffer> {
  const asm = new Assembler();
  emitTicks(asm);
  asm.return();
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
const futex = { number: 202, wait: 128, wake: 129, everybody: 0x7fffffff, timedOut: -110 };
/** Turns given away before a thread leaves a muster, where the system has no sleep with an end. */
const turns = 1000;

/**
 * Where threads meet: they spin for a while, then let others run between their looks. Every wait of a program is here.
 * Generation counting: the last to arrive opens the next generation (Mellor-Crummey, Scott: ACM TOCS 9(1), 1991,
 * section 3, the centralized barrier). Whoever sees the stop word leaves the program.
 * @param isMuster  the meeting before the first launch, which a thread that has waited for long leaves
 * @param left      where a thread goes on that leaves
 */
function emitMeeting(
  asm: Assembler,
  { convention, waiting, isMuster, left }: Meeting & { convention: Convention },
): void {
  const at = (word: keyof typeof barrierWord): Memory => ({
    base: barrier,
    displacement: 4 * barrierWord[word],
  });
  const [last, look, again, open, leave] = Array.from({ length: 5 }, () => new Label());
  const addTo = (memory: Memory, n: number): void => {
    asm.moveConstant(gpr.rax, n);
    asm.exchangeAdd32(memory, gpr.rax);
  };
  const leaveIfStopped = (): void => {
    asm.load32(gpr.rax, at("stop"));
    asm.test32(gpr.rax, gpr.rax);
    asm.jumpIf("ne", leave);
  };
  asm.arithmeticConstant("cmp", threads, 1);
  asm.jumpIf("e", open);
  leaveIfStopped();
  asm.load32(kept, at("generation"));
  addTo(at("arrived"), 1);
  asm.arithmeticConstant("add", gpr.rax, 1);
  asm.arithmetic("cmp", gpr.rax, threads);
  asm.jumpIf("e", last);
  asm.place(again);
  asm.moveConstant(count, spins);
  asm.place(look);
  asm.compare32(kept, at("generation"));
  asm.jumpIf("ne", open);
  asm.pause();
  asm.arithmeticConstant("sub", count, 1);
  asm.jumpIf("ne", look);
  leaveIfStopped();
  if (waiting.kind === "futex") {
    addTo(at("asleep"), 1);
    sleep(asm, at("generation"));
    asm.move(count, gpr.rax);
    addTo(at("asleep"), -1);
    if (isMuster) {
      asm.arithmeticConstant("cmp", count, futex.timedOut);
      asm.jumpIf("ne", again);
    }
  } else {
    const turn = new Label();
    asm.moveConstant(count, isMuster ? turns : 1);
    asm.place(turn);
    // The call here made the stack pointer 8 away from a multiple of 16.
    asm.arithmeticConstant("sub", gpr.rsp, 8 + convention.shadow);
    asm.moveConstant(gpr.rax, waiting.address);
    asm.callRegister(gpr.rax);
    asm.arithmeticConstant("add", gpr.rsp, 8 + convention.shadow);
    asm.compare32(kept, at("generation"));
    asm.jumpIf("ne", open);
    asm.arithmeticConstant("sub", count, 1);
    asm.jumpIf("ne", turn);
  }
  if (isMuster) {
    withdraw(asm, at("arrived"), again);
    asm.jumpIf("e", leave);
  }
  asm.jump(again);
  asm.place(last);
  asm.moveConstant(gpr.rax, 0);
  asm.store32(at("arrived"), gpr.rax);
  if (isMuster) addTo(at("begun"), 1);
  // Locked: who goes to sleep is either seen below, or sees this.
  addTo(at("generation"), 1);
  if (waiting.kind === "futex") {
    asm.load32(gpr.rax, at("asleep"));
    asm.test32(gpr.rax, gpr.rax);
    asm.jumpIf("e", open);
    asm.moveConstant(gpr.rdx, futex.everybody);
    asm.arithmetic("xor", gpr.r10, gpr.r10);
    onWord(asm, at("generation"), futex.wake);
  }
  asm.place(open);
  asm.return();
  asm.place(leave);
  // Not back to where the meeting was called.
  asm.arithmeticConstant("add", gpr.rsp, 8);
  asm.jump(left);
}

interface Meeting {
  waiting: Waiting;
  isMuster: boolean;
  left: Label;
}

function onWord(asm: Assembler, word: Memory, operation: number): void {
  asm.lea(gpr.rdi, word);
  asm.moveConstant(gpr.rsi, operation);
  asm.moveConstant(gpr.rax, futex.number);
  asm.systemCall();
}

/** Until the word is another than was seen, but not for long. The system's answer is in rax. */
function sleep(asm: Assembler, word: Memory): void {
  const [seconds, nanoseconds] = [0, 8].map((displacement) => ({ base: gpr.rsp, displacement }));
  asm.arithmeticConstant("sub", gpr.rsp, 16);
  asm.moveConstant(gpr.rax, 0);
  asm.storeWord(seconds, gpr.rax);
  asm.moveConstant(gpr.rax, boundedSleep);
  asm.storeWord(nanoseconds, gpr.rax);
  asm.lea(gpr.r10, seconds);
  asm.move(gpr.rdx, kept);
  onWord(asm, word, futex.wait);
  asm.arithmeticConstant("add", gpr.rsp, 16);
}

/**
 * Takes back that this thread has arrived, in one step with the look whether the others still wait; "equal" if that
 * was so. Once the last has come, nobody leaves.
 */
function withdraw(asm: Assembler, both: Memory, again: Label): void {
  asm.move(gpr.rax, both);
  asm.move(gpr.rcx, gpr.rax);
  asm.shiftRight(gpr.rcx, 32);
  asm.arithmetic("cmp", gpr.rcx, kept);
  asm.jumpIf("ne", again);
  // Among the arrived is this thread: 0 is the last one's, who has just opened.
  asm.move(gpr.rcx, gpr.rax);
  asm.shiftLeft(gpr.rcx, 32);
  asm.jumpIf("e", again);
  asm.shiftRight(gpr.rcx, 32);
  asm.arithmetic("cmp", gpr.rcx, threads);
  asm.jumpIf("e", again);
  asm.lea(gpr.rcx, { base: gpr.rax, displacement: -1 });
  asm.compareExchange(both, gpr.rcx);
}
