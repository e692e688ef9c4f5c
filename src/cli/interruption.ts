/** Ctrl-C and `kill`: the first asks to stop, the second ends the process. */
import { exitCodes } from "./failure.js";

type Signal = "SIGINT" | "SIGTERM";

export function interruption() {
  const controller = new AbortController();
  let by: Signal | undefined;
  const receive = (signal: Signal) => {
    if (by) process.exit(exitCodes[signal]);
    by = signal;
    // What the terminal shows at this moment, a progress bar and ^C, ends here: messages begin on a line of their own.
    if (process.stderr.isTTY) process.stderr.write("\n");
    controller.abort(new Error("stopped"));
  };
  process.on("SIGINT", receive);
  process.on("SIGTERM", receive);
  return {
    signal: controller.signal,
    exitCode: () => exitCodes[by ?? "SIGINT"],
    /** For what has ended early and is kept: says where it is, and sets the exit code. */
    keep(file: string): void {
      process.stderr.write(`Stopped; what there is so far: ${file}\n`);
      process.exitCode = exitCodes[by ?? "SIGINT"];
    },
    /** For the line of JSON. */
    facts: (): { stopped?: true } => (by ? { stopped: true } : {}),
    release(): void {
      process.off("SIGINT", receive);
      process.off("SIGTERM", receive);
    },
  };
}
