/** Learning rates over the steps of training. Steps are counted from 0. */

/** The learning rate of a step. Any function of this form will do. */
export type Schedule = (step: number) => number;

/** The same in every step. */
export const constant =
  (lr: number): Schedule =>
  () =>
    lr;

/** lr · factor^⌊step / every⌋ */
export const step =
  ({ lr, every, factor = 0.1 }: { lr: number; every: number; factor?: number }): Schedule =>
  (step) =>
    lr * factor ** Math.floor(step / every);

/**
 * Half a cosine wave from lr at step 0 down to `final` at step `steps` and from then on.
 * Loshchilov, Hutter: SGDR, ICLR 2017, arXiv:1608.03983, equation 5, without restarts.
 */
export const cosine =
  ({ lr, steps, final = 0 }: { lr: number; steps: number; final?: number }): Schedule =>
  (step) =>
    final + ((lr - final) * (1 + Math.cos(Math.PI * Math.min(1, step / steps)))) / 2;

/**
 * Rises in equal parts during the first `steps` steps, to where the schedule begins; it counts its own
 * steps from 0.
 * Goyal et al.: Accurate, Large Minibatch SGD, arXiv:1706.02677, section 2.2.
 */
export const warmUp =
  (schedule: Schedule, { steps }: { steps: number }): Schedule =>
  (step) =>
    step < steps ? (schedule(0) * (step + 1)) / (steps + 1) : schedule(step - steps);
