/** The measures of detection once more: plain loops from their definitions, slow and obvious. */
import type { Found, TrueBox } from "../../../src/tasks/detection/index.js";
import { generator } from "../../checks/random.js";

type Box = Found["box"];

const sizeOf = (box: Box) => (box[2] - box[0]) * (box[3] - box[1]);
const sharedBy = (a: Box, b: Box) => {
  const high = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const wide = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  return high > 0 && wide > 0 ? high * wide : 0;
};
const iou = (a: Box, b: Box) => {
  const both = sharedBy(a, b);
  return both === 0 ? 0 : both / (sizeOf(a) + sizeOf(b) - both);
};

/** Places of a list ordered by score, of equal ones the earlier first: selection sort, one after the other. */
function ranking(scores: readonly number[]): number[] {
  const left = scores.map((_, i) => i);
  const order: number[] = [];
  while (left.length > 0) {
    let best = 0;
    for (let i = 1; i < left.length; i++) if (scores[left[i]] > scores[left[best]]) best = i;
    order.push(...left.splice(best, 1));
  }
  return order;
}

export function vocByLoops(found: readonly Found[], truths: readonly TrueBox[], rule: string) {
  const labels = [...new Set(truths.map((truth) => truth.label))].sort((a, b) => a - b);
  const precisions: number[] = [];
  for (const label of labels) {
    const own = found.filter((one) => one.label === label);
    const there = truths.filter((truth) => truth.label === label);
    const positives = there.filter((truth) => !truth.difficult && !truth.crowd).length;
    const isFound = there.map(() => false);
    const marks: boolean[] = [];
    for (const d of ranking(own.map(({ score }) => score))) {
      let [largest, at] = [-1, -1];
      for (let g = 0; g < there.length; g++) {
        if (there[g].picture !== own[d].picture) continue;
        const overlap = iou(own[d].box, there[g].box);
        if (overlap > largest) [largest, at] = [overlap, g];
      }
      if (largest > 0.5 && (there[at].difficult || there[at].crowd)) continue;
      marks.push(largest > 0.5 && !isFound[at]);
      if (largest > 0.5) isFound[at] = true;
    }
    if (positives === 0) {
      precisions.push(Number.NaN);
      continue;
    }
    const points = marks.map((_, i) => {
      const hits = marks.slice(0, i + 1).filter(Boolean).length;
      return { recall: hits / positives, precision: hits / (i + 1) };
    });
    const best = (recall: number) =>
      Math.max(0, ...points.filter((point) => point.recall >= recall).map((point) => point.precision));
    if (rule === "area") {
      // A rectangle for each hit: as wide as what it adds to the recall.
      let area = 0;
      let before = 0;
      for (const point of points)
        if (point.recall > before) {
          area += (point.recall - before) * best(point.recall);
          before = point.recall;
        }
      precisions.push(area);
    } else {
      let sum = 0;
      for (let k = 0; k <= 10; k++) sum += best(k * 0.1);
      precisions.push(sum / 11);
    }
  }
  const counted = precisions.filter((precision) => !Number.isNaN(precision));
  return { labels, precisions, mAP: counted.reduce((a, b) => a + b, 0) / counted.length };
}

const ranges = { all: [0, 1e10], small: [0, 1024], medium: [1024, 9216], large: [9216, 1e10] } as const;

