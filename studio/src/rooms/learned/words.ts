/** What this room says. A translation is another file like this one. */
import { count } from "../../../../src/formatting/numbers.js";
import { counted, inWords } from "../../numbers/text.js";

export const learnedWords = {
  preparing: "Drawing the digits; a moment.",
  busy: "The network is learning: what takes longer waits until it rests.",
  noFilters: "This network has no convolution, and so no filters.",
  filters: (layer: string, filters: number, [h, w, c]: readonly number[]) =>
    `${layer} has ${counted(filters, "filter")} of ${h}×${w}${c > 1 ? `×${c}` : ""}: ${count(filters * h * w * c)} weights.`,
  filtersUnder: (planes: number) =>
    planes > 1
      ? `A row is a filter: one plane for each of the ${planes} maps below. Blue takes away, red adds. One range for all.`
      : "Blue takes away, red adds: a filter answers most where bright pixels lie under red, dark ones under blue. One range for all.",
  patches: (layer: string, units: number, of: number) =>
    `What ${counted(units, "unit")} of ${layer} ${units === 1 ? "answers" : "answer"} most to, in ${count(of)} test pictures.`,
  patchesUnder:
    "Of each unit the best places, cut out as far as it sees, with its answer. What they share may not be what drives it.",
  why: (what: string, name: string, isRead: boolean, methods: number) =>
    isRead
      ? `Which pixels of ${what} speak for ${name}, as it is read: ${inWords(methods)} answers.`
      : `Which pixels of ${what} would speak for ${name}: ${inWords(methods)} answers.`,
  whyUnder:
    "Each method asks something else, so they differ. The pointer is at the same pixel in all of them; arrows move it.",
  silent: "stayed at 0",
} as const;
