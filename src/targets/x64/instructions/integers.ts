/** Integers of 64 bits in general registers: addresses, counts, indices, and the conditions of jumps. */
import type { Comparison, Value } from "../../../kernels/language.js";
import type { Assembler, Condition } from "../assembler/assembler.js";
import type { Label } from "../assembler/code.js";
import { fitsInt32 } from "../assembler/operands.js";
import { type Parameters, scratch, scratch2 } from "../register-file.js";
import { comparisons, type Operation } from "../selection.js";
import type { Values } from "../values.js";

const conditionOf: Record<Comparison, Condition> = {
  eq: "e",
  ne: "ne",
  lt: "l",
  le: "le",
  gt: "g",
  ge: "ge",
};
const opposite: Record<Comparison, Condition> = { eq: "ne", ne: "e", lt: "ge", le: "g", gt: "le", ge: "l" };

export class Integers {
  constructor(
    private readonly asm: Assembler,
    private readonly values: Values,
    private readonly parameters: Parameters,
  ) {}

  /** Lets `write` compute into the register of an integer, or into a scratch register on the way to the frame. */
  result(out: Value, write: (to: number) => void): void {
    const { asm, values } = this;
    const id = values.home(out.id);
    const register = values.register(id);
    write(register ?? scratch);
    if (register === undefined) asm.storeWord(values.slot(id), scratch);
  }

  move(out: Value, value: Value): void {
    const { asm, values } = this;
    const from = values.register(value.id);
    const to = values.register(values.home(out.id));
    if (from !== undefined && to === undefined) asm.storeWord(values.slot(values.home(out.id)), from);
    else
      this.result(out, (register) => {
        const constant = values.intConstant(value);
        if (constant === 0) asm.arithmetic("xor", register, register);
        else if (constant !== undefined) asm.moveConstant(register, constant);
        else if (from === undefined) asm.move(register, values.slot(value.id));
        else if (from !== register) asm.move(register, from);
      });
  }

  /** Sets the processor's flags for a jump. */
  compare(a: Value, b: Value): void {
    const { asm, values } = this;
    const constant = values.immediate(b);
    if (constant !== undefined) asm.arithmeticConstant("cmp", values.intOperand(a, scratch), constant);
    else asm.arithmetic("cmp", values.int(a, scratch), values.intOperand(b, scratch2));
  }

  jumpIfZero(condition: Value, to: Label): void {
    const register = this.values.int(condition, scratch);
    this.asm.test(register, register);
    this.asm.jumpIf("e", to);
  }

  /** Jumps where a comparison does not hold. */
  jumpUnless({ operator, inputs: [a, b] }: Operation, to: Label): void {
    this.compare(a, b);
    this.asm.jumpIf(opposite[operator as Comparison], to);
  }

  value(i: Operation): void {
    const { asm, values } = this;
    const [a, b] = i.inputs;
    switch (i.operator) {
      case "argument":
        this.result(i.out, (to) =>
          asm.move(to, {
            base: values.int({ id: this.parameters.block, type: "int" }, scratch),
            displacement: 8 * i.immediate,
          }),
        );
        return;
      case "begin":
      case "end":
        this.move(i.out, { id: this.parameters[i.operator], type: "int" });
        return;
      case "variable":
        this.move(i.out, a);
        return;
      case "add":
      case "sub":
        this.result(i.out, (to) => this.add(i, to));
        return;
      case "mul":
        this.result(i.out, (to) => this.multiply(to, a, b));
        return;
      case "div":
      case "rem":
        this.divide(i);
        return;
      case "min":
      case "max":
        this.result(i.out, (to) => {
          const second = values.int(b, scratch2);
          asm.move(scratch, values.intOperand(a, scratch));
          asm.arithmetic("cmp", second, scratch);
          asm.moveIf(i.operator === "min" ? "l" : "g", scratch, second);
          if (to !== scratch) asm.move(to, scratch);
        });
        return;
    }
    if (!comparisons.includes(i.operator)) throw values.missing("int", i.operator);
    this.compare(a, b);
    asm.setCondition(conditionOf[i.operator as Comparison], scratch);
    this.result(i.out, (to) => asm.widenByte(to, scratch));
  }

  private add(i: Operation, to: number): void {
    const { asm, values } = this;
    const [a, b] = i.inputs;
    const sign = i.operator === "sub" ? -1 : 1;
    const constant = values.immediate(b);
    if (constant !== undefined && fitsInt32(sign * constant)) {
      const base = values.int(a, scratch);
      if (base === to) asm.arithmeticConstant("add", to, sign * constant);
      else asm.lea(to, { base, displacement: sign * constant });
      return;
    }
    if (sign > 0) {
      const known = values.immediate(a);
      if (known !== undefined) {
        asm.lea(to, { base: values.int(b, scratch), displacement: known });
        return;
      }
      const [p, q] = [values.int(a, scratch), values.int(b, scratch2)];
      if (p === to) asm.arithmetic("add", to, q);
      else if (q === to) asm.arithmetic("add", to, p);
      else asm.lea(to, { base: p, index: q, scale: 1, displacement: 0 });
      return;
    }
    const second = values.int(b, scratch2);
    const direct = to !== second;
    const result = direct ? to : scratch;
    const first = values.int(a, result);
    if (first !== result) asm.move(result, first);
    asm.arithmetic("sub", result, second);
    if (!direct) asm.move(to, result);
  }

  private multiply(to: number, a: Value, b: Value): void {
    const { asm, values } = this;
    const constant = values.immediate(b) ?? values.immediate(a);
    if (constant !== undefined) {
      const other = values.immediate(b) === undefined ? b : a;
      const power = Math.log2(constant);
      if (constant > 0 && Number.isInteger(power)) {
        const from = values.int(other, to);
        if (from !== to) asm.move(to, from);
        if (power > 0) asm.shiftLeft(to, power);
      } else asm.multiplyConstant(to, values.intOperand(other, scratch), constant);
      return;
    }
    const second = values.int(b, scratch2);
    const first = values.int(a, scratch);
    if (second === to) asm.multiply(to, first);
    else {
      if (first !== to) asm.move(to, first);
      asm.multiply(to, second);
    }
  }

  private divide(i: Operation): void {
    const { asm, values } = this;
    const [a, b] = i.inputs;
    const divisor = values.immediate(b);
    const power = Math.log2(divisor ?? 0);
    const [spare] = values.temporaries(i);
    if (divisor !== undefined && divisor > 0 && Number.isInteger(power)) {
      this.result(i.out, (to) => {
        const from = values.int(a, to);
        if (from !== to) asm.move(to, from);
        if (i.operator === "div") {
          if (power > 0) asm.shiftRight(to, power);
        } else if (divisor - 1 <= 0x7fffffff) asm.arithmeticConstant("and", to, divisor - 1);
      });
      return;
    }
    // The dividend is never negative, so that its upper half is zero.
    const by = values.intOperand(b, spare);
    const from = values.int(a, scratch);
    if (from !== scratch) asm.move(scratch, from);
    asm.arithmetic("xor", scratch2, scratch2);
    asm.divideSigned(by);
    const result = i.operator === "div" ? scratch : scratch2;
    const id = values.home(i.out.id);
    const to = values.register(id);
    if (to === undefined) asm.storeWord(values.slot(id), result);
    else asm.move(to, result);
  }
}
