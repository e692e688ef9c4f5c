/** A picture of any size, in parts of one size that overlap: where they lie, and how their scores become labels. */

/** Where parts of `tile` pixels begin along an edge of so many, evenly, so that neighbours share at least `overlap` of them. */
export function beginnings(edge: number, tile: number, overlap: number): number[] {
  if (edge <= tile) return [(edge - tile) >> 1];
  const count = Math.ceil((edge - overlap) / (tile - overlap));
  return Array.from({ length: count }, (_, i) => Math.round((i * (edge - tile)) / (count - 1)));
}

/** How much each pixel of a part counts along an edge: less towards its ends, where the network sees less around it. */
export const tent = (tile: number, overlap: number): number[] =>
  Array.from({ length: tile }, (_, i) => Math.min(1, (Math.min(i, tile - 1 - i) + 1) / Math.max(1, overlap)));

/** What the scores of parts come to: rows are labelled as soon as no part below adds to them. */
export class Blend {
  readonly labels: Uint8Array;
  readonly #width: number;
  readonly #height: number;
  readonly #classes: number;
  readonly #overlap: number;
  /** Sums of scores of some rows, from `#first` on. */
  readonly #sums: Float32Array;
  readonly #rows: number;
  #first = 0;

  constructor(
    { width, height }: { width: number; height: number },
    { tile, classes, overlap }: { tile: readonly [number, number]; classes: number; overlap: number },
  ) {
    [this.#width, this.#height, this.#classes, this.#overlap] = [width, height, classes, overlap];
    this.labels = new Uint8Array(width * height);
    this.#rows = Math.min(tile[0], height);
    this.#sums = new Float32Array(this.#rows * width * classes);
  }

  /**
   * Adds the scores h×w×K of a part, from the top on. What lies beyond the picture is passed over.
   */
  add(
    scores: ArrayLike<number>,
    [h, w]: readonly [number, number],
    { top, left }: { top: number; left: number },
  ): void {
    this.#finish(Math.max(0, top));
    const [down, across] = [tent(h, this.#overlap), tent(w, this.#overlap)];
    const k = this.#classes;
    for (let i = Math.max(0, -top); i < Math.min(h, this.#height - top); i++)
      for (let j = Math.max(0, -left); j < Math.min(w, this.#width - left); j++) {
        const weight = down[i] * across[j];
        const to = ((top + i - this.#first) * this.#width + left + j) * k;
        const from = (i * w + j) * k;
        for (let c = 0; c < k; c++) this.#sums[to + c] += weight * scores[from + c];
      }
  }

  /** All of them, when the last part has been added. */
  end(): Uint8Array {
    this.#finish(this.#height);
    return this.labels;
  }

  /** Rows before this one have all that they get. */
  #finish(row: number): void {
    const [k, width] = [this.#classes, this.#width];
    const done = Math.min(row, this.#height) - this.#first;
    if (done <= 0) return;
    labelRows(this.#sums, k, this.labels.subarray(this.#first * width, (this.#first + done) * width));
    this.#sums.copyWithin(0, done * width * k);
    this.#sums.fill(0, Math.max(0, this.#rows - done) * width * k);
    this.#first += done;
  }
}

/** The class of the highest score of each pixel, the first of several. */
export function labelRows(scores: ArrayLike<number>, classes: number, labels: Uint8Array): void {
  for (let at = 0; at < labels.length; at++) {
    let best = 0;
    for (let c = 1; c < classes; c++) if (scores[at * classes + c] > scores[at * classes + best]) best = c;
    labels[at] = best;
  }
}

/**
 * Labels of a picture of another size than its scores h×w×K: scores are interpolated linearly, as `upsample2d` does it, and the
 * highest counts. Only those of a part, from `top` and `left` on, are the picture's.
 */
export function labelsAt(
  scores: ArrayLike<number>,
  {
    width,
    classes,
    part,
  }: {
    /** Of the scores. */
    width: number;
    classes: number;
    part: { top: number; left: number; height: number; width: number };
  },
  size: { width: number; height: number },
): Uint8Array {
  const labels = new Uint8Array(size.width * size.height);
  const along = (from: number, to: number) =>
    Array.from({ length: to }, (_, i) => {
      const place = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
      const low = Math.floor(place);
      return { low, high: Math.min(low + 1, from - 1), share: place - low };
    });
  const [rows, columns] = [along(part.height, size.height), along(part.width, size.width)];
  const line = new Float32Array(part.width * classes);
  for (let i = 0; i < size.height; i++) {
    const { low, high, share } = rows[i];
    const [above, below] = [low, high].map((row) => ((part.top + row) * width + part.left) * classes);
    for (let n = 0; n < line.length; n++)
      line[n] = scores[above + n] * (1 - share) + scores[below + n] * share;
    for (let j = 0; j < size.width; j++) {
      const column = columns[j];
      let [best, most] = [0, Number.NEGATIVE_INFINITY];
      for (let c = 0; c < classes; c++) {
        const value =
          line[column.low * classes + c] * (1 - column.share) +
          line[column.high * classes + c] * column.share;
        if (value > most) [best, most] = [c, value];
      }
      labels[i * size.width + j] = best;
    }
  }
  return labels;
}
