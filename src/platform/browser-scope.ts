/** Workers of a page, from within. */

/** Shows the handler what the page posts to this worker; false where this is no worker. */
export function listenToPage(handler: (message: unknown) => void): boolean {
  const { WorkerGlobalScope: Scope } = globalThis as { WorkerGlobalScope?: new () => object };
  if (!Scope || !(globalThis instanceof Scope)) return false;
  globalThis.addEventListener("message", (event) => handler((event as MessageEvent).data));
  return true;
}
