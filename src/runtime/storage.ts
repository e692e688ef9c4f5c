/**
 * Numbers that programs read and write: a variable's, or the results of a run. They lie on the host until a run needs
 * them, then in a device's memory, and on the host again where that memory is short: it is a cache, the host knows
 * what is garbage.
 */
import type { ElementType } from "../kernels/expression.js";
import type { Device } from "./device.js";
import { bytesPerElement } from "./program.js";
import type { Resident } from "./residents.js";

/** The numbers of a tensor on the host: of `f32`, `i32` and `u8`. */
export type TypedArray = Float32Array | Int32Array | Uint8Array;

export class Storage {
  /** Where they belong: the device that computed them, or that first ran with them. Until then nobody's. */
  device: Device | null;
  /** Their place in that device's memory; null: they are in `host`. */
  place: Resident | null = null;
  /** Counts how often they have changed. */
  version = 0;
  /** The last run of the device that needed them. */
  lastUse = 0;
  /** Why there are none: the run that was to compute them failed. */
  failure: unknown = null;

  /**
   * @param host  the numbers, in an array that nobody else changes; null: a run will bring them
   * @param kin   those of one kin lie side by side in a device's memory, in slabs; null: wherever there is room
   */
  constructor(
    readonly type: ElementType,
    readonly size: number,
    public host: TypedArray | null,
    device: Device | null = null,
    readonly kin: symbol | null = null,
  ) {
    this.device = device;
  }
}

export const bytesOf = ({ type, size }: Storage): number => size * bytesPerElement[type];

export function arrayOf(type: ElementType, size: number): TypedArray {
  if (type === "f32") return new Float32Array(size);
  return type === "i32" ? new Int32Array(size) : new Uint8Array(size);
}
