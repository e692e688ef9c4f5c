/**
 * `npm run bench -- --direct`: networks with and without minimal filtering. Only of what is computed directly can a
 * share of the processor's peak be asked for: minimal filtering does without most of the products that are counted.
 */
import type { Choices } from "./arguments.js";
import { directly, peakOf, receptive } from "./contenders/known.js";
import { compare } from "./measure/measurement.js";
import { alternate } from "./measure/rounds.js";
import { type DirectFigure, directTable } from "./report/direct.js";
import { plain } from "./report/table.js";
import { workloads } from "./workloads.js";

const names = ["vgg-cifar-train-64", "resnet50-infer-1", "vgg16-infer-1"] as const;
/** Of the peak. */
const wanted = 0.85;

export async function measureDirect(choices: Choices): Promise<DirectFigure[]> {
  const figures: DirectFigure[] = [];
  for (const target of choices.targets)
    for (const name of names)
      for (const threads of choices.threads) {
        const workload = workloads[name]();
        const entrants = [receptive(target), directly(target), peakOf(target)];
        const outcomes = await alternate(workload, threads, entrants, choices);
        const { measurements, absences } = compare(workload, threads, outcomes);
        if (absences.length > 0) throw new Error(`${name}, ${target}: ${absences[0].reason}`);
        const [ours, direct] = measurements;
        const figure = {
          ...{ workload: name, threads, target: direct.target, wanted },
          ...{ msMedian: ours.msMedian, directMs: direct.msMedian, peakFraction: direct.peakFraction ?? 0 },
        };
        figures.push(figure);
        if (choices.json) console.log(JSON.stringify(figure));
      }
  if (!choices.json) console.log(plain(directTable(figures)));
  return figures;
}
