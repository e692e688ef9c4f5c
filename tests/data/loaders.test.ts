import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { part } from "../../src/data/chosen.js";
import { DataError } from "../../src/data/dataset.js";
import { loadIdxDataset, sourceOf } from "../../src/data/idx-dataset.js";
import { type IdxFiles, idxFiles } from "../../src/data/idx-files.js";
import { mnist, mnistEntry } from "../../src/data/mnist.js";
import { datasets, describeSource, loadDataset } from "../../src/data/registry.js";
import { IdxError, writeIdx } from "../../src/formats/idx.js";

const names = {
  trainImages: "train-images-idx3-ubyte.gz",
  trainLabels: "train-labels-idx1-ubyte.gz",
  testImages: "t10k-images-idx3-ubyte.gz",
  testLabels: "t10k-labels-idx1-ubyte.gz",
};

/** Four small files in MNIST's form, `mark` being the grey value of all pictures. */
function files(mark: number, { labels = 3 } = {}) {
  const pictures = (n: number) =>
    writeIdx({ shape: [n, 28, 28], values: new Uint8Array(n * 784).fill(mark) });
  const numbers = (n: number) =>
    writeIdx({ shape: [n], values: Uint8Array.from({ length: n }, (_, i) => i) });
  return {
    [names.trainImages]: pictures(3),
    [names.trainLabels]: numbers(labels),
    [names.testImages]: pictures(2),
    [names.testLabels]: numbers(2),
  };
}

