/**
 * The programs that the projects build: forty steps of LeNet-5, and how the loss went, as a line of JSON. They take of the
 * library what the test page takes (`tests/browser/train-lenet.ts`), so that their sizes are one page's.
 */

const steps = `
export async function train() {
  const { train, test } = await data.digits();
  const schedule = optim.cosine({ lr: 0.05, steps: 40 });
  const options = { loss: losses.crossEntropy(), optimizer: optim.sgd({ lr: 0.05, momentum: 0.9 }), schedule, epochs: 1, seed: 1 };
  const model = models.lenet5();
  const went = [];
  for await (const event of fit(model, train, options)) {
    if (event.kind === "step") went.push(event.loss);
    if (went.length === 40) break;
  }
  const { accuracy } = await evaluate(model, test);
  return { first: went[0], last: went.at(-1), accuracy, ...device() };
}
`;

const names = "data, device, evaluate, fit, losses, models, optim";

/** A module of the project that trains. */
export const trainModule = `import { ${names} } from "receptive";\n${steps}`;

/** The same of a program that takes the library as a whole, so that no bundler may leave anything out. */
export const trainWhole = `import * as receptive from "receptive";\nglobalThis.receptive = receptive;
const { ${names} } = receptive;\n${steps}`;

/** The same by the entries of the parts, of which a page gets what it uses with every bundler. */
export const trainByParts = `import { device, evaluate, fit } from "receptive";
import * as data from "receptive/data";
import * as losses from "receptive/losses";
import * as models from "receptive/models";
import * as optim from "receptive/optim";
${steps}`;

/** The same as CommonJS. */
export const trainCommonJs = `const { ${names} } = require("receptive");\n${steps.replace("export ", "")}
module.exports = { train };\n`;

/** A program that trains when it starts. */
export const program = `import { train } from "./train.js";
train().then((went) => console.log("TRAINED " + JSON.stringify(went)));\n`;

export interface Trained {
  first: number;
  last: number;
  /** Of what the test split has. */
  accuracy: number;
  target: string;
  threads: number;
}

/** What a program said of its training. */
export function trainedOf(printed: string): Trained {
  const line = printed.split("\n").find((line) => line.includes("TRAINED "));
  if (!line) throw new Error(`the program did not say how it went:\n${printed.slice(-3000)}`);
  return JSON.parse(line.slice(line.indexOf("TRAINED ") + 8));
}
