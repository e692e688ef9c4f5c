import { describe, expect, test } from "vitest";
import { kernelOf } from "../../src/cli/kernel-option.js";
import { UsageError } from "../../src/door/usage-error.js";
import { features } from "../../src/index.js";

const { kernels, gaussian, laplacianOfGaussian, unsharpMask, motionBlur } = features;

describe("kernel names that people try", () => {
  test.each([
    ["laplacian", kernels.ridge4],
    ["Laplace", kernels.ridge4],
    ["edge", kernels.ridge8],
    ["edges", kernels.ridge8],
    ["edge-detect", kernels.ridge8],
    ["edge_detection", kernels.ridge8],
    ["outline", kernels.ridge8],
    ["emboss", kernels.emboss],
    ["Emboss", kernels.emboss],
    ["SHARPEN", kernels.sharpen],
    ["sharpening", kernels.sharpen],
    ["blur", gaussian({ sigma: 2 })],
    ["gauss", gaussian({ sigma: 2 })],
    ["gaussian", gaussian({ sigma: 2 })],
    ["gaussian-blur", gaussian({ sigma: 2 })],
    ["Gaussian blur", gaussian({ sigma: 2 })],
    ["gauss:sigma=1", gaussian({ sigma: 1 })],
    ["gaussian: sigma = 1", gaussian({ sigma: 1 })],
    ["gaussian-3", kernels.gaussian3],
    ["gaussian5x5", kernels.gaussian5],
    ["box-blur", kernels.boxBlur],
    ["box", kernels.boxBlur],
    ["mean", kernels.boxBlur],
    ["sobel-x", kernels.sobelX],
    ["sobel_y", kernels.sobelY],
    ["SobelX", kernels.sobelX],
    ["prewittx", kernels.prewittX],
    ["scharr-y", kernels.scharrY],
    ["LoG", laplacianOfGaussian({ sigma: 2 })],
    ["laplacian-of-gaussian:sigma=1", laplacianOfGaussian({ sigma: 1 })],
    ["unsharp-mask", unsharpMask({ sigma: 2 })],
    ["motion-blur:length=5", motionBlur({ length: 5 })],
    ["identity", kernels.identity],
  ])("%s", (name, matrix) => expect(kernelOf(name).matrix).toEqual(matrix));

  test.each([
    [
      "sobel",
      'there is no kernel "sobel"; did you mean "sobelX" or "sobelY"?; receptive filter --list shows all',
    ],
    [
      "scharr",
      'there is no kernel "scharr"; did you mean "scharrX" or "scharrY"?; receptive filter --list shows all',
    ],
    [
      "laplacain",
      'there is no kernel "laplacain"; did you mean "laplacian"?; receptive filter --list shows all',
    ],
    ["sharpn", 'there is no kernel "sharpn"; did you mean "sharpen"?; receptive filter --list shows all'],
    ["zzzzzz", 'there is no kernel "zzzzzz"; receptive filter --list shows all'],
    ["", 'there is no kernel ""; receptive filter --list shows all'],
    ["toString", 'there is no kernel "toString"; receptive filter --list shows all'],
    [
      "sharpen:amount=2",
      "--kernel sharpen:amount=2: sharpen is a table and has no settings, expected --kernel sharpen",
    ],
  ])("%s is none", (name, message) => expect(() => kernelOf(name)).toThrow(new UsageError(message)));
});
