import { requirePackage } from "./node-packages.js";

/** What the Hugging Face hub says of a file. */
export interface HubFile {
  path: string;
  /** Of large files: their SHA-256 in hexadecimal digits, and their size. */
  lfs?: { oid: string; size: number };
}

/**
 * Which of these files a repository has, by the client @huggingface/hub; undefined where that is not installed. It is
 * an optional package, loaded at first use.
 */
export async function filesOnHub(wanted: {
  repo: string;
  revision: string;
  paths: string[];
  hubUrl: string;
}): Promise<HubFile[] | undefined> {
  return client()?.pathsInfo(wanted);
}

function client(): typeof import("@huggingface/hub") | undefined {
  try {
    return requirePackage("@huggingface/hub").exports as typeof import("@huggingface/hub");
  } catch {
    return undefined;
  }
}
