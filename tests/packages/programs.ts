/** The programs that the projects build: forty steps of training, and how the loss went, as a line of JSON. */

const steps = `
export async function train() {
  const { train } = await data.digits();
  const model = nn.sequential(
    nn.conv2d({ filters: 8, kernel: 5, stride: 2 }), nn.relu(), nn.maxPool2d(2), nn.flatten(), nn.dense(10),
  );
  const options = { loss: losses.crossEntropy(), optimizer: optim.sgd({ lr: 0.05, momentum: 0.9 }), epochs: 1, seed: 1 };
  const went = [];
  for await (const event of fit(model, train, options)) {
    if (event.kind === "step") went.push(event.loss);
    if (went.length === 40) break;
  }
  return { first: went[0], last: went.at(-1), ...device() };
}
`;

const names = "data, device, fit, losses, nn, optim";

/** A module of the project that trains. */
export const trainModule = `import { ${names} } from "receptive";\n${steps}`;

/** The same by the entries of the parts, of which a page gets what it uses with every bundler. */
export const trainByParts = `import { device, fit } from "receptive";
import * as data from "receptive/data";
import * as losses from "receptive/losses";
import * as nn from "receptive/nn";
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
  target: string;
  threads: number;
}

/** What a program said of its training. */
export function trainedOf(printed: string): Trained {
  const line = printed.split("\n").find((line) => line.includes("TRAINED "));
  if (!line) throw new Error(`the program did not say how it went:\n${printed.slice(-3000)}`);
  return JSON.parse(line.slice(line.indexOf("TRAINED ") + 8));
}
