/** Numbers of files so that what is read again is what was written. */

/**
 * The number of fewest digits that `read` takes for `wanted`; the computed one where none of 17 digits does.
 *
 * @param near  what it is by arithmetic, but for the last bits
 */
export function shortest(near: number, wanted: number, read: (written: number) => number): number {
  for (let digits = 1; digits <= 17; digits++) {
    const written = Number(near.toPrecision(digits));
    if (read(written) === wanted) return written;
  }
  // Neighbours: a sum may round to another number than the one that it was subtracted from.
  for (const by of [1, -1, 2, -2]) {
    const written = near * (1 + by * Number.EPSILON);
    if (read(written) === wanted) return written;
  }
  return near;
}
