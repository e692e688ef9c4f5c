import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import type { Dataset, Splits } from "../../src/data/dataset.js";
import { digitShapes } from "../../src/data/digit-strokes.js";
import { digits } from "../../src/data/digits.js";

const pixels = 28 * 28;
const picture = ({ images }: Dataset, i: number) => images.subarray(i * pixels, (i + 1) * pixels);
const sum = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

describe("digits", () => {
  let drawn: Splits;
  let seconds: number;
  beforeAll(async () => {
    const start = performance.now();
    drawn = await digits();
    seconds = (performance.now() - start) / 1000;
  });

  test("12,000 to train on and 2,000 to test, 28×28, ten classes", () => {
    expect([drawn.train.length, drawn.test.length]).toEqual([12_000, 2_000]);
    for (const split of [drawn.train, drawn.test]) {
      expect(split.shape).toEqual([28, 28, 1]);
      expect([split.images.length, split.labels.length]).toEqual([split.length * pixels, split.length]);
    }
    expect(drawn.train.classes).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  });

  test("balanced, also in every part of a hundred", () => {
    for (const { labels, length } of [drawn.train, drawn.test])
      for (let from = 0; from < length; from += 100) {
        const counts = new Array(10).fill(0);
        for (const label of labels.subarray(from, from + 100)) counts[label]++;
        expect(counts).toEqual(new Array(10).fill(10));
      }
  });

  test("no two pictures are the same", () => {
    const seen = new Set<string>();
    for (const split of [drawn.train, drawn.test])
      for (let i = 0; i < split.length; i++) seen.add(Buffer.from(picture(split, i)).toString("latin1"));
    expect(seen.size).toBe(14_000);
  });

  test("as in MNIST: ink in a box of about 20×20, its centre of mass at the centre", () => {
    for (let n = 0; n < drawn.test.length; n++) {
      let [mass, x, y] = [0, 0, 0];
      let [left, right, top, bottom] = [28, -1, 28, -1];
      picture(drawn.test, n).forEach((ink, k) => {
        const [i, j] = [Math.floor(k / 28), k % 28];
        mass += ink;
        y += ink * (i + 0.5);
        x += ink * (j + 0.5);
        if (ink < 64) return;
        [left, right] = [Math.min(left, j), Math.max(right, j)];
        [top, bottom] = [Math.min(top, i), Math.max(bottom, i)];
      });
      // Moved by whole pixels: the centre is hit to half a pixel, or a little less where the field cut something off.
      expect(Math.abs(x / mass - 14)).toBeLessThan(0.6);
      expect(Math.abs(y / mass - 14)).toBeLessThan(0.6);
      const edge = Math.max(right - left, bottom - top) + 1;
      expect(edge).toBeGreaterThanOrEqual(15);
      expect(edge).toBeLessThanOrEqual(23);
    }
  });

  test("the same bytes on every machine", () => {
    expect(sum(drawn.test.images)).toBe("ce27d65dcd776d234ac148af0b8a18e60d77414dda61ba714ac8fd3ba246b641");
    expect(sum(drawn.train.images)).toBe("7172c33369d85781bce8a07c657689c87cbc1d1f4bb39408ec70ac086094ba38");
  });

  test("another seed gives other pictures to train on, and the same ones to test", async () => {
    const other = await digits({ seed: 1 });
    expect(sum(other.test.images)).toBe(sum(drawn.test.images));
    expect(picture(other.train, 0)).not.toEqual(picture(drawn.train, 0));
  });

  test("a timer beside the drawing gets its turns: no second and a half without an answer", async () => {
    // The middle of the pauses is told, not the longest: the machine has other work too.
    const pauses: number[] = [];
    let last = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      pauses.push(now - last);
      last = now;
    }, 1);
    await digits({ seed: 2 });
    clearInterval(timer);
    pauses.sort((a, b) => a - b);
    expect(pauses.length).toBeGreaterThan(20);
    expect(pauses[Math.floor(pauses.length / 2)]).toBeLessThan(40);
  });

  test("drawn in a few seconds", () => {
    // About one second on an idle core of 2024; the tests beside this one take their share of the machine.
    expect(seconds).toBeLessThan(8);
  });

  test("every digit has shapes, whose shares add up to one", () => {
    expect(digitShapes.length).toBe(10);
    for (const ways of digitShapes) {
      expect(ways.length).toBeGreaterThan(4);
      expect(ways.reduce((total, { share }) => total + share, 0)).toBeCloseTo(1, 12);
      for (const { strokes } of ways)
        for (const { points } of strokes)
          for (const { x, y } of points) expect(Number.isFinite(x) && Number.isFinite(y)).toBe(true);
    }
  });
});
