/**
 * What an assembler for WebAssembly's engine would do for us: addresses that differ by a constant share a register
 * and differ in their displacements, results that nobody uses are not computed.
 */
import type { Instruction, Int, Value, ValueType } from "../../kernels/language.js";
import { fitsInt32 } from "./assembler/operands.js";

/** An integer as Σ coefficient · value + constant, over values that do not change. */
interface Form {
  readonly terms: readonly (readonly [id: number, coefficient: number])[];
  readonly constant: number;
  /** The terms as text: equal for forms that differ in their constants only. */
  readonly key: string;
}

interface Known {
  readonly value: Int;
  readonly constant: number;
}

/**
 * The same kernel with fewer instructions. An `add` with one input adds its immediate; that form occurs only here
 * and in the emitter.
 */
export function simplify(body: readonly Instruction[]): Instruction[] {
  return removeUnused(new AddressSharing().block(body));
}

class AddressSharing {
  private readonly forms = new Map<number, Form>();
  /** Values that stand for another one: the same bits. */
  private readonly same = new Map<number, number>();
  private readonly variables = new Set<number>();
  /** For each form without its constant, a value that has been computed. */
  private readonly known = new Map<string, Known>();
  /** Forms that became known in the innermost block. */
  private learned: string[] = [];

  block(instructions: readonly Instruction[]): Instruction[] {
    const out: Instruction[] = [];
    for (const instruction of instructions) {
      const changed = this.instruction(instruction);
      if (changed) out.push(changed);
    }
    return out;
  }

  /** What is computed in a block is known only there. */
  private inner(instructions: readonly Instruction[]): Instruction[] {
    const outside = this.learned;
    this.learned = [];
    const out = this.block(instructions);
    for (const key of this.learned) this.known.delete(key);
    this.learned = outside;
    return out;
  }

  private instruction(i: Instruction): Instruction | null {
    switch (i.kind) {
      case "value":
        return this.value(i);
      case "load":
      case "store":
      case "prefetch":
      case "loadInt": {
        const { pointer, shift } = this.address(
          i.pointer,
          i.displacement,
          "lanes" in i ? i.lanes * i.stride : 0,
        );
        const displacement = i.displacement + shift;
        if (i.kind === "store") return { ...i, pointer, displacement, value: this.use(i.value) };
        if (i.kind === "loadInt") this.atom(i.out);
        return { ...i, pointer, displacement };
      }
      case "assign":
        return { ...i, value: this.use(i.value) };
      case "loop":
        this.atom(i.counter);
        return { ...i, from: this.use(i.from), to: this.use(i.to), body: this.inner(i.body) };
      case "when":
        return {
          ...i,
          condition: this.use(i.condition),
          body: this.inner(i.body),
          otherwise: this.inner(i.otherwise),
        };
    }
  }

  private value(i: Extract<Instruction, { kind: "value" }>): Instruction | null {
    const inputs = i.inputs.map((input) => this.use(input));
    const changed = inputs.some((input, n) => input !== i.inputs[n]);
    const instruction = changed ? { ...i, inputs } : i;
    if (i.operator === "variable") {
      this.variables.add(i.out.id);
      return instruction;
    }
    // The same bits read as another type need no instruction.
    if (i.operator === "bits" && !this.variables.has(inputs[0].id)) {
      this.same.set(i.out.id, inputs[0].id);
      return null;
    }
    if (i.out.type !== "int") return instruction;
    if (i.operator === "const") {
      this.forms.set(i.out.id, { terms: [], constant: i.immediate, key: "" });
      return instruction;
    }
    const form = this.formOf(instruction);
    if (!form) {
      this.atom(i.out);
      return instruction;
    }
    this.forms.set(i.out.id, form);
    if (form.terms.length === 0) {
      return { ...i, operator: "const", inputs: [], immediate: form.constant };
    }
    const { key } = form;
    const known = this.known.get(key);
    if (!known) {
      this.learn(key, { value: i.out as Int, constant: form.constant });
      return instruction;
    }
    const difference = form.constant - known.constant;
    if (difference === 0) {
      this.same.set(i.out.id, known.value.id);
      return null;
    }
    if (!fitsInt32(difference)) return instruction;
    return { ...i, operator: "add", inputs: [known.value], immediate: difference };
  }