/** AP of a class at one overlap, in one range of areas, with so many boxes of a picture; and the recall reached. */
export function cocoByLoops(
  found: readonly Found[],
  truths: readonly TrueBox[],
  {
    label,
    overlap,
    range,
    most,
  }: { label: number; overlap: number; range: keyof typeof ranges; most: number },
): { precision: number; recall: number } | undefined {
  const [least, greatest] = ranges[range];
  const isOut = (area: number) => area < least || area > greatest;
  const pictures = [...new Set([...found, ...truths].map(({ picture }) => picture))].sort((a, b) => a - b);
  const kept: { score: number; mark: "hit" | "miss" | "none" }[] = [];
  let positives = 0;
  for (const picture of pictures) {
    const own = found.filter((one) => one.label === label && one.picture === picture);
    const there = truths.filter((truth) => truth.label === label && truth.picture === picture);
    const ignored = there.map(
      (truth) => truth.crowd || truth.difficult || isOut(truth.area ?? sizeOf(truth.box)),
    );
    positives += ignored.filter((is) => !is).length;
    const isTaken = there.map(() => false);
    for (const d of ranking(own.map(({ score }) => score)).slice(0, most)) {
      const choose = (may: (g: number) => boolean): number => {
        let [at, largest] = [-1, Math.min(overlap, 1 - 1e-10)];
        for (let g = 0; g < there.length; g++) {
          if (!may(g)) continue;
          const both = sharedBy(own[d].box, there[g].box);
          const share =
            both === 0
              ? 0
              : both /
                (there[g].crowd ? sizeOf(own[d].box) : sizeOf(own[d].box) + sizeOf(there[g].box) - both);
          if (share >= largest) [at, largest] = [g, share]; // of equal ones the last
        }
        return at;
      };
      let at = choose((g) => !ignored[g] && !isTaken[g]);
      if (at < 0) at = choose((g) => ignored[g] === true && (!isTaken[g] || there[g].crowd === true));
      if (at >= 0) isTaken[at] = true;
      const mark = at >= 0 ? (ignored[at] ? "none" : "hit") : isOut(sizeOf(own[d].box)) ? "none" : "miss";
      kept.push({ score: own[d].score, mark });
    }
  }
  if (positives === 0) return undefined;
  const marks = ranking(kept.map(({ score }) => score))
    .map((i) => kept[i].mark)
    .filter((mark) => mark !== "none");
  const points = marks.map((_, i) => {
    const hits = marks.slice(0, i + 1).filter((mark) => mark === "hit").length;
    return { recall: hits / positives, precision: hits / (i + 1) };
  });
  let sum = 0;
  for (let k = 0; k <= 100; k++) {
    const recall = k === 100 ? 1 : k * 0.01;
    sum += Math.max(0, ...points.filter((point) => point.recall >= recall).map((point) => point.precision));
  }
  return { precision: sum / 101, recall: points.length === 0 ? 0 : points.at(-1)!.recall };
}

/** Boxes that were found and boxes that are there, drawn so that all that can be difficult about them occurs. */
export function drawnBoxes(seed: number, { crowds = true } = {}): { found: Found[]; truths: TrueBox[] } {
  const next = generator(seed);
  const below = (n: number) => Math.floor(next() * n);
  const truths: TrueBox[] = [];
  const found: Found[] = [];
  const scale = [12, 60, 200][seed % 3];
  const box = (): Box => {
    const [top, left] = [below(scale), below(scale)];
    const area = next() < 0.06 ? 0 : 1;
    return [top, left, top + area * (1 + below(scale)), left + 1 + below(scale)];
  };
  for (let picture = 0; picture < 1 + (seed % 4); picture++) {
    for (let i = below(7); i > 0; i--) {
      const one = box();
      truths.push({
        picture,
        label: below(3),
        box: one,
        ...(next() < 0.15 ? { difficult: true } : {}),
        ...(crowds && next() < 0.15 ? { crowd: true } : {}),
        ...(next() < 0.3 ? { area: sizeOf(one) * next() } : {}),
      });
    }
    for (let i = below(14); i > 0; i--) {
      const near = truths.filter((truth) => truth.picture === picture);
      const from = near.length > 0 && next() < 0.8 ? near[below(near.length)] : undefined;
      const moved = (corner: number) => corner + below(4) - 1.5;
      const [a, b, c, d] = from ? from.box.map(next() < 0.3 ? (x) => x : moved) : box();
      found.push({
        picture,
        label: from && next() < 0.9 ? from.label : below(4),
        box: [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)],
        score: below(6) / 5, // ties
      });
    }
  }
  return { found, truths };
}
