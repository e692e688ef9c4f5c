/** Tensors as people read them: `console.log`, `String()`. */
import { called } from "../door/called.js";
import type { DType, TypedArray } from "./dtype.js";
import { type Shape, show } from "./shapes.js";

/** By this name Node asks what to print. */
export const inspect = Symbol.for("nodejs.util.inspect.custom");

/** Of more numbers than this some are left out. */
const most = 1000;
/** At each end of an axis. */
const shown = 3;

/**
 *     Tensor(f32 2×3)
 *     [[1, 2, 3],
 *      [4, 5, 6]]
 *
 * @param state  said instead of numbers: "not computed yet"
 */
export function printed(
  kind: string,
  type: DType,
  shape: Shape,
  values: TypedArray | null,
  state: string,
): string {
  if (!values) return `${kind}(${type} ${show(shape)}, ${state})`;
  const word = (value: number): string =>
    type === "bool"
      ? String(value !== 0)
      : type === "f32"
        ? String(Number(value.toPrecision(6)))
        : String(value);
  // A first walk finds the widest number, the second writes.
  let width = 0;
  const axis = (d: number, at: number, write: (value: number) => string): string => {
    if (d === shape.length) return write(values[at]);
    const step = shape.slice(d + 1).reduce((n, extent) => n * extent, 1);
    const extent = shape[d];
    const short = values.length > most && extent > 2 * shown;
    const parts: string[] = [];
    for (let i = 0; i < extent; i++) {
      if (short && i === shown) {
        parts.push("…");
        i = extent - shown;
      }
      parts.push(axis(d + 1, at + i * step, write));
    }
    const rank = shape.length - d;
    return `[${parts.join(rank === 1 ? ", " : `,${"\n".repeat(rank - 1)}${" ".repeat(d + 1)}`)}]`;
  };
  axis(0, 0, (value) => {
    width = Math.max(width, word(value).length);
    return "";
  });
  return `${kind}(${type} ${show(shape)})\n${axis(0, 0, (value) => word(value).padStart(width))}`;
}

/**
 * The object, which `console.log` and `String()` print as this text; to everything else it is what it was.
 * @param json  what JSON has of it, if that is something else
 */
export function printedAs<T extends object>(object: T, text: () => string, json?: () => unknown): T {
  for (const name of [inspect, "toString"]) Object.defineProperty(object, name, { value: text });
  if (json) Object.defineProperty(object, "toJSON", { value: json });
  return object;
}

/** The object, which is printed as the call that makes it; of a function, which JSON would leave out, this is its JSON. */
export function calledAs<T extends object>(object: T, name: string, ...given: readonly unknown[]): T {
  const text = (): string => called(name, ...given);
  return printedAs(object, text, typeof object === "function" ? text : undefined);
}