  private formOf(i: Extract<Instruction, { kind: "value" }>): Form | null {
    const [a, b] = i.inputs.map((input) => this.forms.get(input.id));
    if (!a || !b) return null;
    if (i.operator === "min" || i.operator === "max") {
      if (a.terms.length > 0 || b.terms.length > 0) return null;
      return { terms: [], constant: Math[i.operator](a.constant, b.constant), key: "" };
    }
    if (i.operator !== "add" && i.operator !== "sub" && i.operator !== "mul") return null;
    if (i.operator === "mul") {
      if (a.terms.length === 0) return scale(b, a.constant);
      return b.terms.length === 0 ? scale(a, b.constant) : null;
    }
    return sum(a, i.operator === "add" ? b : scale(b, -1));
  }

  private address(pointer: Int, displacement: number, reach: number): { pointer: Int; shift: number } {
    const used = this.use(pointer);
    const form = this.forms.get(pointer.id);
    const known = form && this.known.get(form.key);
    if (!known) return { pointer: used, shift: 0 };
    const shift = form.constant - known.constant;
    const fits = fitsInt32(displacement + shift) && fitsInt32(displacement + shift + reach);
    return fits ? { pointer: known.value, shift } : { pointer: used, shift: 0 };
  }

  private atom(value: Value): void {
    const form = makeForm([[value.id, 1]], 0);
    this.forms.set(value.id, form);
    this.learn(form.key, { value: value as Int, constant: 0 });
  }

  private learn(key: string, known: Known): void {
    this.known.set(key, known);
    this.learned.push(key);
  }

  private use<T extends ValueType>(value: Value<T>): Value<T> {
    const id = this.same.get(value.id);
    return id === undefined ? value : { id, type: value.type };
  }
}

const makeForm = (terms: Form["terms"], constant: number): Form => ({
  terms,
  constant,
  key: terms.map(([id, coefficient]) => `${id}*${coefficient}`).join("+"),
});

function scale(form: Form, by: number): Form {
  if (by === 0) return { terms: [], constant: 0, key: "" };
  if (by === 1) return form;
  return makeForm(
    form.terms.map(([id, c]) => [id, c * by] as const),
    form.constant * by,
  );
}

/** Terms stay in the order of their ids, so that equal sums have equal keys. */
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

/** The values that an instruction reads; those of inner blocks are not among them. */
export function inputsOf(i: Instruction): readonly Value[] {
  switch (i.kind) {
    case "value":
      return i.inputs;
    case "load":
    case "loadInt":
    case "prefetch":
      return [i.pointer];
    case "store":
      return [i.pointer, i.value];
    case "assign":
      return [i.value];
    case "loop":
      return [i.from, i.to];
    case "when":
      return [i.condition];
  }
}

function removeUnused(body: readonly Instruction[]): Instruction[] {
  // Variables carry values round a loop, against the order of the text: reading one anywhere keeps it.
  const read = new Set<number>();
  const collect = (block: readonly Instruction[]): void => {
    for (const i of block) {
      for (const input of inputsOf(i)) read.add(input.id);
      if (i.kind === "loop" || i.kind === "when") collect(i.body);
      if (i.kind === "when") collect(i.otherwise);
    }
  };
  collect(body);
  const used = new Set<number>();
  const keep = (block: readonly Instruction[]): Instruction[] => {
    const kept: Instruction[] = [];
    for (let n = block.length - 1; n >= 0; n--) {
      let i = block[n];
      if (i.kind === "loop") {
        const inner = keep(i.body);
        if (inner.length === 0) continue;
        i = { ...i, body: inner };
      } else if (i.kind === "when") {
        const [inner, otherwise] = [keep(i.body), keep(i.otherwise)];
        if (inner.length === 0 && otherwise.length === 0) continue;
        i = { ...i, body: inner, otherwise };
      } else if (i.kind === "assign") {
        if (!read.has(i.variable.id)) continue;
        used.add(i.variable.id);
      } else if (i.kind === "value" && i.operator === "variable") {
        if (!used.has(i.out.id) && !read.has(i.out.id)) continue;
      } else if ("out" in i && !used.has(i.out.id)) continue;
      for (const input of inputsOf(i)) used.add(input.id);
      kept.push(i);
    }
    return kept.reverse();
  };
  return keep(body);
}
