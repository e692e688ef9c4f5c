/** What stays in this browser: the last run, as a checkpoint. Private windows keep nothing, which is no failure. */
const [base, store] = ["receptive", "runs"];

const opened = (): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(base, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(store);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function within<T>(mode: IDBTransactionMode, act: (runs: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const found = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const request = act(found.transaction(store, mode).objectStore(store));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    found.close();
  }
}

/** @returns whether it is kept */
export async function keepRun(bytes: ArrayBuffer): Promise<boolean> {
  try {
    await within("readwrite", (runs) => runs.put(bytes, "last"));
    return true;
  } catch {
    return false;
  }
}

export async function keptRun(): Promise<ArrayBuffer | undefined> {
  try {
    const found = await within("readonly", (runs) => runs.get("last"));
    return found instanceof ArrayBuffer ? found : undefined;
  } catch {
    return undefined;
  }
}
