import { optionsOf } from "../door/options.js";
import * as nn from "../nn/index.js";

/**
 * A convolutional autoencoder for digits, N×28×28×1, pixels 0 to 255: what it makes of a picture is the picture
 * again, 0 to 1, from a code of `code` numbers. It is trained by the difference between the two.
 * After Masci, Meier, Cireşan, Schmidhuber: Stacked Convolutional Auto-Encoders for Hierarchical Feature Extraction,
 * ICANN 2011; strides in the place of its pools, transposed convolutions to come back.
 */
export function autoencoder(given: { code?: number } = {}): nn.Model {
  const { code = 32 } = optionsOf("autoencoder", given, { code: 1 });
  const halved = (filters: number) => [
    nn.conv2d({ filters, kernel: 3, stride: 2, padding: "same" }),
    nn.relu(),
  ];
  const doubled = (filters: number) => nn.conv2dTranspose({ filters, kernel: 3, stride: 2, padding: "same" });
  return nn.sequential(
    "autoencoder",
    nn.rescale({ name: "rescale" }),
    ...[...halved(16), ...halved(32), nn.flatten()],
    nn.dense(code, { name: "code" }),
    ...[nn.dense(7 * 7 * 32), nn.relu(), nn.unflatten([7, 7, 32])],
    ...[doubled(16), nn.relu(), doubled(1), nn.sigmoid()],
  );
}
