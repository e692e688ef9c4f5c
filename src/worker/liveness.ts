/** Whether a worker has started, and whether it still lives: nobody tells a page so. */

/** A worker of a page, or of node:worker_threads. */
export interface WorkerLike {
  /** As `Worker` of the browser has it. */
  postMessage(message: unknown, transfer: object[]): void;
  /** As `Worker` has it, in the browser and in Node. */
  terminate(): unknown;
}

/** A worker that did not start, or is no more. */
export class WorkerError extends Error {
  override name = "WorkerError";
}

/** What a worker of a page and one of Node tell of themselves. */
interface Teller {
  addEventListener?(kind: string, listener: (event: { message?: string }) => void): void;
  on?(kind: string, listener: (what: unknown) => void): void;
}

export interface Life {
  readonly worker: WorkerLike;
  /** Answered when the worker first speaks. */
  readonly started: Promise<unknown>;
  /** The worker holds a lock of this name as long as it lives. */
  readonly lock: string;
  /** Is called once, when nothing more can be expected of it. */
  ended(error: WorkerError): void;
}

/** In milliseconds: longer than a slow network takes for the worker's file. */
const longWait = 15_000;

export function watch({ worker, started, lock, ended }: Life): void {
  let begun = false;
  const fail = (why: string): void =>
    ended(new WorkerError(`the worker ${begun ? "has ended" : "did not start"}: ${why}`));
  const { addEventListener, on } = worker as Teller;
  if (addEventListener)
    addEventListener.call(worker, "error", ({ message }) => {
      // Once it has started, an error of somebody else's in it is no end.
      if (begun) return;
      fail(
        message ||
          "its file was not found or is no script, or the page's Content-Security-Policy or Cross-Origin-Embedder-Policy forbids it",
      );
    });
  else {
    on?.call(worker, "error", (error) => fail(String((error as Error)?.message ?? error)));
    on?.call(worker, "exit", (code) => fail(`it ended with code ${code}`));
  }
  const patience = setTimeout(() => {
    console.warn(
      `receptive: the worker has said nothing for ${longWait / 1000} seconds: is its file receptive/worker, or does it call serve() of receptive/serve?`,
    );
  }, longWait);
  (patience as { unref?(): void }).unref?.();
  void started.then(
    () => {
      begun = true;
      clearTimeout(patience);
      // Granted when the worker is gone, whatever became of it.
      if (addEventListener)
        void globalThis.navigator?.locks?.request(lock, () =>
          fail("it was terminated, or ran out of memory"),
        );
    },
    () => clearTimeout(patience),
  );
}
