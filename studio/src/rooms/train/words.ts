/** What this room says. A translation is another file like this one. */
import { count, duration, percent } from "../../../../src/formatting/numbers.js";
import { capital, certainty, counted } from "../../numbers/text.js";

export const trainWords = {
  preparing: "Drawing 14,000 digits; a moment.",
  noNetwork: "A network to train.",
  ready: (params: number, of: string) => `${count(params)} weights at random, and ${of} to learn from.`,
  reading(at: number, steps: number, share: number | undefined, of: number, isBack: boolean) {
    const where = isBack ? `Back at step ${count(at)}` : `Step ${count(at)} of ${count(steps)}`;
    if (share === undefined) return `${where}.`;
    const verb = isBack ? "it read" : "it reads";
    return `${where}: ${verb} ${percent(share).replace(" ", "\u00a0")} of ${count(of)} unseen pictures.`;
  },
  /** Of the picture at hand. */
  read(what: string, classes: readonly string[], reading: ArrayLike<number>) {
    const order = Array.from(reading, (share, k) => ({ share, k })).sort((a, b) => b.share - a.share);
    const [first, second] = order;
    if (!first || Number.isNaN(first.share)) return "";
    const next = second ? `, next as ${classes[second.k]} (${certainty(second.share)})` : "";
    return `${capital(what)} is read as ${classes[first.k]} (${certainty(first.share)})${next}.`;
  },
  untrained: "Press Start: each step shows the network some pictures and moves every weight a little.",
  failed: (message: string) => message.replace(/^./, (letter) => letter.toUpperCase()),
  minds(steps: readonly number[], reads: readonly number[], name: string, k: number) {
    const first = reads.indexOf(k);
    let last = 0;
    reads.forEach((read, i) => {
      if (i > 0 && read !== reads[i - 1]) last = i;
    });
    if (first < 0) return `Never read as ${name} so far.`;
    return last === 0
      ? `Read as ${name} from the first step on.`
      : `First read as ${name} at step ${count(steps[first])}; it last changed its mind at step ${count(steps[last])}.`;
  },
  mistakes: (wrong: number, of: number, at: number) =>
    `it was surest, and wrong: ${count(wrong)} of ${count(of)} test pictures at step ${count(at)}`,
  confused: (truth: string, read: string, n: number) =>
    n === 0 ? `No ${truth} is read as ${read}.` : `${counted(n, "test picture")} of ${truth} read as ${read}`,
  opened: (name: string, step: number) => `${name} is open, at step ${count(step)}.`,
  noNetworkFile: (name: string, kind: string) =>
    kind === "empty"
      ? `${name} is empty.`
      : `${name} is ${kind}, and no network: checkpoints (.safetensors) and projects (.receptive) can be loaded.`,
  weighs: (bytes: number) => `It weighs ${(bytes / 1e6).toFixed(1)} MB.`,
  saved: (name: string) => `${name} is in your downloads.`,
  kept: (step: number, network: string) => `This browser kept ${network} at step ${count(step)}.`,
  private: "Nothing you draw or load leaves this computer.",
  eta: (seconds: number) => duration(seconds),
} as const;
