import { requirePackage } from "./node-packages.js";

/** How the hub is asked: the client has no limits of its own. */
export interface HubLimits {
  signal?: AbortSignal;
  /** Longest time of the whole answer, in milliseconds. */
  timeout: number;
  /** Longest answer, in bytes. */
  most: number;
}

/**
 * Which of these files a repository has, by the client @huggingface/hub; undefined where that is not installed. It is
 * an optional package, loaded at first use.
 */
export async function filesOnHub(
  wanted: { repo: string; revision: string; paths: string[]; hubUrl: string },
  limits: HubLimits,
): Promise<unknown> {
  return client()?.pathsInfo({ ...wanted, fetch: limited(limits) });
}

function client(): typeof import("@huggingface/hub") | undefined {
  try {
    return requirePackage("@huggingface/hub").exports as typeof import("@huggingface/hub");
  } catch {
    return undefined;
  }
}

/** `fetch`, whose answer has come whole, within its time and length. */
function limited({ signal, timeout, most }: HubLimits): typeof fetch {
  return async (input, init) => {
    const stop = new AbortController();
    const timer = setTimeout(
      () => stop.abort(new Error(`no whole answer within ${timeout / 1000} seconds`)),
      timeout,
    );
    try {
      signal?.throwIfAborted();
      const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
      const response = await fetch(input, { ...init, signal: either });
      const parts: Uint8Array[] = [];
      let length = 0;
      const reader = response.body?.getReader();
      for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
        length += next.value.length;
        if (length > most) {
          await reader?.cancel().catch(() => {});
          throw new Error(`its answer has more than ${most} bytes`);
        }
        parts.push(next.value);
      }
      const { status, statusText, headers } = response;
      return new Response(length > 0 ? new Blob(parts as BlobPart[]) : null, { status, statusText, headers });
    } catch (error) {
      throw stop.signal.aborted ? stop.signal.reason : error;
    } finally {
      clearTimeout(timer);
    }
  };
}
