/** Values from users' hands, as errors name them. */

/** `2.5`, `NaN`, `"hello"`, `2n`, `[1, 2]`, `a Float64Array of 3`, `a Promise`, `undefined`. */
export function said(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
    case "bigint":
      return `${value}n`;
    case "function":
      return value.name ? `the function ${value.name}` : "a function";
    case "object":
      return value === null ? "null" : saidObject(value);
    default:
      return Object.is(value, -0) ? "-0" : String(value);
  }
}

function saidObject(value: object): string {
  if (Array.isArray(value)) {
    const first = Array.from({ length: Math.min(value.length, 8) }, (_, i): string =>
      typeof value[i] === "object" && value[i] !== null ? "…" : said(value[i]),
    );
    return `[${first.join(", ")}${value.length > 8 ? ", …" : ""}]`;
  }
  if (ArrayBuffer.isView(value) && kindOfArray(value))
    return `a ${kindOfArray(value)} of ${(value as unknown as ArrayLike<unknown>).length}`;
  // A tensor has numbers; here its shape says enough.
  if ("operation" in value && "shape" in value && "type" in value)
    return `a ${"set" in value ? "variable" : "tensor"} (${value.type} ${(value.shape as number[]).join("×") || "of one number"})`;
  const kind = Object.prototype.toString.call(value).slice("[object ".length, -1);
  if (kind !== "Object") return `${/^([AEIO]|HTML)/.test(kind) ? "an" : "a"} ${kind}`;
  const name = constructorOf(value);
  if (name && name !== "Object") return `a ${name}`;
  const keys = Object.keys(value);
  return keys.length === 0 ? "{}" : `{ ${keys.slice(0, 6).join(", ")}${keys.length > 6 ? ", …" : ""} }`;
}

/** Objects of another realm have constructors of the same names. */
const constructorOf = (value: object): string | undefined => {
  const made = value.constructor;
  return typeof made === "function" ? made.name : undefined;
};

const tagOf = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)!.get!;

/** `Float32Array`, whichever realm (an iframe, a vm context) it comes from; undefined for what is no typed array. */
export const kindOfArray = (value: unknown): string | undefined => tagOf.call(value);
