/** What tensors see of an input, found in one walk through a network: by the windows of its layers, else pixel by pixel. */
import type { Tensor } from "../tensor/tensor.js";
import { leavesOf } from "../tensor/tree.js";
import type { Window } from "./layer.js";
import type { LayerRun } from "./pass.js";

export type Along = 0 | 1;

/** @template F  how a field is kept that is neither everything nor nothing */
export abstract class FieldWalk<F extends object> {
  private readonly fields = new Map<Tensor, F | "everything" | "nothing">();

  /** @param others  the network's other inputs: what is computed from them alone sees nothing of this one */
  constructor(own: F, input: Tensor, others: readonly Tensor[] = []) {
    this.fields.set(input, own);
    for (const other of others) this.fields.set(other, "nothing");
  }

  /** Of two tensors that are taken together, pixel by pixel. */
  protected abstract joined(a: F, b: F): F;

  /** Of what a layer with such a window makes of a tensor. */
  protected abstract through(window: Window, field: F, y: Tensor): F;

  /**
   * Of what a layer made. Without a window of its own it works pixel by pixel, or its inner layers have said it.
   * A layer of somebody else's that mixes pixels and does not say which may see everything: that is what is answered.
   */
  after({ layer, x, y }: Pick<LayerRun, "layer" | "x" | "y">): F | "everything" | "nothing" {
    const union = (tree: typeof x) =>
      leavesOf(tree)
        .map(([, leaf]) => this.of(leaf))
        .reduce(this.#both, "nothing");
    if (!layer.sees) return union(y);
    const field = union(x);
    const window = layer.sees(x);
    for (const [, leaf] of leavesOf(y))
      this.fields.set(
        leaf,
        field === "nothing" || field === "everything"
          ? field
          : window === "everything"
            ? window
            : this.through(window, field, leaf),
      );
    return this.fields.get(leavesOf(y)[0][1])!;
  }

  /** The field of a tensor that was computed from others, pixel by pixel: it sees what any of them sees. */
  of(t: Tensor): F | "everything" | "nothing" {
    const known = this.fields.get(t);
    if (known) return known;
    const sources: Tensor[] = [];
    const users = new Map<Tensor, Tensor[]>();
    const visited = new Set<Tensor>();
    const open = [t];
    for (let next = open.pop(); next; next = open.pop()) {
      if (visited.has(next)) continue;
      visited.add(next);
      if (this.fields.has(next)) sources.push(next);
      else
        for (const input of next.inputs) {
          users.set(input, [...(users.get(input) ?? []), next]);
          open.push(input);
        }
    }
    const mixes = sources.some(
      (source) => this.fields.get(source) !== "nothing" && changesExtents(source, users),
    );
    const seen = mixes
      ? "everything"
      : sources.map((source) => this.fields.get(source)!).reduce(this.#both, "nothing");
    this.fields.set(t, seen);
    return seen;
  }

  readonly #both = (
    a: F | "everything" | "nothing",
    b: F | "everything" | "nothing",
  ): F | "everything" | "nothing" => {
    if (a === "nothing" || b === "nothing") return a === "nothing" ? b : a;
    return a === "everything" || b === "everything" ? "everything" : this.joined(a, b);
  };
}

/** Whether something that was computed from it has other rows or columns: then pixels were taken together. */
function changesExtents(source: Tensor, users: ReadonlyMap<Tensor, readonly Tensor[]>): boolean {
  const visited = new Set<Tensor>();
  const open = [...(users.get(source) ?? [])];
  for (let next = open.pop(); next; next = open.pop()) {
    if (visited.has(next)) continue;
    visited.add(next);
    if (next.rank === source.rank && next.rank > 2 && extents(next) !== extents(source)) return true;
    open.push(...(users.get(next) ?? []));
  }
  return false;
}

/** Height and width in any order: a picture that is turned has the same. */
const extents = ({ shape }: Tensor): string =>
  shape
    .slice(1, -1)
    .sort((a, b) => a - b)
    .join();
