/** `npm run bench`: workloads, with one thread and with all, ourselves alone or beside the peers. */
import type { Choices } from "./arguments.js";
import { type Entrant, peakOf, peer, receptive } from "./contenders/known.js";
import { type Comparison, compare, lineOf } from "./measure/measurement.js";
import { alternate } from "./measure/rounds.js";
import { comparisonTable, heading } from "./report/comparison.js";
import { plain } from "./report/table.js";
import { workloads } from "./workloads.js";

export interface Compared extends Comparison {
  readonly workload: string;
  readonly threads: number;
}

export async function compareAll(choices: Choices): Promise<Compared[]> {
  const peers = choices.peers.flatMap(found);
  const entrants = [...ourselves(choices.targets), ...peers];
  if (peers.length > 0 && !choices.targets.includes("native")) entrants.push(peakOf("native"));
  const results: Compared[] = [];
  for (const name of choices.workloads)
    for (const threads of choices.threads) {
      const workload = workloads[name]();
      const outcomes = await alternate(workload, threads, entrants, choices);
      const compared = { workload: name, threads, ...compare(workload, threads, outcomes) };
      results.push(compared);
      tell(compared, choices.json);
    }
  return results;
}

/** Each target beside the peak of its vectors. */
const ourselves = (targets: readonly string[]): Entrant[] =>
  targets.flatMap((target) => [receptive(target), peakOf(target)]);

function found(name: string): Entrant[] {
  const entrants = peer(name);
  if (typeof entrants !== "string") return entrants;
  console.error(`bench: ${entrants}`);
  return [];
}

function tell(compared: Compared, json: boolean): void {
  if (!json) {
    console.log(`\n${heading(compared.workload, compared.threads, compared)}`);
    console.log(plain(comparisonTable(compared)));
    return;
  }
  for (const measurement of compared.measurements) console.log(JSON.stringify(lineOf(measurement)));
  for (const { who, target, workload, threads, kind, reason } of compared.absences)
    if (kind === "failed") console.error(`bench: ${who} (${target}), ${workload}, ${threads}: ${reason}`);
  for (const { who, target, workload, threads, agrees } of compared.measurements)
    if (agrees === false) console.error(`bench: ${who} (${target}), ${workload}, ${threads}: other results`);
}