let root: string;
let data: string;
let cache: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "receptive-data-"));
  data = join(root, "data", "mnist");
  cache = join(root, "caches", "receptive", "mnist");
  vi.stubEnv("RECEPTIVE_DATA", join(root, "data"));
  vi.stubEnv("XDG_CACHE_HOME", join(root, "caches"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

async function put(folder: string, contents: { [file: string]: Uint8Array }, { packed = true } = {}) {
  await mkdir(folder, { recursive: true });
  for (const [file, bytes] of Object.entries(contents))
    if (packed) await writeFile(join(folder, file), gzipSync(bytes));
    else await writeFile(join(folder, file.replace(".gz", "")), bytes);
}

/** MNIST as it would be on no server. */
const offline: IdxFiles = {
  train: {
    images: { ...idxFiles.mnist.train.images, addresses: [] },
    labels: { ...idxFiles.mnist.train.labels, addresses: [] },
  },
  test: {
    images: { ...idxFiles.mnist.test.images, addresses: [] },
    labels: { ...idxFiles.mnist.test.labels, addresses: [] },
  },
};

describe("where a data set is looked for", () => {
  test.each([{ packed: true }, { packed: false }])(
    "$RECEPTIVE_DATA comes first, packed: $packed",
    async (how) => {
      await put(data, files(1), how);
      await put(cache, files(2));
      const { train, test } = await mnist();
      expect([train.length, test.length, train.images.length]).toEqual([3, 2, 3 * 784]);
      expect([train.images[0], [...train.labels]]).toEqual([1, [0, 1, 2]]);
      expect([train.name, train.split, train.shape, train.classes.length]).toEqual([
        "mnist",
        "train",
        [28, 28, 1],
        10,
      ]);
    },
  );

  test("then the cache", async () => {
    await put(cache, files(2));
    expect((await mnist()).train.images[0]).toBe(2);
    vi.stubEnv("RECEPTIVE_DATA", "");
    expect((await mnist()).train.images[0]).toBe(2);
  });

  test("a directory that was named is the only one", async () => {
    await put(data, files(1));
    await put(join(root, "mine"), files(3));
    expect((await mnist({ directory: join(root, "mine") })).train.images[0]).toBe(3);
    const empty = join(root, "empty");
    await expect(mnist({ directory: empty })).rejects.toThrow(
      new DataError(
        `mnist: there is no ${join(empty, names.trainImages)}; the data set "digits" is built in and needs no files`,
      ),
    );
  });

  test("nowhere, and no server has it", async () => {
    await expect(loadIdxDataset(mnistEntry, {}, offline)).rejects.toThrow(
      new DataError(
        `mnist: there is no ${join(data, names.trainImages)}, ${join(cache, names.trainImages)}, and it cannot be downloaded; the data set "digits" is built in and needs no files`,
      ),
    );
  });

  test("nowhere, and no network", async () => {
    vi.stubEnv("RECEPTIVE_DATA", "");
    const images = { ...idxFiles.mnist.train.images, addresses: ["http://127.0.0.1:1/x.gz"] };
    const unreachable = { ...offline, train: { ...offline.train, images } };
    const failure = await loadIdxDataset(mnistEntry, {}, unreachable).catch((error: Error) => error);
    expect(String(failure)).toMatch(
      /^DataError: mnist: there is no \S+train-images-idx3-ubyte\.gz \(RECEPTIVE_DATA is not set\), and train-images-idx3-ubyte\.gz cannot be downloaded; http:\/\/127\.0\.0\.1:1\/x\.gz: [^\n]+; the data set "digits" is built in and needs no files$/,
    );
  });

  test("from the network into the cache, and the second time from there", async () => {
    const contents = Object.fromEntries(
      Object.entries(files(4)).map(([file, bytes]) => [`/${file}`, gzipSync(bytes)]),
    );
    let requests = 0;
    const server = createServer((request, response) => {
      requests++;
      response.end(contents[request.url ?? ""]);
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const remote = (file: string) => ({
      file,
      addresses: [`http://127.0.0.1:${(server.address() as AddressInfo).port}/${file}`],
      bytes: contents[`/${file}`].length,
      sha256: createHash("sha256").update(contents[`/${file}`]).digest("hex"),
    });
    const served: IdxFiles = {
      train: { images: remote(names.trainImages), labels: remote(names.trainLabels) },
      test: { images: remote(names.testImages), labels: remote(names.testLabels) },
    };
    const before = await sourceOf(mnistEntry, {}, served);
    expect(before.kind).toBe("download");
    expect(describeSource(before)).toBe("would be downloaded (1 MB)");
    expect((await loadIdxDataset(mnistEntry, {}, served)).train.images[0]).toBe(4);
    expect((await loadIdxDataset(mnistEntry, {}, served)).train.images[0]).toBe(4);
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    expect(requests).toBe(4);
    expect((await readdir(cache)).sort()).toEqual(Object.values(names).sort());
    expect(await sourceOf(mnistEntry, {}, served)).toEqual({ kind: "found", directories: [cache] });
  });
});

describe("files that are not what they should be", () => {
  test("images and labels that disagree in count", async () => {
    await put(data, files(1, { labels: 4 }));
    await expect(mnist()).rejects.toThrow(
      new DataError(
        `${join(data, names.trainImages)} holds 3 images, but ${join(data, names.trainLabels)} holds 4 labels`,
      ),
    );
  });

  test("truncated images name their file", async () => {
    const broken = files(1);
    broken[names.trainImages] = broken[names.trainImages].subarray(0, 1000);
    await put(data, broken, { packed: false });
    await expect(mnist()).rejects.toThrow(
      new IdxError(
        `${join(data, "train-images-idx3-ubyte")}: its header announces 3×28×28 = 2352 bytes of values, but 984 follow; the file is truncated`,
      ),
    );
  });

  test("pictures of another size", async () => {
    await put(data, {
      ...files(1),
      [names.trainImages]: writeIdx({ shape: [3, 2, 2], values: new Uint8Array(12) }),
    });
    await expect(mnist()).rejects.toThrow(
      new DataError(`${join(data, names.trainImages)}: holds pictures of 2×2, expected 28×28`),
    );
  });

  test("a label that is no class", async () => {
    const labels = writeIdx({ shape: [3], values: Uint8Array.of(1, 10, 2) });
    await put(data, { ...files(1), [names.trainLabels]: labels });
    await expect(mnist()).rejects.toThrow(
      new DataError(`${join(data, names.trainLabels)}: label 1 is 10, expected 0 to 9`),
    );
  });
});

describe("the list of data sets", () => {
  test("where each one is", async () => {
    await put(join(root, "data", "mnist"), files(1));
    const sources: { [name: string]: string } = {};
    for (const [name, entry] of Object.entries(datasets))
      sources[name] = describeSource(await entry.source());
    expect(sources).toMatchObject({
      mnist: `found in ${data}`,
      "fashion-mnist": "would be downloaded (31 MB)",
      "fashion-mnist-remapped": "not found, and on no server",
      cifar10: "would be downloaded (170 MB)",
      cifar100: "would be downloaded (169 MB)",
      digits: "embedded",
    });
  });

  test("a name that is not in it", () => {
    expect(() => loadDataset("minst")).toThrow(
      new DataError(`there is no data set "minst"; there are ${Object.keys(datasets).join(", ")}`),
    );
    expect(() => loadDataset("toString")).toThrow(DataError);
  });
});

test("a part of a data set shares its bytes", async () => {
  await put(data, files(1));
  const { train } = await mnist();
  const middle = part(train, 1, 3, "middle");
  expect([middle.length, middle.split, [...middle.labels]]).toEqual([2, "middle", [1, 2]]);
  expect(middle.images.buffer).toBe(train.images.buffer);
});
