/** Workers of node:worker_threads, from within; those of the web too, which Deno and Bun have. */
import { parentPort } from "node:worker_threads";

/** Shows the handler what the page posts to this worker; false where this is no worker. */
export function listenToPage(handler: (message: unknown) => void): boolean {
  if (parentPort) {
    parentPort.on("message", handler);
    return true;
  }
  const scope = globalThis as { WorkerGlobalScope?: new () => object } & EventTarget;
  if (!scope.WorkerGlobalScope || !(scope instanceof scope.WorkerGlobalScope)) return false;
  scope.addEventListener("message", (event) => handler((event as MessageEvent).data));
  return true;
}
