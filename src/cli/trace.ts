/** `--trace FILE`: a profile of what a command computes, written however the command ends. */

import { type Command, Option } from "commander";
import { writeFileAtomic } from "#platform";

export const traceOption = (): Option =>
  new Option("--trace <file>", "also write what ran when, for chrome://tracing or ui.perfetto.dev (JSON)");

/** The command's action, which writes the trace where one is asked for. */
export function traced<A extends [...unknown[], Command]>(
  action: (...args: A) => Promise<void>,
): (...args: A) => Promise<void> {
  return async (...args) => {
    const { trace: file } = (args.at(-1) as Command).opts<{ trace?: string }>();
    if (file === undefined) return action(...args);
    const { startProfile } = await import("../runtime/profile.js");
    const stop = startProfile();
    try {
      await action(...args);
    } finally {
      await writeFileAtomic(file, new TextEncoder().encode(JSON.stringify(stop())));
    }
  };
}
