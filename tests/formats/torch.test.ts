import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { memorySource } from "../../src/formats/byte-source.js";
import { PickleError } from "../../src/formats/pickle.js";
import { openTorch, TorchError } from "../../src/formats/torch.js";
import { ZipError } from "../../src/formats/zip.js";

const golden = async (name: string) =>
  new Uint8Array(await readFile(join(import.meta.dirname, "golden", name)));
const open = async (name: string) => openTorch(memorySource(name, await golden(name)));

async function contents(name: string) {
  const { arrays } = await open(name);
  const all: { [name: string]: unknown } = {};
  for (const [path, { shape, dtype, read }] of arrays) all[path] = [dtype, shape, [...(await read())]];
  return all;
}

describe("what torch.save wrote", () => {
  test.each(["weights.pth", "legacy.pth"])("%s", async (name) => {
    expect(await contents(name)).toEqual({
      "conv.weight": ["F32", [2, 3, 2, 2], Array.from({ length: 24 }, (_, i) => i / 8)],
      "conv.bias": ["F16", [2], [0.5, -1.5]],
      "bn.num_batches_tracked": ["I64", [], [7]],
      wide: ["F64", [2], [1.5, -2.25]],
      brain: ["BF16", [2], [1.5, -2.25]],
      bytes: ["U8", [2], [1, 255]],
      truth: ["BOOL", [2], [1, 0]],
      empty: ["F32", [0, 3], []],
    });
  });

  test("views of one storage come in their own order", async () => {
    expect(await contents("views.pth")).toEqual({
      transposed: ["F32", [4, 3], [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]],
      column: ["F32", [3], [1, 5, 9]],
      part: ["F32", [2, 2], [6, 7, 10, 11]],
    });
  });

  test("a checkpoint's state_dict, without what DataParallel puts before its names", async () => {
    expect(await contents("checkpoint.pth")).toEqual({ "fc.weight": ["F32", [1, 2], [1, 1]] });
  });

  test("of a large archive only what is asked for is read", async () => {
    const bytes = await golden("weights.pth");
    let read = 0;
    const source = memorySource("w.pth", bytes);
    const counted = {
      ...source,
      read: (begin: number, end: number) => {
        read += end - begin;
        return source.read(begin, end);
      },
    };
    const { arrays } = await openTorch(counted);
    read = 0;
    await arrays.get("conv.weight")!.read();
    expect(read).toBe(30 + 96);
  });
});

describe("what is refused, in one line", () => {
  const only = "which is refused: of a pickle only tensors, numbers, text, lists and dictionaries are read";
  test.each<[string, Error]>([
    ["model.pth", new PickleError(`model.pth: names torch.nn.modules.linear.Linear, ${only}`)],
    ["command.pth", new PickleError(`command.pth: names posix.system, ${only}`)],
    [
      "expanded.pth",
      new TorchError("expanded.pth: a (1099511627776) reaches beyond its storage of 1 numbers"),
    ],
    [
      "f4.npy",
      new TorchError("f4.npy: not a file of PyTorch's: neither a zip archive nor one of its pickles"),
    ],
  ])("%s", async (name, error) => {
    await expect(open(name)).rejects.toThrow(error);
  });

  test("cut short", async () => {
    const bytes = await golden("weights.pth");
    await expect(openTorch(memorySource("w.pth", bytes.slice(0, 900)))).rejects.toThrow(
      new ZipError("w.pth: not a zip archive, or cut short: it has no directory at its end"),
    );
    const legacy = await golden("legacy.pth");
    await expect(openTorch(memorySource("w.pth", legacy.slice(0, 300)))).rejects.toThrow(
      new PickleError("w.pth: cut short: its pickle breaks off at byte 300"),
    );
    await expect(openTorch(memorySource("w.pth", legacy.slice(0, legacy.length - 8)))).rejects.toThrow(
      new TorchError("w.pth: cut short: the numbers of its tensors are missing"),
    );
  });

  test("a number that was changed is found by its check sum", async () => {
    const bytes = await golden("weights.pth");
    const at = bytes.findIndex(
      (_, i) => new DataView(bytes.buffer).getFloat32(Math.min(i, bytes.length - 4), true) === 2.875,
    );
    bytes[at] ^= 1;
    const { arrays } = await openTorch(memorySource("w.pth", bytes));
    await expect(arrays.get("conv.weight")!.read()).rejects.toThrow(
      new ZipError(
        "w.pth: weights/data/0 has not the check sum that it was written with; the file is damaged",
      ),
    );
  });
});
