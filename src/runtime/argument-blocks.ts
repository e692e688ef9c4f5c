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
      return given[location.index].storage!.place!.block.address;
    case "output":
      return outputs[location.index].place!.block.address;
  }
}

/** Writes the addresses of all buffers into the argument blocks, where they are not the same as before. */
export function bind(
  { memory, base, addressBytes }: Machine,
  loaded: LoadedProgram,
  addresses: Addresses,
): void {
  const { arena, given, outputs } = addresses;
  const bound = [arena, ...given.map(({ storage }) => storage?.place?.block.address ?? 0)];
  const boundOutputs = outputs.map(({ place }) => place?.block.address ?? 0);
  const stages = loaded.preparation ? [loaded.preparation, loaded.main] : [loaded.main];
  const words = (places: number[]) =>
    addressBytes === 4 ? Int32Array.from(places) : BigInt64Array.from(places, BigInt);
  if (!sameEntries(bound, loaded.bound))
    for (const { launches, blocks } of stages) {
      const places = launches.flatMap((launch) =>
        launch.arguments.map((location) => base + addressOf(location, addresses)),
      );
      memory.write(blocks.address, words(places));
    }
  else if (!sameEntries(boundOutputs, loaded.boundOutputs))
    for (const { outputPlaces, blocks } of stages)
      for (const { at, index } of outputPlaces)
        memory.write(blocks.address + at, words([base + boundOutputs[index]]));
  loaded.bound = bound;
  loaded.boundOutputs = boundOutputs;
}

export const sameEntries = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((entry, i) => entry === b[i]);
