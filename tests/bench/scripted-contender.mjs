/** A contender of the benchmark that does as it is told: `node scripted-contender.mjs NAME BEHAVIOUR MILLISECONDS LOG`. */
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [name, behaviour, milliseconds, log] = process.argv.slice(2);
const say = (reply) => console.log(JSON.stringify(reply));

if (behaviour === "dies") {
  console.error("starting\nError: the library is broken\n    at somewhere");
  process.exit(3);
}
console.log("a library that greets whoever loads it");
say({ kind: "ready", who: name, target: behaviour, version: "1.2.3" });
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  appendFileSync(log, `${name} ${request.kind}\n`);
  if (request.kind === "prepare") {
    const results = [behaviour === "miscalculates" ? 3 : 2];
    if (behaviour === "refuses") say({ kind: "cannot", reason: "it has no matrices" });
    else if (behaviour !== "hangs") say({ kind: "prepared", firstMs: 9, results, peakBytes: null });
  } else if (behaviour === "crashes") process.exit(1);
  else say({ kind: "measured", times: [Number(milliseconds)] });
}
