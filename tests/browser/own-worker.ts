/** A worker of somebody who has functions of their own. */
import { losses, mul, nn, relu } from "receptive";
import { serve } from "receptive/serve";

serve({
  losses: {
    scaled:
      ({ factor }: { factor: number }) =>
      (output, target) =>
        mul(losses.crossEntropy()(output, target), factor),
  },
  models: {
    small: ({ units }: { units: number }) => nn.sequential("small", nn.flatten(), nn.dense(units)),
  },
  layers: { twice: () => ({ type: "twice", forward: (x) => mul(relu(x), 2) }) },
  data: {
    stripes: ({ length }: { length: number }) => ({
      name: "stripes",
      split: "all",
      shape: [2, 2, 1],
      classes: ["across", "down"],
      length,
      images: Uint8Array.from({ length: 4 * length }, (_, i) => (((i >> 2) % 2 ? i : i >> 1) & 1 ? 255 : 0)),
      labels: Uint8Array.from({ length }, (_, i) => i % 2),
    }),
  },
});
