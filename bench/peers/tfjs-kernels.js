/** The filter gradient that TensorFlow.js' WebAssembly backend lacks, composed of operations that it has. */
import * as tf from "@tensorflow/tfjs";

export function registerMissingKernels() {
  tf.registerKernel({
    kernelName: "Conv2DBackpropFilter",
    backendName: "wasm",
    kernelFunc: ({ inputs: { x, dy }, attrs: { strides, pad, filterShape } }) =>
      tf.tidy(() => filterGradient(x, dy, filterShape, strides, pad)),
  });
}

/** Below so many filters a convolution is the faster of the two ways: 8 ms instead of 24 in LeNet-5. */
const fewFilters = 32;

function filterGradient(x, dy, filterShape, strides, pad) {
  const stride = typeof strides === "number" ? [strides, strides] : strides;
  const [top, bottom, left, right] = borders(x, dy, filterShape, pad, stride);
  const padded = tf.pad(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
  const isPlain = stride[0] === 1 && stride[1] === 1;
  return isPlain && filterShape[3] < fewFilters
    ? asConvolution(padded, dy)
    : asProduct(padded, dy, filterShape, stride);
}

/** For each place in the filter the pixels that it saw; all of them times the gradient of what came of them. */
function asProduct(x, dy, filterShape, [sy, sx]) {
  const [kernelHeight, kernelWidth, channels, filters] = filterShape;
  const [batch, height, width] = dy.shape;
  const pixels = batch * height * width;
  const rows = tf.transpose(x, [3, 0, 1, 2]);
  const seen = [];
  for (let i = 0; i < kernelHeight; i++)
    for (let j = 0; j < kernelWidth; j++) {
      const end = [channels, batch, i + (height - 1) * sy + 1, j + (width - 1) * sx + 1];
      const part =
        sy === 1 && sx === 1
          ? tf.slice(rows, [0, 0, i, j], [channels, batch, height, width])
          : tf.stridedSlice(rows, [0, 0, i, j], end, [1, 1, sy, sx]);
      seen.push(tf.reshape(part, [channels, pixels]));
    }
  return tf.reshape(tf.matMul(tf.concat(seen), tf.reshape(dy, [pixels, filters])), filterShape);
}

/** Channels as a batch, the batch as channels, and dy as the filter that slides over x. */
function asConvolution(x, dy) {
  const y = tf.conv2d(tf.transpose(x, [3, 1, 2, 0]), tf.transpose(dy, [1, 2, 0, 3]), 1, "valid");
  return tf.transpose(y, [1, 2, 0, 3]);
}

/** Zeros above, below, left and right of x, from what the convolution was given as padding. */
function borders(x, dy, filterShape, pad, strides) {
  return [0, 1].flatMap((d) => {
    const reach = (dy.shape[d + 1] - 1) * strides[d] + filterShape[d];
    const total = Math.max(0, reach - x.shape[d + 1]);
    const before = typeof pad === "number" ? Math.min(pad, reach) : Math.floor(total / 2);
    return [before, Math.max(0, total - before)];
  });
}
