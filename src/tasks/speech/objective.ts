import { specAugment } from "../../audio/spec-augment.js";
import { warpVoices } from "../../audio/warp.js";
import { crossEntropy } from "../../losses/cross-entropy.js";
import { partsOf } from "../../losses/loss.js";
import type { Model } from "../../nn/index.js";
import type { Mode } from "../../nn/mode.js";
import { maximum } from "../../ops/arithmetic.js";
import { cast } from "../../ops/cast.js";
import { ctcLoss } from "../../ops/ctc-loss.js";
import { reshape } from "../../ops/reshape.js";
import { sum } from "../../ops/sum.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { BatchTensors, Objective } from "../../training/objective.js";
import { accuracyOf, readRightly } from "../../training/objectives/classification.js";
import { heard } from "./front-end.js";
import type { Hearing } from "./hearing.js";

/** How spectra are changed in training. */
export interface SpectrumChanges {
  /** Voices are stretched by factors of 1 − voices to 1 + voices. */
  readonly voices: number;
  /** Bands of frequencies, and as many stretches of time, that are hidden. */
  readonly masks: number;
}

/** Spectra as of other voices, with parts hidden. */
export function changedSpectra(
  x: Tensor,
  { kind, frontEnd: { rate, low, high, mels } }: Hearing,
  { voices, masks }: SpectrumChanges,
  seed: Tensor,
): Tensor {
  const warped = voices > 0 ? warpVoices(x, { seed, rate, low, high, spread: voices }) : x;
  if (masks === 0) return warped;
  return specAugment(warped, {
    seed,
    frequencyMasks: masks,
    frequencyWidth: mels / 5,
    timeMasks: masks,
    // Of sequences no whole word.
    timeWidth: kind === "words" ? 100 : 6,
    timeShare: 0.15,
    value: 0,
  });
}

/** What recognisers are trained for: the cross entropy of classes, or that words come in their order (CTC). */
export function speechObjective(hearing: Hearing, changes?: SpectrumChanges): Objective {
  const { kind, frontEnd } = hearing;
  const spectra = ({ waves }: BatchTensors, { training, seed }: Mode): Tensor => {
    const x = heard(waves, frontEnd);
    const seen = changes && training && seed ? changedSpectra(x, hearing, changes, seed) : x;
    return reshape(seen, [...seen.shape, 1]);
  };
  if (kind === "words")
    return {
      name: "words",
      inputs: ["waves"],
      classes: { field: "label" },
      best: { score: "accuracy", higher: true },
      cost(model, batch, mode) {
        const output = (model as Model)(spectra(batch, mode), mode);
        return {
          losses: { loss: partsOf(crossEntropy(), output, batch.label) },
          output,
          sums: readRightly(output, batch.label, undefined),
        };
      },
      scores: accuracyOf,
    };
  return {
    name: "sequences",
    inputs: ["waves"],
    cost(model, batch, mode) {
      const scores = (model as Model)(spectra(batch, mode), mode);
      const [n, frames, , classes] = scores.shape;
      const { frames: counted, lengths, labels } = batch;
      const costs = ctcLoss(reshape(scores, [n, frames, classes]), labels, {
        frames: counted,
        lengths,
        // Speech so fast that it has fewer frames than labels teaches nothing.
        impossible: "zero",
      });
      return { losses: { loss: { total: sum(costs), weight: sum(cast(maximum(lengths, 1), "f32")) } } };
    },
  };
}
