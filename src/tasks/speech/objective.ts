import { specAugment } from "../../audio/spec-augment.js";
import { warpVoices } from "../../audio/warp.js";
import { crossEntropy } from "../../losses/cross-entropy.js";
import { partsOf } from "../../losses/loss.js";
import type { Model } from "../../nn/index.js";
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

/** What recognisers are trained for: the cross entropy of classes, or that words come in their order (CTC). */
export function speechObjective({ kind, frontEnd }: Hearing, changes?: SpectrumChanges): Objective {
  const spectra = (batch: BatchTensors, seed: Tensor | undefined): Tensor => {
    // Spectra that were computed before stand in the place of waves.
    let x = batch.spectra ?? heard(batch.waves, frontEnd);
    if (changes && seed) {
      const { rate, low, high, mels } = frontEnd;
      const { voices, masks } = changes;
      if (voices > 0) x = warpVoices(x, { seed, rate, low, high, spread: voices });
      if (masks > 0)
        x = specAugment(x, {
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
    return reshape(x, [...x.shape, 1]);
  };
  if (kind === "words")
    return {
      name: "words",
      inputs: ["waves"],
      classes: { field: "label" },
      best: { score: "accuracy", higher: true },
      cost(model, batch, mode) {
        const output = (model as Model)(spectra(batch, mode.training ? mode.seed : undefined), mode);
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
      const scores = (model as Model)(spectra(batch, mode.training ? mode.seed : undefined), mode);
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
