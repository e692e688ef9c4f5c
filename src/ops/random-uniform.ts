import type { KernelBuilder } from "../kernels/builder.js";
import type { Ints } from "../kernels/language.js";
import { checkedShape, type Shape, ShapeError, show, sizeOf } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { broadcastTo } from "./broadcast-to.js";
import { apply, defineOp } from "./define.js";
import { range } from "./range.js";
import { reshape } from "./reshape.js";

/**
 * Evenly spread over 0 ≤ x < 1, with 24 bits: the number at a place is a function of the seed, the stream and the
 * place, so that every target and any number of threads draw the same. For use inside compiled functions, where
 * the seed is an argument that changes with each step.
 *
 * @param seed    a single i32
 * @param stream  another line of numbers of the same seed: one for each use
 * Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011 (Threefry-2x32, 20 rounds).
 */
export function randomUniform(shape: Shape, seed: Tensor, stream: number): Tensor {
  if (seed.rank !== 0 || seed.type !== "i32")
    throw new ShapeError(
      `randomUniform: the seed is ${seed.type} ${show(seed.shape)}, expected a single i32`,
    );
  const to = checkedShape("randomUniform", shape);
  return apply(op, [reshape(range(sizeOf(to)), to), broadcastTo(seed, to)], { stream });
}

const op = defineOp<{ stream: number }>({
  name: "randomUniform",
  shape: ([place]) => place,
  type: () => "f32",
  vjp: () => [null, null],
  lowering: ({ stream }) => ({
    kind: "map",
    cost: 100,
    rule(k, [place, seed]) {
      const word = threefry(k, seed as Ints, k.i32(stream), place as Ints, k.i32(0));
      return k.mul(k.toFloat(k.shiftRight(word, 8)), k.f32(2 ** -24));
    },
  }),
});

const rotations = [13, 15, 26, 6, 17, 29, 16, 24];

/** The first word of Threefry-2x32 for the key (k0, k1) at the place (c0, c1); `random/threefry.ts` is its twin. */
function threefry(k: KernelBuilder, k0: Ints, k1: Ints, c0: Ints, c1: Ints): Ints {
  const keys = [k0, k1, k.xor(k.xor(k.i32(0x1bd11bda), k0), k1)];
  let x0 = k.add(c0, k0);
  let x1 = k.add(c1, k1);
  for (let round = 0; round < 20; round++) {
    const by = rotations[round % 8];
    x0 = k.add(x0, x1);
    x1 = k.xor(k.or(k.shiftLeft(x1, by), k.shiftRight(x1, 32 - by)), x0);
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      x0 = k.add(x0, keys[injection % 3]);
      x1 = k.add(k.add(x1, keys[(injection + 1) % 3]), k.i32(injection));
    }
  }
  return x0;
}
