import { totalmem } from "node:os";
import { expect, test } from "vitest";
import { add, tensor } from "../../src/index.js";
import { device, theEngine } from "../../src/runtime/devices.js";
import { type Tensor, variable } from "../../src/tensor/tensor.js";
import { compiled } from "../checks/compiled.js";

const gigabyte = 2 ** 30;
const native = device().target !== "wasm";

// Pages that nobody touches cost nothing: the test reserves, and writes little.
test.skipIf(!native || totalmem() < 8 * gigabyte)(
  "machine code works beyond 4 GB (on WebAssembly, and where the machine is smaller: skipped)",
  async () => {
    const engine = theEngine();
    const block = engine.memory.allocate(5 * gigabyte);
    try {
      const far = variable(Float32Array.of(1, 2, 3));
      const run = compiled((x: Tensor) => add(far, x));
      expect([...(await run(tensor(Float32Array.of(10, 20, 30))))]).toEqual([11, 22, 33]);
      expect(far.storage.place!.address).toBeGreaterThan(4 * gigabyte);
    } finally {
      engine.memory.release(block);
    }
  },
);
