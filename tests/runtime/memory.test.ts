import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { conv2d, matmul, ones } from "../../src/index.js";
import { type Block, EngineMemory } from "../../src/runtime/memory.js";
import { WasmMemory } from "../../src/targets/wasm/memory.js";

describe("the engine's memory", () => {
  test("blocks never overlap, and what is released comes back", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 300_000 }), release: fc.nat() }), {
          maxLength: 60,
        }),
        (steps) => {
          const region = new WasmMemory(false);
          const memory = new EngineMemory(region);
          const held: Block[] = [];
          for (const { bytes, release } of steps) {
            if (release % 3 === 0 && held.length > 0)
              memory.release(held.splice(release % held.length, 1)[0]);
            const block = memory.allocate(bytes);
            expect(block.bytes).toBeGreaterThanOrEqual(bytes);
            for (const other of held)
              expect(
                block.address >= other.address + other.bytes || other.address >= block.address + block.bytes,
              ).toBe(true);
            held.push(block);
          }
          expect(memory.usedBytes).toBe(held.reduce((n, b) => n + b.bytes, 0));
          for (const block of held) memory.release(block);
          expect(memory.usedBytes).toBe(0);
          const before = region.bytes;
          memory.allocate(before - 1024);
          expect(region.bytes).toBe(before); // one piece again
        },
      ),
      { seed: 1, numRuns: 30 },
    );
  });

  test("running out says how much, and what to do", () => {
    const memory = new EngineMemory(new WasmMemory(false));
    expect(() => memory.allocate(5 * 2 ** 30)).toThrow(
      "out of memory: 5121 MB more are needed, 4 MB are in use or reserved, the WebAssembly memory ends at 4096 MB; a smaller batch needs less",
    );
    expect(() => memory.allocate(2 ** 60)).toThrow("out of memory: 1099511627777 MB more are needed");
  });

  test.each([
    ["a border", () => conv2d(ones([1, 4, 4, 1]), ones([2, 2, 1, 1]), { padding: 2 ** 22 })],
    ["a product", () => matmul(ones([2 ** 27, 1]), ones([1, 2 ** 27]))],
  ])("%s larger than any memory is said in the same words", async (_, make) => {
    await expect(make().data()).rejects.toThrow(/^out of memory: \d+ MB more are needed, /);
  });
});
