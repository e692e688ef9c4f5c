/**
 * The integers of a kernel that is being recorded: addresses, counts, indices. A tile asks for hundreds of addresses
 * that differ by a constant: they share one value and differ in the displacements of their loads and stores. And what
 * has been computed in a block, or around it, is not computed there again.
 */
import type { Instruction, Int, Operator } from "./language.js";

/** An integer as Σ coefficient · value + constant, over values that do not change. */
interface Form {
  /** In the order of their ids. */
  readonly terms: readonly (readonly [id: number, coefficient: number])[];
  readonly constant: number;
  /** The terms as text: equal for forms that differ in their constants only. */
  readonly key: string;
}

/** An instruction that computes a form, but for a constant that it leaves out. */
interface Step {
  readonly operator: Operator;
  readonly inputs: readonly Int[];
  readonly leftOut: number;
}

/** Where the integers are written. */
export interface Recorder {
  int(): Int;
  /** At the end of the block that is being recorded. */
  push(instruction: Instruction): void;
  /** At the top of the kernel. */
  pushFirst(instruction: Instruction): void;
}

/** Displacements stay below this, which the loads and stores of every target can hold. */
const farthest = 2 ** 30;

export class Integers {
  readonly #forms = new Map<number, Form>();
  /** Sums with a constant, and constants, that no instruction has needed yet but as a part of an address. */
  readonly #unwritten = new Set<number>();
  readonly #constants = new Map<number, Int>();
  /** For each form without its constant: a value that an instruction computes, and its constant. */
  readonly #bases = new Map<string, { value: Int; constant: number }>();
  /** Values by what computes them. */
  readonly #written = new Map<string, Int>();
  /** What became known in the innermost block. */
  #learned: { bases: string[]; written: string[] } = { bases: [], written: [] };

  constructor(private readonly recorder: Recorder) {}

