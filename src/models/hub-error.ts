import type { DownloadOptions } from "../data/download.js";

/** Where {@link openHub} asks, how often and how long. */
export interface HubOptions extends DownloadOptions {
  /** Another hub, such as a mirror; $HF_ENDPOINT if left out, else huggingface.co. */
  hubUrl?: string;
}

/** Weights that cannot be had from the hub. */
export class HubError extends Error {
  override readonly name = "HubError";
}
