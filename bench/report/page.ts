/** bench/RESULTS.md. */
import type { Compared } from "../compare.js";
import { comparisonTable, heading } from "./comparison.js";
import { directTable } from "./direct.js";
import { goalTable } from "./goals.js";
import { growthTable } from "./growth.js";
import { circumstancesLine } from "./machine.js";
import type { Results } from "./results.js";
import { startTable } from "./start.js";
import { markdown } from "./table.js";

const introduction = `# How fast

Written by \`npm run bench -- --peers --write\`, and the same with \`--direct\`, \`--growth\` and \`--start\`; the raw
numbers are in \`results.json\`. Everyone computes in f32, the same networks on the same numbers (\`networks/\`), and the first results
must agree. Each contender is a process of its own; they take turns, several rounds long, and "our … is" compares what
was measured in the same round. "Of peak" is the share of what bare multiply-adds on registers reach in those rounds,
with the vectors of the target (WebAssembly's are 128 bits wide); a convolution counts with the products of its
definition, so minimal filtering, which needs fewer, can exceed it; without it we measure ourselves separately.
In Node tfjs, jax-js and ConvNetJS have one thread, however many are asked for; tfjs' WebAssembly backend trains with a
filter gradient that we put in. "Spread" is how far apart the middle half of the runs lies. A product is the sum of all
elements of a·b; a training step is cross entropy and SGD with momentum.
`;

export function page({ compare, direct, growth, start }: Results): string {
  const parts = [introduction];
  if (compare) {
    const { results, circumstances } = compare;
    parts.push(`## Beside others\n\n${circumstancesLine(circumstances)}\n${versions(results)}`);
    const goals = goalTable(results);
    if (goals.rows.length > 0) parts.push(`### Speed over theirs\n\n${markdown(goals)}\n`);
    for (const result of results) {
      const title = heading(result.workload, result.threads, result);
      parts.push(`### ${title}\n\n${markdown(comparisonTable(result))}\n`);
    }
  }
  if (direct)
    parts.push(
      `## Without minimal filtering\n\n${circumstancesLine(direct.circumstances)}\n\n${markdown(directTable(direct.results))}\n`,
    );
  if (growth) {
    parts.push(`## How cost grows\n\n${circumstancesLine(growth.circumstances)}\n`);
    for (const curve of growth.results)
      parts.push(
        `### ${curve.title} (${curve.target})\n\n${markdown(growthTable(curve))}\n\n${curve.reason}\n`,
      );
  }
  if (start)
    parts.push(
      `## Starting, and memory\n\n${circumstancesLine(start.circumstances)}\n\n${markdown(startTable(start.results))}\n`,
    );
  return parts.join("\n");
}

function versions(results: readonly Compared[]): string {
  const all = results.flatMap(({ measurements }) =>
    measurements.map(({ who, version }) => `${who} ${version}`),
  );
  return `Versions: ${[...new Set(all)].join(", ")}.\n`;
}
