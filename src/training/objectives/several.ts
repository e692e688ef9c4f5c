import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { callback, notNegative, recordOf, required, rule, text } from "../../door/rules.js";
import { said } from "../../door/said.js";
import type { Loss } from "../../losses/loss.js";
import { Tensor } from "../../tensor/tensor.js";
import type { Classes, Objective, Scores, Term } from "../objective.js";
import { accuracyOf, fieldNames, readRightly } from "./classification.js";
import { checkedParts } from "./heads.js";
import { inputOf, targetOf } from "./inputs.js";

/** One of several losses. */
export interface NamedLoss {
  readonly loss: Loss;
  /** The field that the output is compared with. */
  readonly target: string;
  /** Which of the network's outputs; the one of the loss's own name if left out. */
  readonly output?: string;
  /** How many times it counts; once if left out. */
  readonly times?: number;
}

/**
 * Several losses, each of an output of its own and with a weight: a class and a box, say. Scores: for each loss over
 * classes the accuracy, `animal accuracy` of one that is called `animal`.
 *
 *     several({
 *       animal: { loss: crossEntropy(), target: "animal" },
 *       place: { loss: smoothL1(), target: "box", times: 0.5 },
 *     }, { inputs: ["images"] })
 *
 * An auxiliary head has the loss that `heads` names for its path, `{ aux1: "animal" }`, as many times as the head says; where
 * there is only one loss, that.
 *
 * @throws TypeError where the network has no output of a name, or nobody says whose loss a head has
 */
export function several(
  losses: { readonly [name: string]: NamedLoss },
  given: {
    readonly inputs?: readonly string[];
    readonly heads?: { readonly [path: string]: string };
  } = {},
): Objective {
  const { inputs = ["images"], heads = {} } = optionsOf("several", given, {
    inputs: fieldNames.inputs,
    heads: byPath,
  });
  checkArgument("several", "what is given", losses, recordOf("{ name: { loss, target } }"));
  const entries = Object.entries(losses);
  if (entries.length === 0)
    throw new TypeError("several: there is no loss, expected { name: { loss, target } }");
  for (const [name, one] of entries)
    optionsOf(`several: ${name}`, one, {
      loss: required(callback),
      target: required(text),
      output: text,
      times: notNegative,
    });
  const ofHead = (path: string, owner: string): readonly [string, NamedLoss] => {
    const name = heads[path] ?? (entries.length === 1 ? entries[0][0] : undefined);
    if (name === undefined)
      throw new TypeError(
        `several: ${path} of ${owner} is an auxiliary head, and there are ${Object.keys(losses).join(", ")}: name its loss by { heads: { "${path}": "${entries[0][0]}" } }`,
      );
    return [name, losses[name]];
  };
  for (const [path, name] of Object.entries(heads))
    if (!Object.hasOwn(losses, name))
      throw new TypeError(
        `several: the head ${path} has the loss "${name}", which is none of ${Object.keys(losses).join(", ")}`,
      );
  return {
    name: "several",
    inputs,
    cost(model, batch, mode, fields) {
      const given = inputOf(model, batch, inputs, fields);
      const asides: [path: string, y: Tensor, times: number][] = [];
      const outputs: unknown = (model as unknown as (x: typeof given, mode: object) => unknown)(given, {
        ...mode,
        aside: (y: Tensor, times: number, path: string) => void asides.push([path, y, times]),
      });
      const terms: { [name: string]: Term } = {};
      const sums: { [name: string]: Tensor } = {};
      const classes: { [field: string]: Classes } = {};
      for (const [name, { loss, target, output = name, times }] of entries) {
        const y = outputs instanceof Tensor ? outputs : (outputs as { [name: string]: unknown })?.[output];
        if (!(y instanceof Tensor))
          throw new TypeError(
            `several: ${model.name} has no output called ${output}, it has ${outputs && typeof outputs === "object" ? Object.keys(outputs).join(", ") : said(outputs)}`,
          );
        const wanted = targetOf("several", batch, target, fields);
        terms[name] = { ...checkedParts(loss, y, wanted), ...(times === undefined ? {} : { times }) };
        if (loss.ignore === undefined) continue;
        const { correct, counted } = readRightly(y, batch[target], loss.ignore);
        classes[target] = { count: y.shape[y.rank - 1], ignore: loss.ignore };
        Object.assign(sums, { [`${name} correct`]: correct, [`${name} counted`]: counted });
      }
      for (const [path, y, weight] of asides) {
        const [, { loss, target, times = 1 }] = ofHead(path, model.name);
        const wanted = targetOf("several", batch, target, fields);
        terms[path] = { ...checkedParts(loss, y, wanted), times: times * weight };
      }
      return { losses: terms, sums, classes };
    },
    scores(sums) {
      const scores: { -readonly [name in keyof Scores]: number } = {};
      for (const [name, { loss }] of entries)
        if (loss.ignore !== undefined)
          scores[`${name} accuracy`] = accuracyOf({
            correct: sums[`${name} correct`],
            counted: sums[`${name} counted`],
          }).accuracy;
      return scores;
    },
  };
}

const byPath = rule(
  "the names of losses by the paths of heads",
  (value) =>
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((name) => typeof name === "string"),
);
