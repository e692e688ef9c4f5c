/** Whatever is handed to a function in plain JavaScript: an error speaks in our words, not in those of the engine below. */
import { describe, expect, test } from "vitest";
import * as R from "../../src/index.js";
import * as tasks from "../../src/tasks/index.js";

const nonsense: readonly unknown[] = [
  undefined,
  null,
  "hello",
  {},
  [],
  -1,
  1.5,
  Number.NaN,
  [[1, 2], [3]],
  new Date(0),
  () => 1,
  { axis: "x" },
  { axis: 7 },
];

/** What V8 says where nobody looked at a value before it was used. */
const internal =
  /Cannot (read|set|convert|mix|destructure|use 'in')|is not (a function|iterable|a constructor|defined)|Invalid (array|typed array) length|circular structure|Maximum call stack/;

/** Those that need files, the network, or a run of seconds, and those whose argument is another function's answer. */
const leftOut = new Set([
  "HubError",
  "load",
  "save",
  "openHub",
  "profile",
  "data.digits",
  "data.mnist",
  "data.fashionMnist",
  "data.cifar10",
  "data.cifar100",
  "data.loadDataset",
  "data.describeSource",
  "show", // of shapes, for error messages
  "tasks.speech.spokenDigits", // a second each time that nothing is asked for
]);

const functions: [name: string, f: (...given: unknown[]) => unknown][] = [];
for (const [name, value] of Object.entries(R)) {
  const isClass = (f: unknown) => /^class\b/.test(String(f));
  if (typeof value === "function" && !isClass(value)) functions.push([name, value as never]);
  else if (["nn", "losses", "optim", "models", "objectives", "data"].includes(name))
    for (const [inner, f] of Object.entries(value as object))
      if (typeof f === "function" && !isClass(f)) functions.push([`${name}.${inner}`, f]);
}
for (const [task, inside] of Object.entries(tasks)) {
  const all: [name: string, f: unknown][] =
    typeof inside === "function"
      ? [[`tasks.${task}`, inside]]
      : Object.entries(inside).map(([name, f]) => [`tasks.${task}.${name}`, f]);
  for (const [name, f] of all)
    if (typeof f === "function" && !/^class\b/.test(String(f))) functions.push([name, f as never]);
}

describe("nonsense is refused in our words", () => {
  test.each(functions.filter(([name]) => !leftOut.has(name)))("%s", async (name, f) => {
    const found: string[] = [];
    const look = async (...given: unknown[]): Promise<void> => {
      try {
        const answer: unknown = f(...given);
        if (answer instanceof Promise) await answer;
      } catch (error) {
        const { message } = error as Error;
        if (internal.test(message)) found.push(`${name}(${given.map(shown).join(", ")}): ${message}`);
      }
    };
    for (const a of nonsense) for (const b of nonsense) await look(a, b);
    for (const b of nonsense) await look(R.tensor(new Float32Array(24), [1, 4, 6]), b);
    expect(found.slice(0, 5)).toEqual([]);
  });
});

const shown = (value: unknown): string => {
  if (typeof value === "function") return "() => 1";
  return typeof value === "object" && value !== null && "serial" in value
    ? "a tensor"
    : (JSON.stringify(value) ?? "undefined");
};
