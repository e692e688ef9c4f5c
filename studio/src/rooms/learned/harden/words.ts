/** What this part says. A translation is another file like this one. */
import { count } from "../../../../../src/formatting/numbers.js";
import { certainty, counted, pointed } from "../../../numbers/text.js";

export const hardenWords = {
  title: "Retrain",
  says: (rounds: number) =>
    `Can it learn not to be fooled? In ${rounds} rounds 256 training pictures are changed as above, the network learns what they really are, among others, and the next round fools the new network.`,
  running: (round: number, rounds: number, made: number) =>
    round === 0
      ? "Trying how easily it is fooled."
      : `Round ${round} of ${rounds}: it has learned from ${counted(made, "such picture")}.`,
  done: (before: { fooled: number; tried: number }, after: { fooled: number; tried: number }) =>
    `Of ${count(before.tried)} test pictures ${count(before.fooled)} could be made another class within 25 steps; now ${count(after.fooled)} of ${count(after.tried)}.`,
  doneUnder:
    "The retrained network is at hand in all rooms: fool it again, and see how much more the picture must change. It is no longer the network that the changes were made for; others, or larger ones, fool it still.",
  columns: ["", "before", "retrained"],
  rows: (one: { accuracy: number; fooled: number; tried: number; change: number } | undefined) =>
    one
      ? [
          certainty(one.accuracy),
          `${count(one.fooled)} of ${count(one.tried)}`,
          pointed(Number(one.change.toPrecision(3))),
        ]
      : ["…", "…", "…"],
  names: ["test pictures read rightly", "fooled within 25 steps", "‖change‖ on average"],
  examples: "Pictures that it learned from, and what it was told they are:",
} as const;
