/** Launches in a device's memory, their kernels written and linked, ready to run. */

import type { Kernel } from "../kernels/language.js";
import type { KernelLibrary } from "../kernels/library.js";
import type { LinkedCode, Machine, RunProgram, Stamps } from "../targets/machine.js";
import { partsOf } from "./meetings.js";
import type { Block, FindRoom } from "./memory.js";
import type { Location, ProgramLaunch } from "./program.js";
import { noted, recording } from "./recording.js";

export interface Stage {
  readonly id: number;
  readonly launches: readonly ProgramLaunch[];
  readonly code: LinkedCode;
  /** The code on the calling thread, once that has run it. */
  run: RunProgram | null;
  /** Argument blocks of all launches. */
  readonly blocks: Block;
  /** Roughly, in additions. */
  readonly work: number;
  /** What stands in them: addresses of buffers, and counts. */
  readonly words: readonly (Location | number)[];
  /** Where they have the address of an output: bytes from their start. */
  readonly outputPlaces: readonly { readonly at: number; readonly index: number }[];
  /** Where threads note the time, and for how many of them there is room; null: nowhere. */
  readonly stamps: (Stamps & { readonly threads: number }) | null;
  /** The names of its launches, and of those that are not shared whose they are. */
  readonly shown: readonly {
    readonly name: string;
    readonly layers: string;
    readonly soloist: number | null;
  }[];
}

/** Launches with less work than this are left to one thread: sharing them would cost more. */
const soloWork = 6000;
let made = 0;

/**
 * @param threads   that may run it together
 * @param shareAll  shares every launch among them, however small
 */
export async function makeStage(
  machine: Machine,
  library: KernelLibrary,
  launches: readonly ProgramLaunch[],
  { threads, shareAll }: { threads: number; shareAll: boolean },
  findRoom: FindRoom,
): Promise<Stage> {
  const kernels = new Map<Kernel, number>();
  const generated = launches.map(({ name, task }) => {
    const { kernel, ...launch } = library.kernel(name, task);
    if (!kernels.has(kernel)) kernels.set(kernel, kernels.size);
    return { kernel: kernels.get(kernel)!, ...launch };
  });
  const words: (Location | number)[] = [];
  // A single item is one thread's, however much work it is: where it is written in the place of what it is computed
  // from, a second thread would find it there.
  const parts = partsOf(
    launches.map(({ work, after }, i) => ({
      after,
      solo: generated[i].items === 1 || (work < soloWork && !shareAll),
    })),
  );
  const placed = launches.map(({ arguments: locations }, i) => {
    const { told, ...launch } = generated[i];
    const start = machine.addressBytes * words.length;
    words.push(...told, ...locations);
    return { ...launch, arguments: start, ...parts[i] };
  });
  let bytes = machine.addressBytes * words.length;
  const stamps = recording() && {
    offset: 8 * Math.ceil(bytes / 8),
    stride: 8 * (1 + 2 * launches.length),
    threads,
  };
  if (stamps) bytes = stamps.offset + stamps.threads * stamps.stride;
  const link = (): Promise<LinkedCode> => machine.link([...kernels.keys()], placed, stamps);
  const code = await noted("emit", `emit ${kernels.size} kernels`, link);
  return {
    id: made++,
    launches,
    code,
    run: null,
    blocks: await findRoom(bytes),
    words,
    outputPlaces: words.flatMap((word, n) =>
      typeof word === "object" && word.kind === "output"
        ? [{ at: machine.addressBytes * n, index: word.index }]
        : [],
    ),
    stamps,
    shown: launches.map(({ name, layers }, i) => ({ name, layers, soloist: parts[i].soloist })),
    work: launches.reduce((total, launch) => total + launch.work, 0),
  };
}
