/** The operators of the kernel language beside what they mean for one lane. */
import type { KernelBuilder } from "../../src/kernels/builder.js";
import type { Floats, Ints, Lanes, Mask } from "../../src/kernels/language.js";

const f32 = Math.fround;
export const pick = (k: KernelBuilder, mask: Mask): Floats => k.select(mask, k.f32(1), k.f32(0));

export const binaryFloats: {
  [name: string]: [(k: KernelBuilder, a: Floats, b: Floats) => Lanes, (a: number, b: number) => number];
} = {
  add: [(k, a, b) => k.add(a, b), (a, b) => f32(a + b)],
  sub: [(k, a, b) => k.sub(a, b), (a, b) => f32(a - b)],
  mul: [(k, a, b) => k.mul(a, b), (a, b) => f32(a * b)],
  div: [(k, a, b) => k.div(a, b), (a, b) => f32(a / b)],
  min: [(k, a, b) => k.min(a, b), (a, b) => (b < a ? b : a)],
  max: [(k, a, b) => k.max(a, b), (a, b) => (a < b ? b : a)],
  neg: [(k, a) => k.neg(a), (a) => -a],
  abs: [(k, a) => k.abs(a), Math.abs],
  sqrt: [(k, a) => k.sqrt(a), (a) => f32(Math.sqrt(a))],
  floor: [(k, a) => k.floor(a), Math.floor],
  nearest: [(k, a) => k.nearest(a), (a) => (Math.abs(a % 1) === 0.5 ? 2 * Math.round(a / 2) : Math.round(a))],
  lt: [(k, a, b) => pick(k, k.compare("lt", a, b)), (a, b) => (a < b ? 1 : 0)],
  le: [(k, a, b) => pick(k, k.compare("le", a, b)), (a, b) => (a <= b ? 1 : 0)],
  gt: [(k, a, b) => pick(k, k.compare("gt", a, b)), (a, b) => (a > b ? 1 : 0)],
  ge: [(k, a, b) => pick(k, k.compare("ge", a, b)), (a, b) => (a >= b ? 1 : 0)],
  eq: [(k, a, b) => pick(k, k.compare("eq", a, b)), (a, b) => (a === b ? 1 : 0)],
  ne: [(k, a, b) => pick(k, k.compare("ne", a, b)), (a, b) => (a !== b ? 1 : 0)],
  not: [(k, a, b) => pick(k, k.not(k.compare("lt", a, b))), (a, b) => (a < b ? 0 : 1)],
  and: [
    (k, a, b) => pick(k, k.and(k.compare("lt", a, b), k.compare("gt", a, k.f32(0)))),
    (a, b) => (a < b && a > 0 ? 1 : 0),
  ],
  or: [
    (k, a, b) => pick(k, k.or(k.compare("lt", a, b), k.compare("gt", a, k.f32(0)))),
    (a, b) => (a < b || a > 0 ? 1 : 0),
  ],
  xor: [
    (k, a, b) => pick(k, k.xor(k.compare("lt", a, b), k.compare("gt", a, k.f32(0)))),
    (a, b) => (a < b !== a > 0 ? 1 : 0),
  ],
  select: [(k, a, b) => k.select(k.compare("lt", a, b), b, a), (a, b) => (a < b ? b : a)],
};

const chosen = (k: KernelBuilder, mask: Mask): Ints => k.select(mask, k.i32(1), k.i32(0));

export const integers: {
  [name: string]: [(k: KernelBuilder, a: Ints, b: Ints) => Ints, (a: number, b: number) => number];
} = {
  add: [(k, a, b) => k.add(a, b), (a, b) => a + b],
  sub: [(k, a, b) => k.sub(a, b), (a, b) => a - b],
  mul: [(k, a, b) => k.mul(a, b), Math.imul],
  min: [(k, a, b) => k.min(a, b), Math.min],
  max: [(k, a, b) => k.max(a, b), Math.max],
  and: [(k, a, b) => k.and(a, b), (a, b) => a & b],
  or: [(k, a, b) => k.or(a, b), (a, b) => a | b],
  xor: [(k, a, b) => k.xor(a, b), (a, b) => a ^ b],
  shiftLeft: [(k, a) => k.shiftLeft(a, 5), (a) => a << 5],
  shiftRight: [(k, a) => k.shiftRight(a, 5), (a) => a >>> 5],
  shiftRightSigned: [(k, a) => k.shiftRightSigned(a, 5), (a) => a >> 5],
  neg: [(k, a) => k.neg(a), (a) => -a],
  abs: [(k, a) => k.abs(a), Math.abs],
  lt: [(k, a, b) => chosen(k, k.compare("lt", a, b)), (a, b) => (a < b ? 1 : 0)],
  le: [(k, a, b) => chosen(k, k.compare("le", a, b)), (a, b) => (a <= b ? 1 : 0)],
  gt: [(k, a, b) => chosen(k, k.compare("gt", a, b)), (a, b) => (a > b ? 1 : 0)],
  ge: [(k, a, b) => chosen(k, k.compare("ge", a, b)), (a, b) => (a >= b ? 1 : 0)],
  eq: [(k, a, b) => chosen(k, k.compare("eq", a, b)), (a, b) => (a === b ? 1 : 0)],
  ne: [(k, a, b) => chosen(k, k.compare("ne", a, b)), (a, b) => (a !== b ? 1 : 0)],
  select: [(k, a, b) => k.select(k.compare("lt", a, b), a, b), Math.min],
};
