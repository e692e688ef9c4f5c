import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { cifar10Entry, cifar100Entry } from "../../src/data/cifar.js";
import { cifarSource, loadCifar } from "../../src/data/cifar-files.js";
import { cifarFiles } from "../../src/data/cifar-layouts.js";
import { cifar10, cifar100, DataError } from "../../src/data/index.js";
import { PickleError } from "../../src/formats/pickle.js";

const golden = (name: string) => readFile(join(import.meta.dirname, "../formats/golden", name));

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "receptive-cifar-"));
  vi.stubEnv("RECEPTIVE_DATA", join(root, "data"));
  vi.stubEnv("XDG_CACHE_HOME", join(root, "caches"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

async function put(folder: string, files: { [name: string]: Uint8Array }): Promise<string> {
  const path = join(root, "data", folder);
  await mkdir(path, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(path, name), bytes);
  return path;
}

/** Records of one picture each, all red of this level in its first row, with these labels before them. */
const records = (...pictures: { labels: number[]; red: number }[]) =>
  Uint8Array.from(
    pictures.flatMap(({ labels, red }) => [
      ...labels,
      ...Array.from({ length: 3072 }, (_, i) => (i < 32 ? red : 0)),
    ]),
  );
const one = (label: number, red: number) => records({ labels: [label], red });

describe("the binary version", () => {
  test("batches in order, planes interleaved, part of a batch only where there is no whole one", async () => {
    await put("cifar10", {
      "data_batch_2.bin": one(2, 20),
      "data_batch_1.first5000.bin": one(9, 99),
      "data_batch_1.bin": records({ labels: [6], red: 10 }, { labels: [9], red: 11 }),
      "test_batch.first1000.bin": one(3, 30),
      "readme.html": Uint8Array.of(1),
    });
    const { train, test } = await cifar10();
    expect([train.length, [...train.labels], train.shape]).toEqual([3, [6, 9, 2], [32, 32, 3]]);
    expect([...train.images.slice(0, 6)]).toEqual([10, 0, 0, 10, 0, 0]);
    expect([train.images[32 * 3], train.images[2 * 3072]]).toEqual([0, 20]);
    expect([[...test.labels], test.images[0], test.classes[3]]).toEqual([[3], 30, "cat"]);
  });

  test("in the folder of the makers' archive; CIFAR-100 has two labels", async () => {
    const path = await put("cifar100/cifar-100-binary", {
      "train.bin": records({ labels: [11, 99], red: 1 }),
      "test.bin": records({ labels: [0, 19], red: 2 }),
    });
    const { train, test } = await cifar100();
    expect([[...train.labels], [...test.labels], train.classes[99]]).toEqual([[99], [19], "worm"]);
    expect(train.classes.length).toBe(100);
    expect(await cifarSource(cifar100Entry)).toEqual({ kind: "found", directories: [path] });
  });
});

test("the Python version, through the restricted unpickler", async () => {
  await put("cifar10", {
    data_batch_1: await golden("cifar10_python"),
    test_batch: await golden("cifar10_python"),
  });
  const { train } = await cifar10();
  expect([[...train.labels], train.images[0], train.images[1], train.images[3]]).toEqual([
    [6, 9],
    0,
    1024 % 256,
    1,
  ]);
  await put("cifar100", { train: await golden("cifar100_python"), test: await golden("cifar100_python") });
  expect([...(await cifar100()).test.labels]).toEqual([19, 99]);
});

describe("one clear line for files that are not what they should be", () => {
  test.each<[string, { [name: string]: Uint8Array }, (path: string) => Error]>([
    [
      "cut short",
      { "data_batch_1.bin": one(1, 1).subarray(0, 3000), "test_batch.bin": one(1, 1) },
      (path) =>
        new DataError(
          `${path}/data_batch_1.bin: has 3000 bytes, expected a multiple of 3073, the bytes of a picture and its label`,
        ),
    ],
    [
      "a label that is no class",
      { "data_batch_1.bin": one(1, 1), "test_batch.bin": one(10, 1) },
      (path) => new DataError(`${path}/test_batch.bin: label 0 is 10, expected 0 to 9`),
    ],
  ])("%s", async (_, files, error) => {
    const path = await put("cifar10", files);
    await expect(cifar10()).rejects.toThrow(error(path));
  });

  test("pickles of other things", async () => {
    const path = await put("cifar10", {
      data_batch_1: await golden("cifar100_python"),
      test_batch: one(1, 1),
    });
    await expect(cifar10()).rejects.toThrow(
      new DataError(
        `${path}/data_batch_1: has no data of N×3072 bytes with N labels, as CIFAR's Python version has`,
      ),
    );
    const harm = Buffer.from("\x80\x02cos\nsystem\nU\x04harm\x85R.", "latin1");
    await put("cifar10", { data_batch_1: harm });
    await expect(cifar10()).rejects.toThrow(
      new PickleError(
        `${path}/data_batch_1: names os.system, which is refused: of a pickle only tensors, numbers, text, lists and dictionaries are read`,
      ),
    );
  });

  test("a directory without the files", async () => {
    await expect(cifar10({ directory: root })).rejects.toThrow(
      new DataError(`cifar10: there are no CIFAR files in ${root}`),
    );
    expect(await cifarSource(cifar10Entry, { directory: root })).toEqual({ kind: "missing" });
  });
});

test("from the network: the makers' archive is checked, kept and unpacked", async () => {
  const header = (name: string, size: number) => {
    const block = Buffer.alloc(512);
    block.write(name, 0);
    block.write(size.toString(8).padStart(11, "0"), 124);
    block.write("0", 156);
    block.write("ustar", 257);
    return block;
  };
  const file = (name: string, content: Uint8Array) =>
    Buffer.concat([
      header(`cifar-10-batches-bin/${name}`, content.length),
      content,
      Buffer.alloc((512 - (content.length % 512)) % 512),
    ]);
  const packed = gzipSync(
    Buffer.concat([
      file("test_batch.bin", one(3, 30)),
      file("data_batch_1.bin", one(6, 10)),
      Buffer.alloc(1024),
    ]),
  );
  let requests = 0;
  const server = createServer((_, response) => {
    requests++;
    response.end(packed);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const layout = {
    ...cifarFiles.cifar10,
    archive: {
      file: "cifar-10-binary.tar.gz",
      addresses: [`http://127.0.0.1:${(server.address() as AddressInfo).port}/x`],
      bytes: packed.length,
      sha256: createHash("sha256").update(packed).digest("hex"),
    },
  };
  expect(await cifarSource(cifar10Entry, {}, layout)).toEqual({ kind: "download", bytes: packed.length });
  for (let i = 0; i < 2; i++) {
    const { train, test } = await loadCifar(cifar10Entry, {}, layout);
    expect([[...train.labels], train.images[0], [...test.labels], test.images[0]]).toEqual([
      [6],
      10,
      [3],
      30,
    ]);
  }
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
  expect(requests).toBe(1);
});
