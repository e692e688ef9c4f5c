/** The vector instructions in use, with all that tells their encodings apart. */

export type VectorLength = 128 | 256 | 512;

/** Which operands ModRM's reg field, VEX.vvvv and ModRM's rm field hold, in Intel's order. */
type Order = "reg,rm" | "rm,reg" | "reg,vvvv,rm" | "vvvv,rm" | "reg,rm,vvvv";

export interface VectorForm {
  readonly map: 1 | 2 | 3;
  /** 0: none, 1: 66, 2: F3, 3: F2 */
  readonly prefix: 0 | 1 | 2 | 3;
  readonly opcode: number;
  readonly order: Order;
  /** What each operand is, in the order of `order`: v vector, x xmm, y ymm, r general register, k mask. */
  readonly operands: string;
  /** Size of the memory operand: the whole vector (`full` can be broadcast), a part of it, or bytes; absent: none. */
  readonly memory?: "full" | "whole" | "quarter" | 2 | 4 | 8 | 16;
  readonly encodings: "vex" | "evex" | "both";
  /** The name where the EVEX form has another than the VEX form; names differ from keys where two forms share one. */
  readonly name?: string;
  readonly evexName?: string;
  readonly immediate?: boolean;
  /** The opcode extension in ModRM's reg field. */
  readonly extension?: number;
  /** The lengths there are, where not all. */
  readonly lengths?: readonly VectorLength[];
  readonly gather?: boolean;
  /** False where rm must be a memory operand. */
  readonly registers?: false;
}

type Options = Partial<VectorForm>;
const rvm = (map: 1 | 2 | 3, prefix: 0 | 1 | 2 | 3, opcode: number, options: Options = {}): VectorForm => ({
  map,
  prefix,
  opcode,
  order: "reg,vvvv,rm",
  operands: "vvv",
  memory: "full",
  encodings: "both",
  ...options,
});
const rm = (map: 1 | 2 | 3, prefix: 0 | 1 | 2 | 3, opcode: number, options: Options = {}): VectorForm =>
  rvm(map, prefix, opcode, { order: "reg,rm", operands: "vv", ...options });
const store = (map: 1 | 2 | 3, prefix: 0 | 1 | 2 | 3, opcode: number, options: Options = {}): VectorForm =>
  rvm(map, prefix, opcode, { order: "rm,reg", operands: "vv", ...options });
const shift = (extension: number): VectorForm =>
  rvm(1, 1, 0x72, { order: "vvvv,rm", operands: "vv", extension, immediate: true });
const masks = (opcode: number): VectorForm =>
  rvm(1, 0, opcode, { operands: "kkk", memory: undefined, encodings: "vex", lengths: [256] });
const maskMove = (opcode: number, operands: string, options: Options = {}): VectorForm =>
  rm(1, 0, opcode, { operands, memory: undefined, encodings: "vex", lengths: [128], ...options });

