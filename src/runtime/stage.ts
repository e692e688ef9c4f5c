/** Launches in a device's memory, linked and ready to run. */
import type { LinkedCode, Machine, RunProgram, Stamps } from "../targets/machine.js";
import type { Block, FindRoom } from "./memory.js";
import type { Program, ProgramLaunch } from "./program.js";
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
  /** Where the argument blocks have the address of an output: bytes from their start. */
  readonly outputPlaces: readonly { readonly at: number; readonly index: number }[];
  /** Where threads note the time, and for how many of them there is room; null: nowhere. */
  readonly stamps: (Stamps & { readonly threads: number }) | null;
  /** The names of its launches, and which of them one thread does alone. */
  readonly shown: readonly { readonly name: string; readonly solo: boolean }[];
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
  { kernels }: Program,
  launches: readonly ProgramLaunch[],
  { threads, shareAll }: { threads: number; shareAll: boolean },
  findRoom: FindRoom,
): Promise<Stage> {
  let bytes = 0;
  const outputPlaces: { at: number; index: number }[] = [];
  const placed = launches.map(({ kernel, items, work, arguments: locations }) => {
    const start = bytes;
    locations.forEach((location, n) => {
      if (location.kind === "output")
        outputPlaces.push({ at: start + machine.addressBytes * n, index: location.index });
    });
    bytes += machine.addressBytes * locations.length;
    // A single item is one thread's, however much work it is: where it is written in the place of what it is computed
    // from, a second thread would find it there.
    const solo = items === 1 || (work < soloWork && !shareAll);
    return { kernel, items, arguments: start, solo };
  });
  const used = [...new Set(launches.map((launch) => launch.kernel))];
  const place = new Map(used.map((kernel, i) => [kernel, i]));
  const stamps = recording() && {
    offset: 8 * Math.ceil(bytes / 8),
    stride: 8 * (1 + 2 * launches.length),
    threads,
  };
  if (stamps) bytes = stamps.offset + stamps.threads * stamps.stride;
  const link = (): Promise<LinkedCode> =>
    machine.link(
      used.map((kernel) => kernels[kernel]),
      placed.map((launch) => ({ ...launch, kernel: place.get(launch.kernel)! })),
      stamps,
    );
  const code = await noted("emit", `emit ${used.length} kernels`, link);
  return {
    id: made++,
    launches,
    code,
    run: null,
    blocks: await findRoom(bytes),
    outputPlaces,
    stamps,
    shown: placed.map(({ kernel, solo }) => ({ name: kernels[kernel].name, solo })),
    work: launches.reduce((total, launch) => total + launch.work, 0),
  };
}
