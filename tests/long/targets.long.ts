/** On WebAssembly: models, training, explanations and features, which a check of every change runs natively only. */
import { readdirSync } from "node:fs";
import { join } from "node:path";

process.env.RECEPTIVE_TARGET = "wasm";
for (const room of ["explain", "features", "models", "training"]) {
  const folder = join(import.meta.dirname, "..", room);
  for (const name of readdirSync(folder).sort())
    if (name.endsWith(".test.ts")) await import(join(folder, name));
}
