/** What this room says. A translation is another file like this one. */
import { count } from "../../../../src/formatting/numbers.js";
import type { UnitAnswer, UnitPlace } from "../../engine/network/unit-answers.js";
import { capital, certainty, counted, pointed } from "../../numbers/text.js";

const two = (value: number): string => pointed(Number(value.toPrecision(3)));

/** What units of a kind of layer are called. */
const kinds: Readonly<Record<string, string>> = { conv2d: "Filter", dense: "Unit" };

export const insideWords = {
  preparing: "Drawing the digits; a moment.",
  reading(what: string, classes: readonly string[], reading: ArrayLike<number>) {
    const order = Array.from(reading, (share, k) => ({ share, k })).sort((a, b) => b.share - a.share);
    const [first, second] = order;
    if (!first) return "";
    const next = second ? `, next as ${classes[second.k]} (${certainty(second.share)})` : "";
    return `${capital(what)} is read as ${classes[first.k]} (${certainty(first.share)})${next}.`;
  },
  headline(
    { place, type, value, sees }: UnitAnswer,
    what: string,
    classes: readonly string[] | undefined,
    whole: boolean,
  ) {
    const who = classes
      ? `The score of ${classes[place.unit]} is`
      : `${kinds[type] ?? "Map"} ${place.unit + 1} of ${place.layer} ${type === "conv2d" || type === "dense" ? "answers" : "is"}`;
    const seen = !sees ? "" : whole ? `of ${what}` : `these ${sees.height}×${sees.width} pixels of ${what}`;
    if (classes) return `${who} ${two(value)}: all of ${what} counts.`;
    return `${who} ${two(value)} ${type === "conv2d" || type === "dense" ? "to " : "over "}${whole ? `all ${seen}` : seen}.`;
  },
  under:
    "One range of colours for a layer, kept through ReLU and pooling: what is blue before ReLU is gone after it.",
  underEach: "Each map has a range of colours of its own: compare places within a map, not maps.",
  untrained: "This network has learned nothing yet: its weights are those of its seed.",
  point: "Point at a unit: its value and what it sees. Click pins it.",
  pointSpace: "Drag to turn, with Shift to move it, Ctrl and wheel to come nearer. Click pins a unit.",
  tapSpace: "Tap the room to turn it with a finger.",
  pointTouch: "Tap a unit: its value, and what it sees.",
  place: ({ layer, unit, row, column }: UnitPlace, isLine: boolean, name = layer) =>
    `${name} · ${unit + 1}${isLine ? "" : `, row ${row + 1}, column ${column + 1}`}`,
  sees(sees: UnitAnswer["sees"], height: number, width: number) {
    if (!sees) return "It sees nothing of the picture.";
    if (sees.height >= height && sees.width >= width) return "It sees the whole picture.";
    return `It sees rows ${sees.top + 1} to ${sees.top + sees.height}, columns ${sees.left + 1} to ${sees.left + sees.width}.`;
  },
  /** What becomes of a number after the layer. */
  goesOn(answer: UnitAnswer): string {
    const stop = answer.after.find(({ goesOn }) => !goesOn);
    if (stop?.type === "maxPool2d")
      return `In its window of ${stop.place.layer} ${two(stop.value)} is greater: this value ends here.`;
    if (stop) return `${stop.place.layer} makes ${two(stop.value)} of it: nothing of it goes on.`;
    const { feeds } = answer;
    const pool = answer.after.findLast(({ type }) => type === "maxPool2d");
    const greatest = pool ? "It is the greatest of its window. " : "";
    if (!feeds) return greatest.trim();
    const units = counted(feeds.count, feeds.places > 1 ? "filter" : "unit");
    const at = feeds.places > 1 ? ` at ${counted(feeds.places, "place")} each` : "";
    return `${greatest}It goes on to ${units} of ${feeds.layer}${at}.`;
  },
  products: (products: number, maps: number, layer: string, hasBias: boolean) =>
    `${counted(products, "product")}${maps > 1 ? ` in ${counted(maps, "map")}` : ""} of ${layer}${hasBias ? ", and a bias" : ""}`,
  differs: "The page's sum differs from the engine's number. That is our fault: please report it.",
  connection: (from: string, input: number, weight: number) =>
    `${from}: ${pointed(input)} · ${weight < 0 ? `(${pointed(weight)})` : pointed(weight)} = ${pointed(input * weight)}`,
  step: (at: number, of: number) => `step ${count(at)} of ${count(of)}`,
} as const;
