/** How answers look: maps over pictures all alike, so that a new method of that kind needs no sheet of its own. */
import type { HeatMapMethod, Method } from "../../explain/index.js";
import type { Answer, Asked } from "./asked.js";
import { attributionSheet, deconvnetSheet, occlusionSheet, sanitySheet } from "./decisions.js";
import { evolutionSheet, foolingSheet } from "./fooling.js";
import { filterSheet, mapSheet, maximisedSheet, topSheet } from "./units.js";

type Sheet = (asked: Asked) => Promise<Answer>;

const own: { readonly [method: string]: Sheet } = {
  filters: filterSheet,
  "feature-maps": mapSheet,
  "top-activations": topSheet,
  "activation-maximisation": maximisedSheet,
  fooling: foolingSheet,
  evolution: evolutionSheet,
  occlusion: occlusionSheet,
  deconvnet: deconvnetSheet,
  "sanity-check": sanitySheet,
};

/** @throws TypeError where the answer is no map over pictures, and nobody has drawn it yet */
export function sheetOf(method: Method): Sheet {
  const sheet = own[method.name];
  if (sheet) return sheet;
  if (method.answer.kind !== "heat map") throw new TypeError(`${method.name}: its answer has no sheet`);
  return (asked) => attributionSheet(asked, method as HeatMapMethod);
}

/** What is chosen of the sheet alone, by the method's name. */
export const sheetOptions: { readonly [method: string]: readonly string[] } = { "feature-maps": ["scale"] };
