import fc from "fast-check";
import type { Padding } from "../textbook/windows.js";

/** Pools drawn at random: small ones, in which every window holds at least one pixel of the picture. */
export const pools = fc
  .record({
    shape: fc.tuple(
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 8 }),
      fc.constantFrom(1, 2, 3, 5),
    ),
    size: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 })),
    ceil: fc.boolean(),
  })
  .chain(({ shape, size, stride, ceil }) => {
    const before = (k: number) => fc.integer({ min: 0, max: size[k] - 1 });
    const pair = (k: number) => fc.tuple(before(k), before(k));
    const padding: fc.Arbitrary<Padding> = fc.oneof(
      fc.constant<Padding>("valid"),
      fc.constant<Padding>("same"),
      fc.integer({ min: 0, max: Math.min(...size) - 1 }),
      fc.tuple(pair(0), pair(1)),
    );
    return padding.map((padding) => ({ shape, size, options: { stride, ceil, padding } }));
  })
  .filter(({ shape, size, options: { padding } }) => {
    if (padding === "same") return true;
    const total = (k: 0 | 1) =>
      padding === "valid" ? 0 : typeof padding === "number" ? 2 * padding : padding[k][0] + padding[k][1];
    return shape[1] + total(0) >= size[0] && shape[2] + total(1) >= size[1];
  });
