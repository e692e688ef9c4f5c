/** Which pixels decided: the library's methods whose answer is a map over the picture, by their names. */
import { explain, tensor } from "receptive";
import type { MethodInfo } from "./learned-answers.js";
import type { Asks } from "./protocol.js";
import type { Shown } from "./run.js";

export const methods: readonly MethodInfo[] = explain.heatMapMethods.map(
  ({ name, title, question, cannotSay, answer: { unit, sign } }) => ({
    name,
    title,
    question,
    cannotSay,
    unit,
    isSigned: sign === "both",
  }),
);

/** @param picture  H×W×C of the network's input, 0 to 255 */
export async function explainedBy(
  { model, step }: Shown,
  picture: Uint8Array,
  { method, target }: Asks["explained"]["asked"],
): Promise<Asks["explained"]["answer"]> {
  const found = explain.heatMapMethods.find(({ name }) => name === method);
  if (!found)
    throw new Error(`There is no method ${method}; there are ${methods.map(({ name }) => name).join(", ")}.`);
  const images = tensor(picture, [1, ...(model.inputShape as number[])]);
  const map = await found.run(model, { images }, target === undefined ? {} : { target });
  return { step, shape: map.shape.slice(1), data: Float32Array.from(await map.data()) };
}
