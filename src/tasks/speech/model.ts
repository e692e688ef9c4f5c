import { optionsOf } from "../../door/options.js";
import { belowOne, fromOneOn, list, required } from "../../door/rules.js";
import * as nn from "../../nn/index.js";

/** A {@link speechNetwork} in numbers. */
export interface SpeechNetworkOptions {
  classes: number;
  /** Filters of each of the blocks, which halve the frequencies; [16, 32, 64, 96] if left out. */
  filters?: readonly number[];
  /** Share of the last features that a step of training leaves out; 0.3 if left out. */
  dropout?: number;
}

/**
 * The network that hears words: blocks of a convolution over time and frequency, batch normalisation, ReLU and pooling, and
 * of each map its mean and its greatest value.
 */
export function speechNetwork(given: SpeechNetworkOptions): nn.Model {
  const { classes, filters, dropout } = checked("speechNetwork", given);
  return nn.sequential(
    "words",
    ...filters.flatMap((count, i) => block(count, i + 1 < filters.length ? 2 : 1)),
    nn.globalAvgPool2d(),
    nn.dropout(dropout),
    nn.dense(classes, { name: "scores" }),
  );
}

/**
 * The network that hears words one after the other: the same blocks, of which the first halves time; then all frequencies
 * of a few frames become one column, and that the scores of the labels.
 *
 * @returns  of N×T×mels×1 scores N×⌊T / 2⌋×1×classes
 */
export function sequenceNetwork(given: SpeechNetworkOptions & { mels: number }): nn.Model {
  const { mels, ...rest } = optionsOf("sequenceNetwork", given, {
    mels: required(fromOneOn),
    classes: 1,
    filters: 1,
    dropout: 1,
  });
  const { classes, filters, dropout } = checked("sequenceNetwork", rest);
  const left = filters.reduce((rows) => rows >> 1, mels);
  return nn.sequential(
    "sequences",
    ...filters.flatMap((count, i) => block(count, i === 0 ? 2 : 1, 2)),
    nn.conv2d({
      filters: 128,
      kernel: [5, left],
      padding: [
        [2, 2],
        [0, 0],
      ],
      bias: false,
    }),
    nn.batchNorm(),
    nn.relu(),
    nn.dropout(dropout),
    nn.conv2d({ filters: classes, kernel: 1, name: "scores" }),
  );
}

const block = (filters: number, time: number, frequency = time): nn.Layer[] => [
  nn.conv2d({ filters, kernel: 3, padding: "same", bias: false }),
  nn.batchNorm(),
  nn.relu(),
  ...(time * frequency === 1 ? [] : [nn.maxPool2d([time, frequency])]),
];

function checked(speaker: string, given: SpeechNetworkOptions): Required<SpeechNetworkOptions> {
  const {
    classes,
    filters = [16, 32, 64, 96],
    dropout = 0.3,
  } = optionsOf(speaker, given, {
    classes: required(fromOneOn),
    filters: list("numbers of filters"),
    dropout: belowOne,
  });
  const wrong = filters.find((count) => !fromOneOn.holds(count));
  if (filters.length === 0 || wrong !== undefined)
    throw new RangeError(`${speaker}: filters are [${filters.join(", ")}], expected whole numbers from 1 on`);
  return { classes, filters, dropout };
}
