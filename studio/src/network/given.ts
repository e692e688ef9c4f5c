/** Pictures that `receptive studio --data` brings along, for the room Train. */
import { engine } from "../engine/client.svelte.js";
import { own } from "../rooms/train/own.svelte.js";

/** @returns what speaks against them, in words */
export async function takeGiven(file: string): Promise<string | undefined> {
  try {
    const answer = await fetch(file);
    if (!answer.ok) throw new Error(`the server says ${answer.status}`);
    const given = await answer.blob();
    const bytes = await given.arrayBuffer();
    own.become(await engine.request("given", { bytes, name: "the data set" }), given);
    if (!location.hash || location.hash === "#/")
      history.replaceState(history.state, "", "#/train?data=mine");
    return undefined;
  } catch (error) {
    return `The pictures could not be taken: ${(error as Error).message}`;
  }
}
