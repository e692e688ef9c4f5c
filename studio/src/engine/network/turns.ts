/** A turn of the worker's loop: what came meanwhile is answered in it. */
export const turn = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });

/** Waits for so many ms, at least for a turn; shorter where it is no longer wanted. */
export async function wait(ms: number, isOver: () => boolean): Promise<void> {
  const end = performance.now() + ms;
  do {
    const left = end - performance.now();
    if (left < 1) await turn();
    else await new Promise((resolve) => setTimeout(resolve, Math.min(left, 50)));
  } while (performance.now() < end && !isOver());
}
