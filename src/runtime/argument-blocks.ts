/** Where the buffers of a run lie, and how its launches are told: by the addresses in their argument blocks. */
import type { Machine } from "../targets/machine.js";
import type { Given } from "./device.js";
import type { LoadedProgram } from "./loaded-programs.js";
import type { Block } from "./memory.js";
import type { Location } from "./program.js";
import type { Storage } from "./storage.js";

export interface Addresses {
  readonly arena: number;
  readonly prepared: Block | null;
  readonly given: readonly Given[];
  readonly outputs: readonly Storage[];
}

export function addressOf(location: Location, { arena, prepared, given, outputs }: Addresses): number {
  switch (location.kind) {
    case "arena":
      return arena + location.offset;
    case "prepared":
      return prepared!.address + location.offset;
    case "source":
      return given[location.index].storage!.place!.address;
    case "output":
      return outputs[location.index].place!.address;
  }
}

/** Writes the addresses of all buffers into the argument blocks, where they are not the same as before. */
export function bind(machine: Machine, loaded: LoadedProgram, addresses: Addresses): void {
  const { preparation, main, bound, boundOutputs } = loaded;
  const { arena, given, outputs } = addresses;
  const isMoved = update(bound, given.length + 1, (i) =>
    i === 0 ? arena : (given[i - 1].storage?.place?.address ?? 0),
  );
  const isElsewhere = update(boundOutputs, outputs.length, (i) => outputs[i].place?.address ?? 0);
  if (!isMoved && !isElsewhere) return;
  const { memory, base, addressBytes } = machine;
  const write = (address: number, values: number[]): void =>
    memory.write(address, addressBytes === 4 ? Int32Array.from(values) : BigInt64Array.from(values, BigInt));
  for (const { words, blocks, outputPlaces } of preparation ? [preparation, main] : [main])
    if (isMoved)
      write(
        blocks.address,
        words.map((word) => (typeof word === "number" ? word : base + addressOf(word, addresses))),
      );
    else for (const { at, index } of outputPlaces) write(blocks.address + at, [base + boundOutputs[index]]);
}

/** Brings a list up to date, and says whether it was not. */
export function update(list: number[], length: number, now: (i: number) => number): boolean {
  let changed = list.length !== length;
  list.length = length;
  for (let i = 0; i < length; i++) {
    const value = now(i);
    if (list[i] === value) continue;
    list[i] = value;
    changed = true;
  }
  return changed;
}
