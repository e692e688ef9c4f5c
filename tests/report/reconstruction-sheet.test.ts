import { expect, test } from "vitest";
import { type ReconstructionSheet, reconstructionSheetSvg } from "../../src/report/reconstruction-sheet.js";

const picture = { width: 28, height: 28, channels: 1, pixels: new Uint8Array(784).fill(99) } as const;

const sheet: ReconstructionSheet = {
  title: "autoencoder on MNIST",
  subtitle: "111,521 parameters",
  test: { error: 0.01234, count: 10_000 },
  rows: ["test pictures", "autoencoder", "PCA"].map((label) => ({
    label,
    pictures: Array.from({ length: 10 }, () => picture),
  })),
  training: {
    stepsPerEpoch: 100,
    steps: Array.from({ length: 200 }, (_, i) => ({ step: i + 1, loss: 0.1 / (1 + i) })),
    epochs: [{ epoch: 1, validation: { loss: 0.02 } }, { epoch: 2 }],
    reference: { label: "PCA of 32 numbers", loss: 0.0168 },
  },
};

test("the sheet of an autoencoder shows each picture three times, and the loss to beat", () => {
  const svg = reconstructionSheetSvg(sheet);
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, content]) => content);
  expect(texts).toEqual(
    expect.arrayContaining([
      "autoencoder on MNIST",
      "111,521 parameters",
      "0.0123",
      "mean squared error, 10,000 test pictures",
      "PCA of 32 numbers",
      "Pictures made again",
      "the first test picture of each class",
      "test pictures",
      "autoencoder",
      "PCA",
    ]),
  );
  expect(texts).not.toContain("validation accuracy");
  const places = [...svg.matchAll(/<image x="([\d.]+)" y="([\d.]+)"/g)].map(([, x, y]) => [+x, +y]);
  expect(places).toHaveLength(30);
  // Each stands right below what it was made from.
  expect(places.slice(10, 20).map(([x]) => x)).toEqual(places.slice(0, 10).map(([x]) => x));
  expect(places[10][1]).toBeGreaterThan(places[0][1]);
});

test("a line shows the loss to beat where it lies, and stays within the picture where it is out of reach", () => {
  const at = (loss: number) => {
    const reference = { label: "PCA", loss };
    const svg = reconstructionSheetSvg({ ...sheet, training: { ...sheet.training, reference } });
    const [, left, right] = /<polyline points="[\d.]+,([\d.]+) [\d.]+,([\d.]+)"/.exec(svg)!;
    expect(left).toBe(right);
    return Number(left);
  };
  expect(at(0.05)).toBeLessThan(at(0.01));
  expect(at(3)).toBeGreaterThan(148);
});
