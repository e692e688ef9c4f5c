/** What options of loading and fetching may be. */
import { callback, fromOneOn, notNegative, positive, signal, text } from "../door/rules.js";

export const downloading = {
  signal,
  onProgress: callback,
  timeout: positive,
  slowest: notNegative,
  attempts: fromOneOn,
};
export const loading = { ...downloading, directory: text };
