import type { ByteSource } from "../formats/byte-source.js";
import type { HubOptions } from "./hub-error.js";

export { HubError, type HubOptions } from "./hub-error.js";

/**
 * The weights of a repository of the hub: hf:timm/resnet18.tv_in1k, hf:owner/name@revision, or with the file's own name
 * hf:owner/name/weights.safetensors. What was fetched once is taken from the cache, without asking the hub, after its
 * size and SHA-256 have been checked; a damaged copy is fetched again. A broken download goes on where it stopped.
 *
 * @throws HubError  one line: not such a name, no such repository or file, no network, no package @huggingface/hub
 */
export async function openHub(name: string, options: HubOptions = {}): Promise<ByteSource> {
  // What loads weights imports it later: a page that does neither has nothing of it.
  const hub = await import("./hugging-face.js");
  return hub.openHub(name, options);
}
