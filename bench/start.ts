/** `npm run bench -- --start`: what starting costs, each time in a fresh process, and the memory of a training step. */
import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Choices } from "./arguments.js";
import { type Entrant, peer, receptive } from "./contenders/known.js";
import { alternate } from "./measure/rounds.js";
import { median } from "./measure/statistics.js";
import { resnet } from "./networks/resnet.js";
import { type StartFigure, startTable } from "./report/start.js";
import { plain } from "./report/table.js";
import { training } from "./workloads.js";

const freshTarget = (target: string): NodeJS.ProcessEnv => ({ ...process.env, RECEPTIVE_TARGET: target });

/** What `starting.js` measures, and how long it may take. */
const starts = [
  { name: "import", title: 'import "receptive"', wantedMs: 60 },
  { name: "lenet5-step", title: "first training step of LeNet-5, compiling included", wantedMs: 150 },
  { name: "resnet50-inference", title: "first inference of ResNet-50, compiling included", wantedMs: 1500 },
] as const;

function startingMs(name: string, target: string): number {
  const script = fileURLToPath(new URL("starting.js", import.meta.url));
  const answer = execFileSync(process.execPath, [script, name], {
    encoding: "utf8",
    env: freshTarget(target),
  });
  return Number(answer);
}

/** Of a training step with so many pictures of so many pixels a side. */
const memoryBatch = 16;
const memorySide = 224;

export async function measureStart(choices: Choices): Promise<StartFigure[]> {
  const figures: StartFigure[] = [];
  const tell = (figure: StartFigure): void => {
    figures.push(figure);
    if (choices.json) console.log(JSON.stringify(figure));
  };
  for (const target of choices.targets)
    for (const { name, title, wantedMs } of starts) {
      const all = Array.from({ length: choices.rounds }, () => startingMs(name, target));
      tell({ what: title, who: `receptive (${target})`, value: median(all), unit: "ms", wanted: wantedMs });
    }
  await measureMemory(choices, tell);
  if (!choices.json) console.log(plain(startTable(figures)));
  return figures;
}

/** Ours is to be no more than PyTorch's least. */
async function measureMemory(choices: Choices, tell: (figure: StartFigure) => void): Promise<void> {
  const workload = training("resnet50", resnet(50, memorySide), memoryBatch);
  const what = `peak memory of ${workload.name}, ${memorySide}×${memorySide}`;
  const pytorch = peer("pytorch");
  if (typeof pytorch === "string") console.error(`bench: ${pytorch}`);
  const theirs: number[] = [];
  const measured = async (entrant: Entrant): Promise<number | null> => {
    // One after the other, each alone, and no more than its first runs: the machine may not hold two.
    const effort = { ...choices, rounds: 0 };
    const [{ peakBytes, missing }] = await alternate(workload, availableParallelism(), [entrant], effort);
    if (missing) console.error(`bench: ${entrant.name} (${entrant.variant}), memory: ${missing.reason}`);
    return peakBytes;
  };
  for (const entrant of typeof pytorch === "string" ? [] : pytorch) {
    const bytes = await measured(entrant);
    if (bytes === null) continue;
    theirs.push(bytes);
    tell({ what, who: `pytorch (${entrant.variant})`, value: bytes / 1e6, unit: "MB", wanted: null });
  }
  const wanted = theirs.length > 0 ? Math.min(...theirs) / 1e6 : null;
  for (const target of choices.targets) {
    const bytes = await measured(receptive(target));
    if (bytes !== null) tell({ what, who: `receptive (${target})`, value: bytes / 1e6, unit: "MB", wanted });
  }
}
