import { beta } from "../random/beta.js";
import { mixtures, ofEpoch } from "../random/streams.js";
import { RandomStream } from "../random/threefry.js";
import type { Draw } from "./dataset.js";

/** Pictures are mixed in pairs, and their targets too. Zhang et al.: mixup, arXiv:1710.09412. */
export interface Mixup {
  /** Of the Beta distribution from which the share comes: 0.2 for ImageNet, 1 for CIFAR. */
  alpha: number;
}

/** What each picture of a batch was mixed with. */
export interface Mixed {
  /** B: the classes of the other pictures. */
  labels: Int32Array;
  /** How much of each picture is its own, at least a half. */
  share: number;
}

/**
 * Mixes each picture of a batch with another one of it, all in the same proportion:
 *
 *     x ← λ x + (1 − λ) x′,  and the loss is λ loss(y) + (1 − λ) loss(y′),  λ from Beta(alpha, alpha)
 *
 * Of λ and 1 − λ the greater is taken, which is the same pairs told the other way round. Seed, epoch and the first
 * picture of the batch decide all of it.
 *
 * Zhang, Cissé, Dauphin, Lopez-Paz: mixup: Beyond Empirical Risk Minimization, ICLR 2018, section 2.
 */
export function mixed(
  images: Float32Array,
  {
    alpha,
    draw: { seed, epoch },
    labels,
    indices,
  }: Mixup & { draw: Draw; labels: Int32Array; indices: Int32Array },
): Mixed {
  const random = new RandomStream(seed, ofEpoch(mixtures, epoch), indices[0]);
  const drawn = beta(random, alpha);
  const share = Math.max(drawn, 1 - drawn);
  const partners = random.permutation(labels.length);
  const size = images.length / labels.length;
  const originals = images.slice();
  partners.forEach((partner, i) => {
    for (let p = 0; p < size; p++)
      images[i * size + p] = share * originals[i * size + p] + (1 - share) * originals[partner * size + p];
  });
  return { labels: Int32Array.from(partners, (partner) => labels[partner]), share };
}