  /** Records a block: what is computed in it is known only there. */
  within(body: () => void): void {
    const outside = this.#learned;
    this.#learned = { bases: [], written: [] };
    body();
    for (const key of this.#learned.bases) this.#bases.delete(key);
    for (const key of this.#learned.written) this.#written.delete(key);
    this.#learned = outside;
  }

  /** A value of which nothing is known but that it does not change: a counter, what is read from memory. */
  unknown(value: Int): Int {
    this.#learnBase(value, makeForm([[value.id, 1]], 0));
    return value;
  }

  constant(number: number): Int {
    let value = this.#constants.get(number);
    if (!value) {
      value = this.#later({ terms: [], constant: number, key: "" });
      this.#constants.set(number, value);
    }
    return value;
  }

  /** The number that a value is, where that is known. */
  numberOf(value: Int): number | undefined {
    const form = this.#forms.get(value.id);
    return form?.terms.length === 0 ? form.constant : undefined;
  }

  add(a: Int, b: Int): Int {
    const [formA, formB] = [this.#forms.get(a.id), this.#forms.get(b.id)];
    if (!formA || !formB) return this.compute("add", [a, b]);
    return this.#valueOf(sum(formA, formB), () => {
      // Without its constant a sum may be no address any more once something is taken away from it.
      const lowA = isRising(formB) ? this.#low(a) : { value: this.use(a), leftOut: 0 };
      const lowB = isRising(formA) ? this.#low(b) : { value: this.use(b), leftOut: 0 };
      return { operator: "add", inputs: [lowA.value, lowB.value], leftOut: lowA.leftOut + lowB.leftOut };
    });
  }

  sub(a: Int, b: Int): Int {
    const [formA, formB] = [this.#forms.get(a.id), this.#forms.get(b.id)];
    if (!formA || !formB) return this.compute("sub", [a, b]);
    return this.#valueOf(sum(formA, scale(formB, -1)), () => ({
      operator: "sub",
      inputs: [this.use(a), this.use(b)],
      leftOut: 0,
    }));
  }

  mul(a: Int, b: Int): Int {
    const by = this.numberOf(b);
    if (by === undefined)
      return this.numberOf(a) === undefined ? this.operation("mul", [a, b]) : this.mul(b, a);
    const form = this.#forms.get(a.id);
    if (!form) return this.compute("mul", [a, b]);
    return this.#valueOf(scale(form, by), () => {
      const { value, leftOut } = this.#low(a);
      return { operator: "mul", inputs: [value, this.use(b)], leftOut: leftOut * by };
    });
  }

  /** What is no sum of multiples: its value is computed once a block. */
  operation(operator: Operator, inputs: readonly Int[], immediate = 0): Int {
    if (operator === "min" || operator === "max") {
      const [a, b] = inputs.map((input) => this.numberOf(input));
      if (a !== undefined && b !== undefined) return this.constant(Math[operator](a, b));
    }
    if (!inputs.every(({ id }) => this.#forms.has(id))) return this.compute(operator, inputs, immediate);
    const key = `${operator} ${inputs.map((input) => this.use(input).id)} ${immediate}`;
    const known = this.#written.get(key);
    if (known) return known;
    const value = this.compute(operator, inputs, immediate);
    this.#learnWritten(key, value);
    return value;
  }

  /** Computed here, whatever is known. */
  compute(operator: Operator, inputs: readonly Int[], immediate = 0): Int {
    const used = inputs.map((input) => this.use(input));
    return this.unknown(this.#write(operator, used, immediate));
  }

  /** The value as instructions take it. */
  use(value: Int): Int {
    if (!this.#unwritten.has(value.id)) return value;
    const form = this.#forms.get(value.id)!;
    if (form.terms.length === 0) {
      this.#unwritten.delete(value.id);
      this.recorder.pushFirst(instructionOf("const", value, [], form.constant));
      return value;
    }
    const key = `${form.key} + ${form.constant}`;
    const known = this.#written.get(key);
    if (known) return known;
    const base = this.#bases.get(form.key)!;
    const sum = this.#write("add", [base.value, this.use(this.constant(form.constant - base.constant))]);
    this.#forms.set(sum.id, form);
    this.#learnWritten(key, sum);
    return sum;
  }

  /** The same address as loads and stores take it: `reach` is the distance to the farthest element. */
  address(pointer: Int, displacement: number, reach: number): { pointer: Int; displacement: number } {
    if (Math.abs(displacement) >= farthest)
      return this.address(this.add(pointer, this.constant(displacement)), 0, reach);
    if (!this.#unwritten.has(pointer.id)) return { pointer, displacement };
    const { value, leftOut } = this.#low(pointer);
    const total = displacement + leftOut;
    const fits = total >= 0 && total + reach >= 0 && Math.max(total, total + reach) < farthest;
    return fits ? { pointer: value, displacement: total } : { pointer: this.use(pointer), displacement };
  }

  /** A value that is written, at or below the given one, and by how much it is below. */
  #low(value: Int): { value: Int; leftOut: number } {
    const form = this.#forms.get(value.id)!;
    const base = this.#unwritten.has(value.id) ? this.#bases.get(form.key) : undefined;
    return base
      ? { value: base.value, leftOut: form.constant - base.constant }
      : { value: this.use(value), leftOut: 0 };
  }

  /** A value of the form: one that is there, one that is a constant above it, or a new one. */
  #valueOf(form: Form, step: () => Step): Int {
    if (form.terms.length === 0) return this.constant(form.constant);
    let base = this.#bases.get(form.key);
    if (!base) {
      const { operator, inputs, leftOut } = step();
      const constant = form.constant - leftOut;
      base = this.#learnBase(this.#write(operator, inputs), { ...form, constant });
    }
    if (form.constant === base.constant) return base.value;
    const value = this.#later(form);
    return form.constant > base.constant ? value : this.use(value);
  }

  #later(form: Form): Int {
    const value = this.recorder.int();
    this.#forms.set(value.id, form);
    this.#unwritten.add(value.id);
    return value;
  }

  #write(operator: Operator, inputs: readonly Int[], immediate = 0): Int {
    const out = this.recorder.int();
    this.recorder.push(instructionOf(operator, out, inputs, immediate));
    return out;
  }

  #learnBase(value: Int, form: Form): { value: Int; constant: number } {
    const base = { value, constant: form.constant };
    this.#forms.set(value.id, form);
    this.#bases.set(form.key, base);
    this.#learned.bases.push(form.key);
    return base;
  }

  #learnWritten(key: string, value: Int): void {
    this.#written.set(key, value);
    this.#learned.written.push(key);
  }
}

const instructionOf = (
  operator: Operator,
  out: Int,
  inputs: readonly Int[],
  immediate: number,
): Instruction => ({
  kind: "value",
  operator,
  out,
  inputs,
  immediate,
});

/** True where the terms only add up: none is taken away. */
const isRising = (form: Form): boolean => form.terms.every(([, coefficient]) => coefficient >= 0);

const makeForm = (terms: Form["terms"], constant: number): Form => ({
  terms,
  constant,
  key: terms.map(([id, coefficient]) => `${id}*${coefficient}`).join("+"),
});

function scale(form: Form, by: number): Form {
  if (by === 0) return makeForm([], 0);
  if (by === 1) return form;
  return makeForm(
    form.terms.map(([id, coefficient]) => [id, coefficient * by] as const),
    form.constant * by,
  );
}

function sum(a: Form, b: Form): Form {
  const constant = a.constant + b.constant;
  if (b.terms.length === 0) return { ...a, constant };
  if (a.terms.length === 0) return { ...b, constant };
  const terms: Form["terms"][number][] = [];
  let [i, j] = [0, 0];
  while (i < a.terms.length && j < b.terms.length) {
    const [p, q] = [a.terms[i], b.terms[j]];
    if (p[0] === q[0]) {
      if (p[1] + q[1] !== 0) terms.push([p[0], p[1] + q[1]]);
      i++;
      j++;
    } else if (p[0] < q[0]) {
      terms.push(p);
      i++;
    } else {
      terms.push(q);
      j++;
    }
  }
  while (i < a.terms.length) terms.push(a.terms[i++]);
  while (j < b.terms.length) terms.push(b.terms[j++]);
  return makeForm(terms, constant);
}
