import { describe, expect, test } from "vitest";
import { compose, randomAffine, randomShift } from "../../src/data/augment.js";
import { type Augment, type Batch, batchCount, batches, epochOrder } from "../../src/data/batches.js";
import type { Dataset } from "../../src/data/dataset.js";

/** Pictures of 5×5 pixels, each filled with its index. */
const dataset = (length: number): Dataset => ({
  name: "numbered",
  split: "train",
  shape: [5, 5, 1],
  classes: [..."0123456789"],
  length,
  images: Uint8Array.from({ length: length * 25 }, (_, i) => Math.floor(i / 25)),
  labels: Uint8Array.from({ length }, (_, i) => i % 10),
});

async function collect(all: AsyncIterable<Batch>): Promise<Batch[]> {
  const list: Batch[] = [];
  for await (const batch of all) list.push(batch);
  return list;
}

const indices = (list: Batch[]) => list.flatMap((batch) => [...batch.indices]);

describe("batches", () => {
  test("without shuffling: the data set's order, the last batch short", async () => {
    const list = await collect(batches(dataset(10), { batchSize: 4 }));
    expect(list.map((batch) => batch.size)).toEqual([4, 4, 2]);
    expect(indices(list)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(list[2].images).toEqual(Uint8Array.from({ length: 50 }, (_, i) => (i < 25 ? 8 : 9)));
    expect(list[2].labels).toEqual(Int32Array.of(8, 9));
  });

  test("dropLast leaves the short batch out", async () => {
    const options = { batchSize: 4, dropLast: true };
    const list = await collect(batches(dataset(10), options));
    expect(list.map((batch) => batch.size)).toEqual([4, 4]);
    expect(batchCount(10, options)).toBe(2);
    expect(batchCount(10, { batchSize: 4 })).toBe(3);
    expect(await collect(batches(dataset(3), options))).toEqual([]);
  });

  test("shuffled: every sample once an epoch, with its own picture and label", async () => {
    const list = await collect(batches(dataset(100), { batchSize: 8, shuffle: { seed: 1, epoch: 0 } }));
    expect(indices(list).sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    for (const { images, labels, indices } of list)
      indices.forEach((index, i) => {
        expect([images[i * 25], images[i * 25 + 24], labels[i]]).toEqual([index, index, index % 10]);
      });
  });

  test("the order follows from seed and epoch", () => {
    expect([...epochOrder(10, { seed: 1, epoch: 0 })]).toEqual([...epochOrder(10, { seed: 1, epoch: 0 })]);
    const orders = [
      [1, 0],
      [1, 1],
      [2, 0],
    ].map(([seed, epoch]) => epochOrder(50, { seed, epoch }).join());
    expect(new Set(orders).size).toBe(3);
  });

  test("the same order on every machine", () => {
    expect([...epochOrder(10, { seed: 42, epoch: 3 })]).toEqual([6, 7, 0, 8, 5, 9, 4, 3, 1, 2]);
  });

  test("a batch size that is none", async () => {
    for (const batchSize of [0, 2.5, Number.NaN])
      await expect(batches(dataset(4), { batchSize }).next()).rejects.toThrow(
        new RangeError(`batches: batchSize is ${batchSize}, expected a whole number from 1 on`),
      );
  });
});

describe("prefetch", () => {
  const pause = () => new Promise((resume) => setTimeout(resume, 20));

  test("the next batch, and no more, is prepared while one is used", async () => {
    const prepared: number[] = [];
    const augment: Augment = (_, { indices }) => void prepared.push(indices[0]);
    const seen: string[] = [];
    for await (const batch of batches(dataset(6), { batchSize: 2, augment })) {
      await pause();
      seen.push(`${batch.indices[0]}: ${prepared.join(" ")}`);
    }
    expect(seen).toEqual(["0: 0 2", "2: 0 2 4", "4: 0 2 4"]);
  });

  test("nothing is prepared after the caller has left", async () => {
    const prepared: number[] = [];
    const augment: Augment = (_, { indices }) => void prepared.push(indices[0]);
    for await (const _ of batches(dataset(6), { batchSize: 2, augment })) break;
    await pause();
    expect(prepared).toEqual([0]);
  });

  test("what goes wrong in preparing reaches the caller", async () => {
    const augment: Augment = async (_, { indices }) => {
      if (indices[0] === 2) throw new Error("no picture 2");
    };
    const iterator = batches(dataset(6), { batchSize: 2, augment });
    await iterator.next();
    await pause();
    await expect(iterator.next()).rejects.toThrow(new Error("no picture 2"));
  });
});

describe("augmentation", () => {
  const shuffle = { seed: 3, epoch: 1 };
  const augmented = (augment: Augment, options = { shuffle, batchSize: 4 }) =>
    collect(batches(dataset(12), { ...options, augment }));

  test("augmented pictures are floats, 0 to 255", async () => {
    const [batch] = await augmented((images) => void images.fill(255));
    expect(batch.images).toEqual(new Float32Array(100).fill(255));
  });

  test("a picture is changed alike however the batches fall, and otherwise in another epoch", async () => {
    const augment = compose(
      randomShift(1),
      randomAffine({ rotation: 20, scale: [0.8, 1.2], shear: 0.2, shift: 1 }),
    );
    const byIndex = (list: Batch[]) => {
      const pictures: string[] = [];
      for (const { indices, images } of list)
        indices.forEach((index, i) => {
          pictures[index] = images.subarray(i * 25, (i + 1) * 25).join();
        });
      return pictures;
    };
    const fours = byIndex(await augmented(augment));
    const fives = byIndex(await augmented(augment, { shuffle, batchSize: 5 }));
    const later = byIndex(await augmented(augment, { shuffle: { seed: 3, epoch: 2 }, batchSize: 4 }));
    expect(fives).toEqual(fours);
    expect(later[5]).not.toEqual(fours[5]);
  });

  /** One picture of 3×3 through an augmentation. */
  const change = async (augment: Augment, values: number[], index = 0) => {
    const images = Float32Array.from(values);
    await augment(images, { seed: 1, epoch: 0, indices: Int32Array.of(index), shape: [1, 3, 3, 1] });
    return [...images];
  };
  const cross = [0, 10, 0, 20, 30, 40, 0, 50, 0];

  test("a shift moves whole pixels and fills with the background", async () => {
    const seen = new Set<number>();
    for (let index = 0; index < 200; index++) {
      const moved = await change(randomShift(1, { background: 7 }), cross, index);
      const at = moved.indexOf(30);
      const [down, right] = [Math.floor(at / 3) - 1, (at % 3) - 1];
      seen.add(at);
      moved.forEach((value, k) => {
        const [i, j] = [Math.floor(k / 3) - down, (k % 3) - right];
        expect(value).toBe(i < 0 || i > 2 || j < 0 || j > 2 ? 7 : cross[i * 3 + j]);
      });
    }
    expect(seen.size).toBe(9);
  });

  test("an affine change by nothing changes nothing", async () => {
    expect(await change(randomAffine({}), cross)).toEqual(cross);
  });

  test("twice as large, about the centre", async () => {
    const grown = await change(randomAffine({ scale: [2, 2] }), cross);
    expect(grown).toEqual([15, 20, 20, 25, 30, 35, 25, 40, 30]);
  });

  test("a turned picture keeps its centre, and turns by no more than asked", async () => {
    const line = [0, 100, 0, 0, 100, 0, 0, 100, 0];
    for (let index = 0; index < 20; index++) {
      const turned = await change(randomAffine({ rotation: 10 }), line, index);
      expect(turned[4]).toBe(100);
      // At 10 degrees the ends of the line move by sin 10° = 0.17 pixels to the side.
      expect(Math.max(turned[0], turned[2])).toBeLessThanOrEqual(17.4);
    }
  });
});
