/** Where the threads that run a stage meet, and which of them does what is too small to share. */

export interface Part {
  /** Whether they meet before it. */
  readonly meets: boolean;
  /** Who does it alone, counted round among the threads; null: all share it. */
  readonly soloist: number | null;
}

interface Shareable {
  /** Those before it that must be through. */
  readonly after: readonly number[];
  /** Too small to share. */
  readonly solo: boolean;
}

/**
 * Threads meet before a launch that waits for one since they last met. Small ones that wait for each other are one
 * thread's, which needs nobody for that; others go round among the threads.
 */
export function partsOf(launches: readonly Shareable[]): Part[] {
  /** Of a small launch, the first of those that are the same thread's. */
  const firsts: number[] = [];
  const firstOf = (launch: number): number => {
    let first = launch;
    while (firsts[first] !== first) first = firsts[first];
    return first;
  };
  let met = 0;
  const meets = launches.map(({ after, solo }, i) => {
    firsts.push(i);
    const since = after.filter((other) => other >= met);
    const alone = solo && since.every((other) => launches[other].solo);
    if (since.length > 0 && !alone) {
      met = i;
      return true;
    }
    for (const other of since) {
      const [a, b] = [firstOf(other), firstOf(i)];
      firsts[Math.max(a, b)] = Math.min(a, b);
    }
    return false;
  });
  let next = 0;
  const soloists: number[] = [];
  return launches.map(({ solo }, i) => {
    if (meets[i]) next = 0;
    if (!solo) return { meets: meets[i], soloist: null };
    const first = firstOf(i);
    soloists[i] = first === i ? next++ : soloists[first];
    return { meets: meets[i], soloist: soloists[i] };
  });
}
