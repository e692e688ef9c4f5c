/** What training scripts save beside and around the weights: it is passed over and named, and never runs. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { memorySource } from "../../src/formats/byte-source.js";
import { openArrays } from "../../src/formats/open-arrays.js";
import { encodeSafetensors, SafetensorsError } from "../../src/formats/safetensors.js";
import { openTorch, TorchError } from "../../src/formats/torch.js";
import {
  type Bytes,
  dictionaryOf,
  dictionaryWithin,
  joined,
  pickled,
  safetensorsOf,
  tensorOf,
  torchZip,
} from "../checks/file-writers.js";

const golden = async (name: string) =>
  new Uint8Array(await readFile(join(import.meta.dirname, "golden", name)));

async function listed(bytes: Bytes) {
  const { arrays, remarks } = await openArrays(memorySource("x", bytes));
  return { names: [...arrays].map(([name, { dtype }]) => `${name} ${dtype}`), remarks };
}

describe("beside a state_dict", () => {
  test.each([
    ["args", "argparse.Namespace"],
    ["best", "numpy.core.multiarray.scalar"],
    ["history", "numpy.core.multiarray._reconstruct"],
    ["dtype", "torch.float32"],
    ["device", "torch.device"],
    ["classes", "set"],
    ["counts", "collections.Counter"],
    ["log", "collections.defaultdict"],
    ["when", "datetime.datetime"],
    ["where", "pathlib.PosixPath"],
    ["raw", "bytes"],
    ["int8", "a tensor"],
    ["int16", "a tensor"],
    ["complex", "a tensor"],
    ["optim", "a dictionary"],
  ])("%s (%s)", async (name, kind) => {
    const bytes = await golden(`others/${name}.pth`);
    expect(await listed(bytes)).toEqual({
      names: ["conv1.weight F32"],
      remarks: ['took the weights under "state_dict"', `passed over ${name} (${kind})`],
    });
    const { arrays } = await openTorch(memorySource("x", bytes));
    expect([...(await arrays.get("conv1.weight")!.read())]).toEqual(Array(18).fill(1));
  });
});

test("types that are not read are listed, and refused when they are wanted", async () => {
  const { arrays, remarks } = await openTorch(memorySource("x.pth", await golden("types.pth")));
  expect([...arrays].map(([name, { dtype }]) => `${name} ${dtype}`)).toEqual([
    "a F32",
    "int8 I8",
    "int16 I16",
    "complex C64",
    "wide C128",
  ]);
  expect(remarks).toEqual([
    "passed over quantised (torch._utils._rebuild_qtensor), sparse (torch._utils._rebuild_sparse_tensor)",
  ]);
  expect([...(await arrays.get("a")!.read())]).toEqual([1, 1]);
  await expect(arrays.get("int16")!.read()).rejects.toThrow(
    new TorchError('x.pth: int16 has the dtype "I16"; F64, I64, F32, I32, F16, BF16, U8, BOOL can be read'),
  );
});

test("tensors of eight bits and unsigned ones, views of a storage without a type", async () => {
  const { mark, tuple, global, long, persistentId, reduce, emptyTuple, text } = pickled;
  const numbers = (...list: number[]) => joined(mark, ...list.map(long), tuple);
  const view = (type: string, shape: number) =>
    joined(
      ...[global("torch._utils", "_rebuild_tensor_v3"), mark],
      joined(
        ...[
          mark,
          text("storage"),
          global("torch.storage", "UntypedStorage"),
          text("0"),
          text("cpu"),
          long(6),
        ],
        ...[tuple, persistentId],
      ),
      ...[long(0), numbers(shape), numbers(1), Uint8Array.of(0x89), global("collections", "OrderedDict")],
      ...[emptyTuple, reduce, global("torch", type), tuple, reduce],
    );
  const file = (shape: number) =>
    torchZip(
      dictionaryOf([
        ["f8", view("float8_e4m3fn", 6)],
        ["u16", view("uint16", shape)],
        ["new", view("float3_of_tomorrow", 2)],
      ]),
      { data: new Uint8Array(6) },
    );
  expect(await listed(file(3))).toEqual({
    names: ["f8 F8_E4M3", "u16 U16"],
    remarks: ["passed over new (torch.float3_of_tomorrow)"],
  });
  await expect(listed(file(4))).rejects.toThrow(
    new TorchError("x: u16 (4) reaches beyond its storage of 3 numbers"),
  );
});

describe("where the weights are", () => {
  const weights = (...names: string[]) => dictionaryWithin(names.map((name) => [name, tensorOf()]));
  const file = (pairs: [string, Uint8Array][]) => torchZip(dictionaryOf(pairs));
  test.each<[string, [string, Uint8Array][], string[], string[]]>([
    ["under net", [["net", weights("a")]], ["a"], ['took the weights under "net"']],
    ["under params", [["params", weights("a")]], ["a"], ['took the weights under "params"']],
    ["under weights", [["weights", weights("a")]], ["a"], ['took the weights under "weights"']],
    ["under model_ema alone", [["model_ema", weights("a")]], ["a"], ['took the weights under "model_ema"']],
    [
      "under state_dict, not its average",
      [
        ["state_dict_ema", weights("b")],
        ["state_dict", weights("a")],
      ],
      ["a"],
      ['took the weights under "state_dict", not those under "state_dict_ema"'],
    ],
    [
      "in a dictionary in a dictionary",
      [["model", dictionaryWithin([["state_dict", weights("a")]])]],
      ["a"],
      ['took the weights under "model.state_dict"'],
    ],
    [
      "under a name that nobody knows, alone",
      [
        ["epoch", pickled.int(3)],
        ["unet", weights("a")],
      ],
      ["a"],
      ['took the weights under "unet"', "passed over epoch (a number)"],
    ],
    [
      "at the top, with a number",
      [
        ["a", tensorOf()],
        ["epoch", pickled.int(3)],
      ],
      ["a"],
      ["passed over epoch (a number)"],
    ],
    [
      "with names of DataParallel",
      [["module.a", tensorOf()]],
      ["a"],
      ['left out what all names begin with: "module."'],
    ],
    [
      "with names of torch.compile",
      [["_orig_mod.a", tensorOf()]],
      ["a"],
      ['left out what all names begin with: "_orig_mod."'],
    ],
    [
      "with names of Lightning",
      [["state_dict", weights("model.a", "model.b")]],
      ["a", "b"],
      ['took the weights under "state_dict"', 'left out what all names begin with: "model."'],
    ],
    [
      "with a backbone",
      [["backbone.a", tensorOf()]],
      ["a"],
      ['left out what all names begin with: "backbone."'],
    ],
    [
      "with two of these",
      [["module._orig_mod.a", tensorOf()]],
      ["a"],
      ['left out what all names begin with: "module._orig_mod."'],
    ],
    [
      "with a backbone and a head",
      [
        ["backbone.a", tensorOf()],
        ["head.b", tensorOf()],
      ],
      ["backbone.a", "head.b"],
      [],
    ],
  ])("%s", async (_, pairs, names, remarks) => {
    expect(await listed(file(pairs))).toEqual({ names: names.map((name) => `${name} F32`), remarks });
  });

  test("several that nobody knows: which one is for the user to say", async () => {
    await expect(
      listed(
        file([
          ["generator", weights("a")],
          ["critic", weights("a")],
        ]),
      ),
    ).rejects.toThrow(
      new TorchError(
        "x: holds several dictionaries of tensors: generator, critic; save model.state_dict() of one",
      ),
    );
  });
});

describe("safetensors", () => {
  const of = (names: string[], metadata?: Record<string, string>) =>
    encodeSafetensors(
      new Map(names.map((name) => [name, { shape: [1], data: Float32Array.of(1) }])),
      metadata,
    );
  test.each<[string[], string[], string[]]>([
    [["_orig_mod.a", "_orig_mod.b.c"], ["a", "b.c"], ['left out what all names begin with: "_orig_mod."']],
    [["net.a"], ["a"], ['left out what all names begin with: "net."']],
    [["model_ema.a", "model.a"], ["a"], ['took the weights under "model", not those under "model_ema"']],
    [["model.a", "backbone.b"], ["model.a", "backbone.b"], []],
    [["model."], ["model."], []],
  ])("%s", async (names, expected, remarks) => {
    expect(await listed(of(names))).toEqual({ names: expected.map((name) => `${name} F32`), remarks });
  });

  test("a checkpoint of ours keeps its names", async () => {
    expect((await listed(of(["model.weights"], { format: "receptive checkpoint 1" }))).names).toEqual([
      "model.weights F32",
    ]);
  });

  test("integers, complex numbers and numbers of few bits beside the floats", async () => {
    const types = { I8: 2, I16: 4, U16: 4, U32: 8, U64: 16, C64: 16, F8_E4M3: 2, F8_E5M2: 2, F4: 1 };
    let at = 0;
    const entries = Object.entries({ F32: 8, ...types }).map(([dtype, bytes]) => {
      at += bytes;
      return `"${dtype}":{"dtype":"${dtype}","shape":[2],"data_offsets":[${at - bytes},${at}]}`;
    });
    const file = safetensorsOf(`{${entries.join(",")}}`, new Uint8Array(at));
    const { arrays } = await openArrays(memorySource("x", file));
    expect([...arrays.values()].map(({ dtype }) => dtype)).toEqual(["F32", ...Object.keys(types)]);
    expect(await arrays.get("F32")!.read()).toEqual(new Float32Array(2));
    await expect(arrays.get("F8_E5M2")!.read()).rejects.toThrow(
      new SafetensorsError(
        'x: F8_E5M2 has the dtype "F8_E5M2"; F64, I64, F32, I32, F16, BF16, U8, BOOL can be read',
      ),
    );
  });
});
