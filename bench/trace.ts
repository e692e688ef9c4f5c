/** `npm run bench -- WORKLOAD --trace FILE`: what ran when in one run of a workload, as a trace of Chrome's. */
import type { Choices } from "./arguments.js";
import { Contender } from "./contenders/contender.js";
import { receptive } from "./contenders/known.js";
import type { Reply } from "./contenders/protocol.js";
import { threadCount } from "./report/numbers.js";
import { workloads } from "./workloads.js";

/** The run is one of those that are measured, in a process of its own. */
export async function traceOne(
  { workloads: [name], targets: [target], threads: [threads], limitSeconds }: Choices,
  file: string,
): Promise<void> {
  const contender = new Contender(receptive(target).command(threads), limitSeconds);
  try {
    for (const reply of [
      await contender.introduction(),
      await contender.ask({ kind: "prepare", workload: workloads[name]() }),
      await contender.ask({ kind: "trace", file }),
    ])
      check(reply);
  } finally {
    await contender.close();
  }
  console.log(
    `${name} on ${target}, ${threadCount(threads)}: ${file}, for chrome://tracing or ui.perfetto.dev`,
  );
}

function check(reply: Reply): void {
  if (reply.kind === "failed" || reply.kind === "cannot") throw new Error(reply.reason);
}
