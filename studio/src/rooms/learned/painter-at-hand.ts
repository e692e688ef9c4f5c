import { engine } from "../../engine/client.svelte.js";
import type { Painter } from "../../engine/network/painting.js";
import { squeezenet } from "./squeezenet.svelte.js";

/** Who paints: SqueezeNet, which has been loaded, or the network at hand, and as of which step. */
export async function painterAtHand(isPhotographic = false): Promise<{ painter: Painter; step?: number }> {
  if (isPhotographic) return { painter: squeezenet.file! };
  const { bytes, step } = await engine.request("copy", {});
  return { painter: bytes, step };
}
