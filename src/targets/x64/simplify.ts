/** What an assembler for WebAssembly's engine would do for us: what needs no instruction, or nobody needs, is left out. */
import type { Instruction, Value, ValueType } from "../../kernels/language.js";

/** The same kernel with fewer instructions. */
export const simplify = (body: readonly Instruction[]): readonly Instruction[] =>
  removeUnused(new SameBits().block(body));

/** The same bits read as another type need no instruction. */
class SameBits {
  /** Values that stand for another one. */
  private readonly same = new Map<number, number>();
  private readonly variables = new Set<number>();

  block(instructions: readonly Instruction[]): Instruction[] {
    const out: Instruction[] = [];
    for (const i of instructions) {
      if (i.kind === "value" && i.operator === "variable") this.variables.add(i.out.id);
      const [input] = inputsOf(i);
      if (i.kind === "value" && i.operator === "bits" && !this.variables.has(input.id))
        this.same.set(i.out.id, this.use(input).id);
      else out.push(this.renamed(i));
    }
    return out;
  }

  private renamed(i: Instruction): Instruction {
    switch (i.kind) {
      case "loop":
        return { ...i, body: this.block(i.body) };
      case "when":
        return { ...i, body: this.block(i.body), otherwise: this.block(i.otherwise) };
      case "value":
        if (!i.inputs.some(({ id }) => this.same.has(id))) return i;
        return { ...i, inputs: i.inputs.map((input) => this.use(input)) };
      case "store":
        return { ...i, value: this.use(i.value) };
      case "assign":
        return { ...i, value: this.use(i.value) };
      default:
        return i;
    }
  }

  private use<T extends ValueType>(value: Value<T>): Value<T> {
    const id = this.same.get(value.id);
    return id === undefined ? value : { id, type: value.type };
  }
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
