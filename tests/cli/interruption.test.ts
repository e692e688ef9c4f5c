import { afterEach, describe, expect, test, vi } from "vitest";
import { interruption } from "../../src/cli/interruption.js";

/** As Ctrl-C does, without ending the tests. */
function interrupt(): void {
  const receive = process.listeners("SIGINT").at(-1)!;
  receive("SIGINT");
}

describe("Ctrl-C", () => {
  const terminal = process.stderr.isTTY;
  afterEach(() => {
    process.stderr.isTTY = terminal;
    process.exitCode = undefined;
    vi.restoreAllMocks();
  });

  test("what is said begins on a line of its own: the line of the progress ends first", () => {
    process.stderr.isTTY = true;
    const written: string[] = [];
    vi.spyOn(process.stderr, "write").mockImplementation((text) => written.push(String(text)) > 0);
    const stop = interruption();
    interrupt();
    stop.keep("dream.jpg");
    stop.release();
    expect(written).toEqual(["\n", "Stopped; what there is so far: dream.jpg\n"]);
    expect([process.exitCode, stop.signal.aborted, stop.facts()]).toEqual([130, true, { stopped: true }]);
  });

  test("where nobody watches nothing more is written than the message", () => {
    process.stderr.isTTY = false;
    const written: string[] = [];
    vi.spyOn(process.stderr, "write").mockImplementation((text) => written.push(String(text)) > 0);
    const stop = interruption();
    expect(stop.facts()).toEqual({});
    interrupt();
    stop.release();
    expect(written).toEqual([]);
  });
});
