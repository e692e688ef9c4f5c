/** What this view says. A translation is another file like this one. */
import { count } from "../../../../../src/formatting/numbers.js";
import { counted, pointed } from "../../../numbers/text.js";

const error = (value: number): string => pointed(Number(value.toPrecision(3)));

export const autoencoderWords = {
  ready: (code: number) => `A picture becomes ${count(code)} numbers, and a picture again. Press train.`,
  under:
    "An autoencoder is trained to give back what it was shown, through a code that is too small for it: what all digits have in common must be learned. The network at hand is not changed.",
  running: (step: number, steps: number, loss: number) =>
    `Step ${count(step)} of ${count(steps)}: the error is ${error(loss)}.`,
  done: (code: number, made: number, components: number) =>
    `From ${count(code)} numbers: an error of ${error(made)}; as many principal components have ${error(components)}.`,
  doneUnder: (params: number, of: number) =>
    `${counted(params, "weight")}. Mean squared errors of ${count(of)} test pictures, pixels from 0 to 1. Drag the code, and watch the picture.`,
  plane: (code: number) =>
    code === 2
      ? "The two numbers of the code are the plane."
      : `Of ${count(code)} numbers the two directions in which codes differ most; across them the code stays where it is.`,
  own: (what: string, value: number) => `${what} has an error of ${error(value)}.`,
  rows: ["test pictures", "from the code", "from as many principal components"],
} as const;
