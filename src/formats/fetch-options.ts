import { positive, signal } from "../door/rules.js";
import type { Patience } from "./patience.js";

/** What reading an address may take; of a file on a disk nothing of it counts. */
export interface FetchOptions extends Pick<Patience, "signal"> {
  /** Longest silence of a server, in milliseconds, in which it must also send 1000 bytes a second; 30,000 if left out. */
  timeout?: number;
  /** Longer answers are refused, where a server announces them before they come; 2^30 bytes if left out. */
  mostBytes?: number;
}

/** What these options may be. */
export const fetching = { signal, timeout: positive, mostBytes: positive };
