import { blue, faint, green, ink, muted, orange, paleBlue } from "../../formatting/inks.js";
import { heading, headingHeight } from "./panel.js";
import { linearScale, logScale, type Scale, spansDecades } from "./scales.js";
import { type Box, curve, dot, line, text, textWidth } from "./svg.js";

/** The course of a training run. */
export interface SheetTraining {
  stepsPerEpoch: number;
  /** Training loss by step; steps count from 1 over the whole run, and need not all be there. */
  steps: readonly { step: number; loss: number }[];
  /** By epoch, counted from 1. */
  epochs: readonly { epoch: number; validation?: { loss: number; accuracy?: number } }[];
  /** A loss to beat, which is drawn as a line, and what has it. */
  reference?: { label: string; loss: number };
}

type Point = readonly [x: number, y: number];

/** At most so many points of the training curve: more are not seen, and make the file large. */
const mostPoints = 400;

/** Loss over training: the steps in pale, smoothed in strong; what validation measured, with accuracy at the right. */
export function lossPanel(box: Box, training: SheetTraining): string {
  const inEpochs =
    training.steps.some(({ step }) => step > training.stepsPerEpoch) || training.epochs.length > 1;
  const unit = inEpochs ? training.stepsPerEpoch : 1;
  const steps = training.steps.filter(({ loss }) => Number.isFinite(loss));
  const raw = thinned(steps.map(({ step, loss }) => [step / unit, loss]));
  const smooth = smoothed(raw);
  const validated = training.epochs.flatMap(({ epoch, validation }) =>
    validation ? [{ at: (epoch * training.stepsPerEpoch) / unit, ...validation }] : [],
  );
  const validation = finite(validated.map(({ at, loss }) => [at, loss]));
  const accuracy = finite(
    validated.flatMap(({ at, accuracy }) => (accuracy === undefined ? [] : [[at, accuracy]])),
  );
  const { reference } = training;

  const head = heading(box, "Loss");
  const losses = [...raw, ...validation].map(([, y]) => y);
  if (losses.length === 0)
    return head + text(box.x, box.y + headingHeight + 20, "No step was made.", { colour: muted });
  if (reference) losses.push(reference.loss);

  const plot: Box = {
    x: box.x + 56,
    y: box.y + headingHeight + 4,
    width: box.width - 56 - (accuracy.length > 0 ? 62 : 8),
    height: box.height - headingHeight - 4 - 46,
  };
  const last = Math.max(...[...raw, ...validation].map(([x]) => x));
  const across = linearScale([0, last], [plot.x, plot.x + plot.width], { count: 8, label: wholeLabel });
  const { scale: up, lowest, logarithmic } = lossScale(losses, plot);
  const toPixels = (points: readonly Point[]): Point[] =>
    points.map(([x, y]) => [across.at(x), up.at(Math.max(y, lowest))]);

  return (
    head +
    legend(box, { validation: validation.length > 0, accuracy: accuracy.length > 0, reference }) +
    axes(plot, across, up, inEpochs ? "epoch" : "step", logarithmic ? "loss, logarithmic" : "loss") +
    (reference
      ? curve(
          toPixels([
            [0, reference.loss],
            [last, reference.loss],
          ]),
          ink,
          1.5,
        )
      : "") +
    curve(toPixels(raw), paleBlue, 1.2) +
    accuracyCurve(plot, across, accuracy) +
    curve(toPixels(smooth), blue, 2.2) +
    marked(toPixels(validation), orange)
  );
}

/** From 0 where that is near, logarithmic over more than two powers of ten; `lowest` can still be drawn. */
function lossScale(
  losses: readonly number[],
  plot: Box,
): { scale: Scale; lowest: number; logarithmic: boolean } {
  const range = [plot.y + plot.height, plot.y] as const;
  const positive = losses.filter((loss) => loss > 0);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const lowest = Math.min(...positive);
  if (low >= 0 && positive.length > 0 && spansDecades(lowest, high))
    return { scale: logScale([lowest, high], range), lowest, logarithmic: true };
  const bottom = Math.min(low, 0);
  // A loss that is 0 throughout, as of a single class, lies on the axis.
  const top = high === 0 && bottom === 0 ? 1 : high * 1.03;
  return { scale: linearScale([bottom, top], range), lowest: bottom, logarithmic: false };
}

