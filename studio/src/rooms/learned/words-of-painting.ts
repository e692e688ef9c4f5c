/** What the views say whose pictures become step by step. */
import { count, duration } from "../../../../src/formatting/numbers.js";
import type { Painting } from "../../engine/painting.svelte.js";
import { certainty, counted, pointed, short } from "../../numbers/text.js";

export const paintWords = {
  progress({ phase, last, seconds }: Painting) {
    const at = last ? `step ${count(last.step)} of ${count(last.steps)}` : "";
    if (phase === "starting") return "starting";
    if (phase === "running") return at;
    if (phase === "done") return `done in ${duration(seconds)}`;
    if (phase === "stopped") return `stopped at ${at}`;
    return phase === "cancelled" ? "cancelled" : "";
  },
  squeezenet: (megabytes: string | undefined) =>
    megabytes
      ? `SqueezeNet was trained on ImageNet's photographs (Iandola et al. 2016; BSD licence). Its weights are ${megabytes} MB.`
      : "SqueezeNet was trained on ImageNet's photographs. Its weights are no part of this page: receptive studio --squeezenet FILE brings them along, or open a checkpoint of it. It stays on this computer.",
  asOf: (step: number) => `The network as of step ${count(step)}.`,

  /** Activation maximisation. */
  maximiseReady: (what: string) => `Which picture would excite ${what} most? Press grow.`,
  maximised: (what: string, n: number, before: number, after: number) =>
    n === 1
      ? `${what} answers ${pointed(after)} to this picture, ${pointed(before)} to the noise it began with.`
      : `${what}: pictures made for the network, not for you.`,
  maximiseUnder: (n: number, right: number) =>
    `Can you see them? The network reads ${right === n ? (n === 2 ? "both" : "all of them") : `${right} of ${n}`} as the class they were made for.`,
  growing: (what: string, score: number) => `The picture for ${what} grows: its score is ${pointed(score)}.`,
  terms: (layer: string, unit: number, h: number, w: number) =>
    h * w > 1
      ? `aᵏ is what filter ${unit + 1} of ${layer} answers in all: the sum of its map of ${h}×${w}, ${count(h * w)} numbers.`
      : `aʲ is the answer of unit ${unit + 1} of ${layer}, one number.`,
  score: (before: number | undefined, after: number) =>
    before === undefined
      ? pointed(after)
      : `${pointed(Number(before.toPrecision(3)))} → ${pointed(Number(after.toPrecision(3)))}`,
  penalty: (penalty: number, lit: number) =>
    penalty > 0 ? `penalty ${short(penalty)}; ${counted(lit, "pixel")} lit` : `${counted(lit, "pixel")} lit`,
  silent: "stayed at 0",

  /** Fooled. */
  foolReady: (what: string, name: string) =>
    `Make ${what} a ${name} for the network, and for nobody else. Press fool it.`,
  fooled: (what: string, name: string, share: number) =>
    `Still ${what} to you. The network reads ${name}, ${certainty(share)}.`,
  fooling: (truth: string, name: string, a: number, b: number) =>
    `${truth} falls to ${certainty(a)}, ${name} rises to ${certainty(b)}.`,
  change: (norm: number, most: number, whole: number) =>
    `‖change‖ = ${pointed(Number(norm.toPrecision(3)))} where the picture has ${pointed(Number(whole.toPrecision(3)))}; no pixel changes by more than ${most.toFixed(0)} of 255.`,
  foolBefore: (step: number, norm: number) =>
    `The other network, with the same picture: ${counted(step, "step")}, ‖change‖ = ${pointed(Number(norm.toPrecision(3)))}.`,
  noiseReady: "Pictures that show nothing, and of which the network is sure. Press fool it.",
  noiseFooled: (sure: number, n: number, steps: number, isEvolved: boolean) =>
    `${sure} of ${n} pictures of nothing are read with 99 % or more after ${counted(steps, isEvolved ? "generation" : "step")}.`,

  /** Dreams. */
  dreamReady: (layer: string) => `What does ${layer || "a layer"} see in this picture? Let it dream.`,
  dreamt: (layer: string, times: number) =>
    `${layer} answers ${pointed(Number(times.toPrecision(2)))} times as strongly to its dream.`,
  dreaming: (layer: string, octave: number, octaves: number, step: number, steps: number) =>
    `${layer} dreams: octave ${octave} of ${octaves}, step ${step} of ${steps}.`,
  dreamUnder:
    "Each step changes the picture so that all that the layer sees grows: what is above 0 rises, what is below falls.",

  /** Style. */
  styleReady: "What is in one picture, in the manner of the other. Press paint.",
  styled: (from: number, to: number) => `The loss fell from ${short(from)} to ${short(to)}.`,
  styleUnder:
    "Content is what a layer answers where; manner is which answers go together, wherever: its Gram matrices.",
} as const;
