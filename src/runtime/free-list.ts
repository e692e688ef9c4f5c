/** What is free of a range of places: pieces in order that never touch each other. */
export class FreeList {
  readonly #pieces: { start: number; end: number }[] = [];

  /** From the smallest piece with room for it; null: there is none. */
  take(bytes: number): number | null {
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    this.#pieces.forEach(({ start, end }, i) => {
      if (end - start < bytes || (best >= 0 && end - start >= least)) return;
      [best, least] = [i, end - start];
    });
    if (best < 0) return null;
    const piece = this.#pieces[best];
    const { start } = piece;
    if (least === bytes) this.#pieces.splice(best, 1);
    else piece.start += bytes;
    return start;
  }

  /** A piece that was taken, or a part of one, or one that is new. */
  give(start: number, bytes: number): void {
    const pieces = this.#pieces;
    const given = { start, end: start + bytes };
    let [at, high] = [0, pieces.length];
    while (at < high) {
      const middle = (at + high) >> 1;
      if (pieces[middle].start < start) at = middle + 1;
      else high = middle;
    }
    let joined = 0;
    if (pieces[at]?.start === given.end) given.end = pieces[at + joined++].end;
    if (pieces[at - 1]?.end === start) {
      given.start = pieces[--at].start;
      joined++;
    }
    pieces.splice(at, joined, given);
  }

  /** Free bytes at the very end. */
  tail(end: number): number {
    const last = this.#pieces.at(-1);
    return last?.end === end ? end - last.start : 0;
  }
}