function axes(plot: Box, across: Scale, up: Scale, xTitle: string, yTitle: string): string {
  const [right, bottom] = [plot.x + plot.width, plot.y + plot.height];
  const label = { size: 12, colour: muted } as const;
  const horizontal = up.ticks.map(
    ({ value, label: content }) =>
      line(plot.x, up.at(value), right, up.at(value), faint) +
      text(plot.x - 8, up.at(value) + 4, content, { ...label, anchor: "end" }),
  );
  const vertical = across.ticks
    .filter(({ label: content }) => content !== "")
    .map(
      ({ value, label: content }) =>
        line(across.at(value), bottom, across.at(value), bottom + 5, muted) +
        text(across.at(value), bottom + 20, content, { ...label, anchor: "middle" }),
    );
  return (
    horizontal.join("") +
    vertical.join("") +
    line(plot.x, bottom, right, bottom, muted) +
    text(plot.x + plot.width / 2, bottom + 40, xTitle, { ...label, anchor: "middle" }) +
    text(plot.x - 46, plot.y + plot.height / 2, yTitle, { ...label, anchor: "middle", turned: -90 })
  );
}

/** Validation accuracy on an axis of its own at the right, as wide as the measured values need. */
function accuracyCurve(plot: Box, across: Scale, points: readonly Point[]): string {
  if (points.length === 0) return "";
  const shares = points.map(([, y]) => y);
  const low = Math.max(0, Math.min(...shares) - Math.max(0.002, (1 - Math.min(...shares)) * 0.15));
  const scale = linearScale([low, 1], [plot.y + plot.height, plot.y], {
    label: (value, step) => `${(value * 100).toFixed(step < 0.00999 ? (step < 0.000999 ? 2 : 1) : 0)} %`,
  });
  const right = plot.x + plot.width;
  const labels = scale.ticks.map(({ value, label }) =>
    text(right + 8, scale.at(value) + 4, label, { size: 12, colour: green }),
  );
  return (
    labels.join("") +
    marked(
      points.map(([x, y]) => [across.at(x), scale.at(y)]),
      green,
    )
  );
}

/** A curve with a dot for each measurement, while these are few enough to be told apart. */
function marked(points: readonly Point[], colour: string): string {
  const dots = points.length <= 60 ? points.map((point) => dot(point, colour, 3)).join("") : "";
  return curve(points, colour, 2) + dots;
}

/** In the heading's line, from the right. */
function legend(
  box: Box,
  {
    validation,
    accuracy,
    reference,
  }: { validation: boolean; accuracy: boolean; reference?: { label: string } },
): string {
  const entries = [
    { label: "training, smoothed", colour: blue },
    { label: "training", colour: paleBlue },
    ...(validation ? [{ label: "validation", colour: orange }] : []),
    ...(accuracy ? [{ label: "validation accuracy", colour: green }] : []),
    ...(reference ? [{ label: reference.label, colour: ink }] : []),
  ];
  let x = box.x + box.width;
  const parts = entries.reverse().map(({ label, colour }) => {
    x -= textWidth(label, 12) + 4;
    const label_ = text(x, box.y + 15, label, { size: 12, colour: ink });
    x -= 28;
    const swatch = line(x, box.y + 11, x + 20, box.y + 11, colour, 3);
    x -= 14;
    return swatch + label_;
  });
  return parts.join("");
}

/** Means of neighbouring points, so that at most `mostPoints` are left. */
function thinned(points: readonly Point[]): Point[] {
  const size = Math.ceil(points.length / mostPoints);
  if (size <= 1) return [...points];
  const means: Point[] = [];
  for (let start = 0; start < points.length; start += size) {
    const group = points.slice(start, start + size);
    const mean = (axis: 0 | 1) => group.reduce((sum, point) => sum + point[axis], 0) / group.length;
    means.push([mean(0), mean(1)]);
  }
  return means;
}

/**
 * Each point becomes the mean of its neighbours, as many on either side, up to a fortieth of the curve: a mean over
 * the past alone would lag behind. The steep start has fewer of them; at the end only those before it are left, so
 * that the curve does not end in the last step's noise.
 */
function smoothed(points: readonly Point[]): Point[] {
  const widest = Math.floor(points.length / 40);
  return points.map(([x], i) => {
    const reach = Math.min(widest, i);
    const group = points.slice(i - reach, i + reach + 1);
    return [x, group.reduce((sum, [, y]) => sum + y, 0) / group.length];
  });
}

const finite = (points: readonly Point[]) => points.filter(([, y]) => Number.isFinite(y));

/** Epochs and steps are counted: no label for half of one, unless all there is lies within the first. */
const wholeLabel = (value: number, step: number) =>
  step >= 1 || Number.isInteger(value) ? Math.round(value).toLocaleString("en-US") : "";
