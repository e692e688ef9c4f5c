import { optionsOf } from "../../door/options.js";
import { fromOneOn } from "../../door/rules.js";
import { type Canvas, canvasOf, pixelsOf } from "../../explain/canvas.js";
import * as nn from "../../nn/index.js";
import { cast } from "../../ops/cast.js";
import { compile } from "../../tensor/compile.js";
import { numbersOf } from "../../tensor/compute.js";
import type { Tensor } from "../../tensor/tensor.js";

/**
 * The network that paints a picture anew in one go: two steps down, five residual blocks, two steps up, with instance
 * normalisation. Takes N×H×W×3, pixels of 0 to 255, H and W multiples of 4, and answers shares of 0 to 1.
 *
 * Johnson, Alahi, Fei-Fei: Perceptual Losses for Real-Time Style Transfer and Super-Resolution, arXiv:1603.08155, and
 * its supplement; instance normalisation: Ulyanov, Vedaldi, Lempitsky, arXiv:1607.08022; steps up by enlargement and
 * convolution: Odena, Dumoulin, Olah, Distill 2016.
 *
 * @param options.width  filters of the first convolution; the paper's are 32
 */
export function styleNetwork(options: { width?: number } = {}): nn.Model {
  const { width = 32 } = optionsOf("styleNetwork", options, { width: fromOneOn });
  // A border of zeros would be painted: a dark frame. The picture goes on beyond its edge instead, mirrored.
  const mirrored = (filters: number, kernel: number, stride = 1): nn.Layer[] => {
    const border = [(kernel - 1) / 2, (kernel - stride) / 2].map(Math.floor) as [number, number];
    return [
      nn.pad({ rows: border, columns: border, mode: "symmetric" }),
      nn.conv2d({ filters, kernel, stride, padding: "valid" }),
    ];
  };
  const conv = (filters: number, kernel: number, stride = 1): nn.Layer[] => [
    ...mirrored(filters, kernel, stride),
    nn.instanceNorm(),
  ];
  const up = (filters: number): nn.Layer[] => [nn.upsample2d({ factor: 2 }), ...conv(filters, 3), nn.relu()];
  const block = (k: number) =>
    nn.residual([...conv(4 * width, 3), nn.relu(), ...conv(4 * width, 3)], { name: `block${k}` });
  return nn.sequential(
    "style",
    nn.rescale({ name: "rescale" }),
    ...[...conv(width, 9), nn.relu()],
    ...[...conv(2 * width, 3, 2), nn.relu()],
    ...[...conv(4 * width, 3, 2), nn.relu()],
    ...[1, 2, 3, 4, 5].map(block),
    ...[...up(2 * width), ...up(width)],
    ...[...mirrored(3, 9), nn.sigmoid()],
  );
}

/**
 * A picture of any size, painted by a trained style network.
 *
 * @param image  1×H×W×3, pixels of 0 to 255
 * @returns      1×H×W×3, pixels of 0 to 255
 * @throws ExplainError if it is not one picture of three channels
 */
export async function stylise(network: nn.Model, image: Tensor): Promise<Tensor> {
  const canvas = await canvasOf("stylise", network, image);
  const grown = grownTo(canvas, 4);
  const run = compile((x: Tensor) => network(cast(x, "f32")));
  const shares = (await numbersOf(run(pixelsOf(grown)))) as Float32Array;
  const values = new Float32Array(canvas.values.length);
  const row = canvas.width * 3;
  for (let i = 0; i < canvas.height; i++) {
    const from = i * grown.width * 3;
    values.set(
      shares.subarray(from, from + row).map((v) => v * 255),
      i * row,
    );
  }
  return pixelsOf({ ...canvas, values });
}

/** With its last row and column repeated, until both are multiples. */
function grownTo(canvas: Canvas, multiple: number): Canvas {
  const [height, width] = [canvas.height, canvas.width].map((n) => Math.ceil(n / multiple) * multiple);
  const { channels } = canvas;
  const values = new Float32Array(height * width * channels);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++)
      for (let c = 0; c < channels; c++) {
        const [y, x] = [Math.min(i, canvas.height - 1), Math.min(j, canvas.width - 1)];
        values[(i * width + j) * channels + c] = canvas.values[(y * canvas.width + x) * channels + c];
      }
  return { ...canvas, height, width, values };
}