/** All vector instructions in use. VEX forms of shifts by a constant take no memory operand: see `acceptsMemory`. */
export const vectorForms = {
  load: rm(1, 0, 0x10, { name: "vmovups", memory: "whole" }),
  store: store(1, 0, 0x11, { name: "vmovups", memory: "whole", registers: false }),
  vmovaps: rm(1, 0, 0x28, { memory: "whole" }),
  storeOne: store(1, 2, 0x11, {
    name: "vmovss",
    operands: "xx",
    memory: 4,
    lengths: [128],
    registers: false,
  }),
  storeTwo: store(1, 0, 0x13, {
    name: "vmovlps",
    operands: "xx",
    memory: 8,
    lengths: [128],
    registers: false,
  }),
  vextractps: store(3, 1, 0x17, {
    operands: "rx",
    memory: 4,
    lengths: [128],
    immediate: true,
  }),
  vextractf128: store(3, 1, 0x19, {
    operands: "xv",
    memory: 16,
    lengths: [256],
    immediate: true,
    evexName: "vextractf32x4",
  }),
  vbroadcastss: rm(2, 1, 0x18, { operands: "vx", memory: 4 }),
  vpbroadcastd: rm(2, 1, 0x58, { operands: "vx", memory: 4 }),
  broadcastRegister: rm(2, 1, 0x7c, {
    name: "vpbroadcastd",
    operands: "vr",
    memory: undefined,
    encodings: "evex",
  }),
  vmovd: rm(1, 1, 0x6e, { operands: "xr", memory: 4, lengths: [128] }),
  vpmovzxbd: rm(2, 1, 0x31, { operands: "vx", memory: "quarter" }),
  vpmovdb: store(2, 2, 0x31, { operands: "xv", memory: "quarter", encodings: "evex" }),

  vaddps: rvm(1, 0, 0x58),
  vsubps: rvm(1, 0, 0x5c),
  vmulps: rvm(1, 0, 0x59),
  vdivps: rvm(1, 0, 0x5e),
  vminps: rvm(1, 0, 0x5d),
  vmaxps: rvm(1, 0, 0x5f),
  vsqrtps: rm(1, 0, 0x51),
  vroundps: rm(3, 1, 0x08, { immediate: true, evexName: "vrndscaleps" }),
  vfmadd132ps: rvm(2, 1, 0x98),
  vfmadd213ps: rvm(2, 1, 0xa8),
  vfmadd231ps: rvm(2, 1, 0xb8),
  vcmpps: rvm(1, 0, 0xc2, { immediate: true, encodings: "vex" }),
  compareFloats: rvm(1, 0, 0xc2, { name: "vcmpps", operands: "kvv", immediate: true, encodings: "evex" }),

  vpaddd: rvm(1, 1, 0xfe),
  vpsubd: rvm(1, 1, 0xfa),
  vpmulld: rvm(2, 1, 0x40),
  vpminsd: rvm(2, 1, 0x39),
  vpmaxsd: rvm(2, 1, 0x3d),
  vpabsd: rm(2, 1, 0x1e),
  vpand: rvm(1, 1, 0xdb, { evexName: "vpandd" }),
  vpor: rvm(1, 1, 0xeb, { evexName: "vpord" }),
  vpxor: rvm(1, 1, 0xef, { evexName: "vpxord" }),
  vpslld: shift(6),
  vpsrld: shift(2),
  vpsrad: shift(4),
  vpcmpeqd: rvm(1, 1, 0x76, { encodings: "vex" }),
  vpcmpgtd: rvm(1, 1, 0x66, { encodings: "vex" }),
  compareInts: rvm(3, 1, 0x1f, { name: "vpcmpd", operands: "kvv", immediate: true, encodings: "evex" }),
  vcvtdq2ps: rm(1, 0, 0x5b),
  vcvttps2dq: rm(1, 2, 0x5b),

  /** The mask register is the immediate's upper half. */
  vblendvps: rvm(3, 1, 0x4a, { immediate: true, encodings: "vex" }),
  vblendmps: rvm(2, 1, 0x65, { encodings: "evex" }),
  vpmovm2d: rm(2, 2, 0x38, { operands: "vk", memory: undefined, encodings: "evex" }),
  vmovmskps: rm(1, 0, 0x50, {
    operands: "rv",
    memory: undefined,
    encodings: "vex",
    lengths: [128, 256],
  }),

  vpshufd: rm(1, 1, 0x70, { immediate: true }),
  vpshufb: rvm(2, 1, 0x00, { encodings: "vex", memory: "whole" }),
  vpunpckldq: rvm(1, 1, 0x62, { encodings: "vex" }),
  vpunpckhdq: rvm(1, 1, 0x6a, { encodings: "vex" }),
  /** Takes the indices from its destination. */
  vpermi2d: rvm(2, 1, 0x76, { encodings: "evex" }),
  vperm2f128: rvm(3, 1, 0x06, { immediate: true, encodings: "vex", lengths: [256] }),
  vshuff32x4: rvm(3, 1, 0x23, { immediate: true, encodings: "evex", lengths: [256, 512] }),
  vpgatherdd: rm(2, 1, 0x90, { encodings: "evex", memory: 4, gather: true, registers: false }),
  gatherByVector: rm(2, 1, 0x90, {
    name: "vpgatherdd",
    order: "reg,rm,vvvv",
    operands: "vvv",
    encodings: "vex",
    memory: 4,
    gather: true,
    registers: false,
  }),

  kandw: masks(0x41),
  kandnw: masks(0x42),
  korw: masks(0x45),
  kxorw: masks(0x47),
  knotw: maskMove(0x44, "kk"),
  kmovw: maskMove(0x90, "kk", { memory: 2 }),
  storeMask: maskMove(0x91, "kk", { name: "kmovw", order: "rm,reg", memory: 2, registers: false }),
  maskFromInteger: maskMove(0x92, "kr", { name: "kmovw" }),
  integerFromMask: maskMove(0x93, "rk", { name: "kmovw" }),
} satisfies Record<string, VectorForm>;

export type VectorInstruction = keyof typeof vectorForms;

export function memoryBytes(form: VectorForm, length: VectorLength): number {
  if (form.memory === "full" || form.memory === "whole") return length / 8;
  if (form.memory === "quarter") return length / 32;
  return form.memory ?? 1;
}
