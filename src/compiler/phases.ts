/** Launches in phases: those of one do not wait for each other. */

/** How many launches that wait are looked at for what can join a phase. */
const inView = 16;

/**
 * As few phases as a walk through the list finds, in which each launch stands close to where it stands in the list: what
 * is computed long before it is needed fills the memory meanwhile.
 *
 * @param after     for each launch those before it that it waits for
 * @param isUpdate  launches that come as early as they can, wherever they stand: they free what they read
 * @returns         the launches of each phase
 */
export function phasesOf(
  after: readonly ReadonlySet<number>[],
  isUpdate: (launch: number) => boolean,
): number[][] {
  // An update comes right behind the last launch that it waits for.
  const behind: number[] = [];
  after.forEach((others, i) => {
    behind.push(isUpdate(i) ? greatest(others, behind) : i);
  });
  const order = [...behind.keys()].sort((a, b) => behind[a] - behind[b] || a - b);
  const phases = asSoonAsPossible(order, after);
  // Back to where they are needed, or would be without looking ahead.
  const latest: number[] = [];
  let now = 0;
  for (const launch of order) {
    now = Math.max(now, phases[launch]);
    latest[launch] = now;
  }
  const grouped: number[][] = Array.from({ length: order.length === 0 ? 0 : now + 1 }, () => []);
  for (const launch of order.reverse()) {
    const phase = isUpdate(launch) ? phases[launch] : latest[launch];
    grouped[phase].unshift(launch);
    for (const other of after[launch]) latest[other] = Math.min(latest[other], phase - 1);
  }
  return grouped;
}

function asSoonAsPossible(order: readonly number[], after: readonly ReadonlySet<number>[]): number[] {
  const phases: number[] = [];
  let view: number[] = [];
  let next = 0;
  for (let phase = 0; next < order.length || view.length > 0; phase++) {
    while (view.length < inView && next < order.length) view.push(order[next++]);
    const waiting: number[] = [];
    for (const launch of view) {
      let isReady = true;
      for (const other of after[launch]) if (!(phases[other] < phase)) isReady = false;
      if (isReady) phases[launch] = phase;
      else waiting.push(launch);
    }
    view = waiting;
  }
  return phases;
}

function greatest(launches: ReadonlySet<number>, of: readonly number[]): number {
  let most = -1;
  for (const launch of launches) most = Math.max(most, of[launch]);
  return most;
}
