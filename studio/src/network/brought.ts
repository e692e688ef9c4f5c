/** The network that `receptive studio --checkpoint` brings along: the page names the file, which lies beside it. */
import { session } from "./session.svelte.js";

/** @returns what speaks against it, in words */
export async function openBrought(file: string): Promise<string | undefined> {
  const shown = decodeURIComponent(file.slice(file.lastIndexOf("/") + 1));
  try {
    const answer = await fetch(file);
    if (!answer.ok) throw new Error(`the server says ${answer.status}`);
    await session.open(await answer.arrayBuffer(), shown);
    return undefined;
  } catch (error) {
    return `${shown} could not be opened: ${(error as Error).message}`;
  }
}
