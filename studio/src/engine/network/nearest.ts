/** For filters of pictures the classic kernels that they are nearest to. */
import { classicKernels, nearestKernel } from "receptive/features";
import type { Nearest } from "./errands.js";
import type { Values } from "./protocol.js";

/** @param filters  kH×kW×C×F; of several channels their mean is compared, since a kernel has one */
export function nearestOf({ shape, data }: Values): Nearest[] | undefined {
  const [height, width, channels, filters] = shape;
  if (height !== width || height < 3) return undefined;
  const among = classicKernels(height);
  return Array.from({ length: filters }, (_, f) => {
    const matrix = Array.from({ length: height }, (_, i) =>
      Array.from({ length: width }, (_, j) => {
        let sum = 0;
        for (let c = 0; c < channels; c++) sum += data[((i * width + j) * channels + c) * filters + f];
        return sum / channels;
      }),
    );
    const { kernel, similarity, negative } = nearestKernel(matrix, among);
    return {
      name: kernel.name,
      similarity,
      isNegative: negative,
      kernel: Float32Array.from(kernel.matrix.flat()),
    };
  });
}

export const classicOf = (size: number): { name: string; kernel: Float32Array }[] =>
  classicKernels(size).map(({ name, matrix }) => ({ name, kernel: Float32Array.from(matrix.flat()) }));
