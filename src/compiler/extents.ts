/**
 * How large kernels become: how many values each computes. A node that is seen through different views counts once for
 * each of them, since it is computed once for each. What does not fit any more is stored, so that neither machine code
 * nor the walks over it grow without end.
 */
import type { Node } from "./graph.js";

/** Values of one kernel. The longest chains of real networks have some dozens; a filter of 64 weights has 260. */
export const largestKernel = 512;

/** The kernels in which a node is computed, and there under which indices: each view in between makes another one. */
export type Places = ReadonlyMap<Node, ReadonlySet<number>>;

export class Extents {
  readonly #sizes = new Map<Node, number>();
  readonly #places = new Map<Node, Places>();
  /** Indices by the node that makes them of others. The kernel's own are number 0. */
  readonly #indices = new Map<Node, Map<number, number>>();
  #made = 0;

  constructor(private readonly stored: ReadonlySet<Node>) {}

  /** Where users need a node; what becomes of them is decided. */
  placesOf(users: readonly Node[]): Places {
    const places = new Map<Node, Set<number>>();
    for (const user of users) {
      const sameIndices = user.lowering.kind === "map";
      const needed = this.stored.has(user) ? new Map([[user, own]]) : this.#places.get(user)!;
      for (const [kernel, indices] of needed) {
        let here = places.get(kernel);
        if (!here) {
          here = new Set();
          places.set(kernel, here);
        }
        for (const index of indices) here.add(sameIndices ? index : this.#seenThrough(user, index));
      }
    }
    return places;
  }

  haveRoomFor(places: Places): boolean {
    for (const [kernel, indices] of places)
      if (this.sizeOf(kernel) + indices.size > largestKernel) return false;
    return true;
  }

  /** A node that is computed there. */
  enter(node: Node, places: Places): void {
    this.#places.set(node, places);
    for (const [kernel, indices] of places) this.#sizes.set(kernel, this.sizeOf(kernel) + indices.size);
  }

  /** Takes one kernel into another, if there is room. */
  join(kernel: Node, other: Node): boolean {
    const size = this.sizeOf(kernel) + this.sizeOf(other);
    if (size > largestKernel) return false;
    this.#sizes.set(kernel, size);
    return true;
  }

  /** How many values a kernel computes. */
  sizeOf(kernel: Node): number {
    return this.#sizes.get(kernel) ?? 1;
  }

  #seenThrough(view: Node, index: number): number {
    let of = this.#indices.get(view);
    if (!of) {
      of = new Map();
      this.#indices.set(view, of);
    }
    let made = of.get(index);
    if (made === undefined) {
      made = ++this.#made;
      of.set(index, made);
    }
    return made;
  }
}

const own: ReadonlySet<number> = new Set([0]);
