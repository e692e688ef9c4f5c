import type { Instruction, Kernel, Value } from "./language.js";

/** A kernel as text, for people. */
export function printKernel(kernel: Kernel): string {
  const lines = [`kernel "${kernel.name}"`];
  printBlock(kernel.body, "  ", lines);
  return lines.join("\n");
}

function printBlock(block: readonly Instruction[], indent: string, lines: string[]): void {
  for (const instruction of block) {
    switch (instruction.kind) {
      case "value": {
        const { operator, out, inputs, immediate } = instruction;
        const operands = inputs.map(show);
        if (inputs.length === 0 || immediate !== 0) operands.push(String(immediate));
        lines.push(`${indent}${show(out)} = ${out.type}.${operator} ${operands.join(" ")}`);
        break;
      }
      case "load": {
        const { out, pointer, displacement, format, access, stride, lanes } = instruction;
        lines.push(
          `${indent}${show(out)} = load.${access} ${format} [${show(pointer)} + ${displacement}] stride ${stride} lanes ${lanes}`,
        );
        break;
      }
      case "loadInt":
        lines.push(
          `${indent}${show(instruction.out)} = loadInt [${show(instruction.pointer)} + ${instruction.displacement}]`,
        );
        break;
      case "store": {
        const { pointer, value, displacement, format, stride, lanes } = instruction;
        lines.push(
          `${indent}store ${format} [${show(pointer)} + ${displacement}] = ${show(value)} stride ${stride} lanes ${lanes}`,
        );
        break;
      }
      case "prefetch":
        lines.push(`${indent}prefetch [${show(instruction.pointer)} + ${instruction.displacement}]`);
        break;
      case "assign":
        lines.push(`${indent}${show(instruction.variable)} := ${show(instruction.value)}`);
        break;
      case "loop": {
        const { counter, from, to, step, body } = instruction;
        lines.push(`${indent}for ${show(counter)} from ${show(from)} to ${show(to)} by ${step}`);
        printBlock(body, `${indent}  `, lines);
        break;
      }
      case "when":
        lines.push(`${indent}when ${show(instruction.condition)}`);
        printBlock(instruction.body, `${indent}  `, lines);
        if (instruction.otherwise.length > 0) {
          lines.push(`${indent}otherwise`);
          printBlock(instruction.otherwise, `${indent}  `, lines);
        }
        break;
    }
  }
}

const show = (value: Value): string => `${value.type[0]}${value.id}`;
