import { describe, expect, test } from "vitest";
import { normalOf, RandomStream, threefry2x32 } from "../../src/random/threefry.js";

describe("Threefry-2x32, 20 rounds", () => {
  // The known answers that Salmon et al. publish with their Random123 (kat_vectors).
  test.each([
    { key: [0, 0], place: [0, 0], words: [0x6b200159, 0x99ba4efe] },
    {
      key: [0xffffffff, 0xffffffff],
      place: [0xffffffff, 0xffffffff],
      words: [0x1cb996fc, 0xbb002be7],
    },
    {
      key: [0x13198a2e, 0x03707344],
      place: [0x243f6a88, 0x85a308d3],
      words: [0xc4923a9c, 0x483df7a0],
    },
  ])("key $key at $place", ({ key, place, words }) => {
    expect(threefry2x32(key[0], key[1], place[0], place[1])).toEqual(words);
  });
});

describe("random streams", () => {
  const draws = (stream: RandomStream, n: number, draw: (s: RandomStream) => number) =>
    Array.from({ length: n }, () => draw(stream));

  test("the same key and row give the same numbers, any other gives others", () => {
    const words = (seed: number, stream: number, row: number) =>
      draws(new RandomStream(seed, stream, row), 4, (s) => s.word()).join();
    expect(words(1, 2, 3)).toBe(words(1, 2, 3));
    expect(new Set([words(1, 2, 3), words(2, 2, 3), words(1, 3, 3), words(1, 2, 4)]).size).toBe(4);
  });

  test("normal numbers have mean 0 and deviation 1", () => {
    const x = draws(new RandomStream(7), 20_000, (s) => s.normal());
    const mean = x.reduce((a, b) => a + b) / x.length;
    const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length;
    // Three standard errors of 20,000 draws: 0.021 of the mean, 0.03 of the variance.
    expect(Math.abs(mean)).toBeLessThan(0.021);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
  });

  test("normal numbers agree with Math.log and Math.cos, up to their last bits", () => {
    for (let i = 0; i < 1000; i++) {
      const [a, b] = threefry2x32(5, 0, i, 0);
      const [u, v] = [(a >>> 8) / 2 ** 24, (b >>> 8) / 2 ** 24];
      expect(normalOf(a, b)).toBeCloseTo(Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v), 12);
    }
    expect(normalOf(0xffffffff, 0)).toBeCloseTo(Math.sqrt(-2 * Math.log(2 ** -24)), 12);
  });

  test("integers stay below their bound and reach all of it", () => {
    const seen = new Set(draws(new RandomStream(1), 1000, (s) => s.integer(10)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("a permutation holds every number once", () => {
    const order = new RandomStream(3).permutation(1000);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect([...new RandomStream(3).permutation(8)]).toEqual([...new RandomStream(3).permutation(8)]);
  });
});
