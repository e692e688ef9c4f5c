/** What this room says. A translation is another file like this one. */
import { count } from "../../../../src/formatting/numbers.js";
import { capital, certainty, counted, inWords, pointed } from "../../numbers/text.js";

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
  nearestUnder:
    "Beside each filter the classic kernel that it is nearest to, and their cosine: 1 is the same but for its strength, 0 has nothing in common.",
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

  hidden: (name: string, share: number, before: number, read: string, isSame: boolean) =>
    `With this square over it ${name} ${Math.abs(share - before) < 5e-4 ? "stays at" : share < before ? "falls to" : "rises to"} ${certainty(share)}${isSame ? "" : `, and ${read} is read`}.`,
  hideUnder: "Drag the square over the picture, or move it with the arrows.",
  hiding(
    size: number,
    grey: string,
    name: string,
    least: number,
    row: number,
    column: number,
    others: readonly (readonly [string, number])[],
    places: number,
  ) {
    const read =
      others.length === 0
        ? "Nowhere is another class read."
        : `Read otherwise at ${count(others.reduce((sum, [, n]) => sum + n, 0))} of ${count(places)} places: ${others.map(([k, n]) => `${k} at ${count(n)}`).join(", ")}.`;
    return `A ${grey} square of ${size}×${size} costs most at row ${row}, column ${column}: there ${name} is ${certainty(least)}. ${read}`;
  },
  hideCannotSay:
    "Red: the class is likelier with the square there; blue: less likely. Where another class is read its name stands. Two parts that stand for each other cost nothing alone.",

  shiftUnder:
    "Drag the picture, or turn and scale it: how much may happen to it until it is another for the network?",
  moved(
    what: string,
    move: { right: number; down: number; turn: number; scale: number },
    read: string,
    share: number,
    isSame: boolean,
  ) {
    const parts = [
      move.right === 0
        ? ""
        : `${counted(Math.abs(move.right), "pixel")} to the ${move.right < 0 ? "left" : "right"}`,
      move.down === 0 ? "" : `${counted(Math.abs(move.down), "pixel")} ${move.down < 0 ? "up" : "down"}`,
      move.turn === 0 ? "" : `turned by ${pointed(move.turn)}°`,
      move.scale === 1 ? "" : `× ${pointed(move.scale)}`,
    ].filter(Boolean);
    const how = parts.length === 0 ? "where it was" : parts.join(", ");
    return `${capital(what)}, ${how}: ${isSame ? "still read" : "read"} as ${read}, ${certainty(share)}.`;
  },
  movedUnder: (kept: number, of: number, name: string) =>
    `At ${count(kept)} of ${count(of)} shifts of up to 8 pixels it is read as ${name}: tolerant, not invariant.`,
  everywhere:
    "Each cell is a shift, the middle none: how likely the class is there. Press one to move the picture so.",
  tolerance: (hasPools: boolean) =>
    hasPools
      ? "Without pooling: the same weights, but of each window the upper left corner in place of the greatest."
      : "This network has no pooling that could be left out.",

  codes: (what: string, n: number, of: readonly (readonly [string, number])[] | undefined) =>
    of
      ? `Nearest to ${what} are ${of.map(([name, k], i) => (i === 0 ? `${inWords(k)} of ${n} that are ${name}` : `${inWords(k)} that ${k === 1 ? "is" : "are"} ${name}`)).join(", ")}.`
      : "Where the pictures lie, as the network sees them.",
  codesUnder: (layer: string, width: number, pictures: number, share: number) =>
    `${layer} makes ${counted(width, "number")} of each of ${count(pictures)} test pictures. Drawn is where they differ most: ${certainty(share)} of their variance.`,
  codeHere: (what: string) => `${capital(what)} is where the tab is. Press another picture to take it.`,
  codesCannotSay: (shares: readonly string[]) =>
    `Principal components with ${shares.join(", ")} of the variance. What lies together here may lie apart in the other directions: distances are those of whole codes.`,
} as const;
