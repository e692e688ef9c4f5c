import { fromOneOn, rule } from "../../../door/rules.js";

/** Filters between pools, as options give them. */
export const someBlocks = rule(
  "lists of filters, [[64, 64], [128, 128], …]",
  (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((block) => Array.isArray(block) && block.length > 0 && block.every(fromOneOn.holds)),
);
