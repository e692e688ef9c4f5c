/** Ctrl-C and `kill`: the first asks to stop, the second ends the process. */
import { exitCodes } from "./failure.js";

type Signal = "SIGINT" | "SIGTERM";

export function interruption() {
  const controller = new AbortController();
  let by: Signal | undefined;
  const receive = (signal: Signal) => {
    if (by) process.exit(exitCodes[signal]);
    by = signal;
    controller.abort(new Error("stopped"));
  };
  process.on("SIGINT", receive);
  process.on("SIGTERM", receive);
  return {
    signal: controller.signal,
    exitCode: () => exitCodes[by ?? "SIGINT"],
    release(): void {
      process.off("SIGINT", receive);
      process.off("SIGTERM", receive);
    },
  };
}
