import { describe, expect, test } from "vitest";
import { linearScale, logScale, roundStep, spansDecades } from "../../src/report/sheet/scales.js";
import { fittedText, text, textWidth } from "../../src/report/sheet/svg.js";
import { renderSheet, type SheetInput, sheetSvg } from "../../src/report/sheet.js";

const digits = [..."0123456789"];
const picture = { width: 28, height: 28, channels: 1, pixels: new Uint8Array(784).fill(99) } as const;

function input(changes: Partial<SheetInput> = {}): SheetInput {
  return {
    title: "LeNet-5 on MNIST",
    subtitle: "61,706 parameters",
    classes: digits,
    test: {
      accuracy: 0.98765,
      count: 10_000,
      confusion: digits.map((_, t) => digits.map((_, p) => (t === p ? 990 : t + p === 9 ? 10 : 0))),
      mistakes: [{ picture, truth: "4", read: "9", confidence: 0.97 }],
      mistakeCount: 123,
    },
    filters: {
      layer: "conv1",
      shape: [5, 5, 1, 6],
      values: Float32Array.from({ length: 150 }, (_, i) => Math.sin(i)),
    },
    training: {
      stepsPerEpoch: 100,
      steps: Array.from({ length: 300 }, (_, i) => ({ step: i + 1, loss: 2.3 / (1 + i / 20) })),
      epochs: [1, 2, 3].map((epoch) => ({
        epoch,
        validation: { loss: 0.3 / epoch, accuracy: 1 - 0.05 / epoch },
      })),
    },
    ...changes,
  };
}

/** Every text of the SVG, and the SVG without its embedded pictures, whose base64 may spell anything. */
function drawn(sheet: SheetInput) {
  const svg = sheetSvg(sheet).replace(/data:image\/png;base64,[^"]*/g, "");
  return { svg, texts: [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, content]) => content) };
}

test("the texts of a sheet", () => {
  const { texts } = drawn(input());
  expect(texts).toEqual(
    expect.arrayContaining([
      "LeNet-5 on MNIST",
      "61,706 parameters",
      "98.77 %",
      "test accuracy, 10,000 pictures",
      "Filters of conv1",
      "5×5×1×6",
      "Loss",
      "validation accuracy",
      "epoch",
      "Confusion matrix",
      "990",
      "Worst mistakes",
      "the surest of 123",
      "true 4 → read 9 (97 %)",
    ]),
  );
});

test("the PNG is 1400×1000", async () => {
  const png = await renderSheet(input());
  expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const view = new DataView(png.buffer, png.byteOffset);
  expect([view.getUint32(16), view.getUint32(20)]).toEqual([1400, 1000]);
  expect((await renderSheet(input())).length).toBe(png.length); // a second time, and the same
});

describe("unusual runs", () => {
  const many = Array.from({ length: 100 }, (_, i) => `a class with a long name ${i}`);
  const base = input();
  const cases: [string, Partial<SheetInput>][] = [
    ["one step", { training: { stepsPerEpoch: 1, steps: [{ step: 1, loss: 2.3 }], epochs: [{ epoch: 1 }] } }],
    ["no step", { training: { stepsPerEpoch: 1, steps: [], epochs: [] } }],
    [
      "one epoch with validation",
      {
        training: {
          ...base.training,
          steps: base.training.steps.slice(0, 100),
          epochs: base.training.epochs.slice(0, 1),
        },
      },
    ],
    [
      "a loss of zero",
      {
        training: {
          stepsPerEpoch: 2,
          steps: [
            { step: 1, loss: 0 },
            { step: 2, loss: 0 },
          ],
          epochs: [],
        },
      },
    ],
    [
      "losses over six decades, and zero",
      {
        training: {
          stepsPerEpoch: 9,
          steps: [3, 0.1, 1e-3, 1e-6, 0].map((loss, i) => ({ step: i + 1, loss })),
          epochs: [],
        },
      },
    ],
    [
      "a negative loss",
      {
        training: {
          stepsPerEpoch: 9,
          steps: [
            { step: 1, loss: 1 },
            { step: 2, loss: -4 },
          ],
          epochs: [],
        },
      },
    ],
    [
      "NaN and infinite losses",
      {
        training: {
          stepsPerEpoch: 9,
          steps: [1, Number.NaN, Number.POSITIVE_INFINITY].map((loss, i) => ({ step: i + 1, loss })),
          epochs: [{ epoch: 1, validation: { loss: Number.NaN, accuracy: Number.NaN } }],
        },
      },
    ],
    [
      "perfect validation",
      { training: { ...base.training, epochs: [{ epoch: 1, validation: { loss: 0, accuracy: 1 } }] } },
    ],
    [
      "50 epochs",
      {
        training: {
          stepsPerEpoch: 100,
          steps: Array.from({ length: 5000 }, (_, i) => ({ step: i + 1, loss: 2 / (i + 1) })),
          epochs: Array.from({ length: 50 }, (_, i) => ({
            epoch: i + 1,
            validation: { loss: 0.1, accuracy: 0.5 },
          })),
        },
      },
    ],
    [
      "filters that are all zero",
      { filters: { layer: "c", shape: [3, 3, 1, 1], values: new Float32Array(9) } },
    ],
    [
      "filters that are NaN",
      { filters: { layer: "c", shape: [3, 3, 3, 2], values: new Float32Array(54).fill(Number.NaN) } },
    ],
    [
      "RGB filters, more than fit",
      { filters: { layer: "c", shape: [7, 7, 3, 96], values: new Float32Array(7 * 7 * 3 * 96).fill(0.1) } },
    ],
    [
      "long filters of 16 channels",
      { filters: { layer: "c", shape: [1, 9, 16, 8], values: new Float32Array(9 * 16 * 8).fill(0.1) } },
    ],
    ["no filters", { filters: undefined }],
    [
      "a hundred classes",
      {
        classes: many,
        test: {
          ...base.test,
          confusion: many.map(() => many.map(() => 1)),
          mistakes: [{ picture, truth: many[1], read: many[99], confidence: 1 }],
        },
      },
    ],
    [
      "no picture tested",
      {
        test: {
          accuracy: Number.NaN,
          count: 0,
          confusion: digits.map(() => digits.map(() => 0)),
          mistakes: [],
        },
      },
    ],
  ];
  test.each(cases)("%s: no NaN, and it renders", async (_, changes) => {
    const { svg } = drawn(input(changes));
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect((await renderSheet(input(changes))).length).toBeGreaterThan(10_000);
  });

  test("no mistakes", () => {
    const { texts } = drawn(input({ test: { accuracy: 1, count: 10, mistakes: [] } }));
    expect(texts).toContain("Every test picture was read rightly.");
    expect(texts).not.toContain("Confusion matrix");
  });

  test("long class names are cut, the probability is not", () => {
    const mistakes = [{ picture, truth: many[1], read: many[99], confidence: 0.5 }];
    const { texts } = drawn(input({ test: { accuracy: 0.5, count: 2, mistakes } }));
    expect(texts.find((content) => content.startsWith("→ read"))).toMatch(/^→ read a class.*… \(50 %\)$/);
  });

  test("names are text, not markup", () => {
    expect(text(0, 0, 'a<b> & "c"\u0000')).toContain(">a&lt;b&gt; &amp; &quot;c&quot;\ufffd<");
  });
});

describe("scales", () => {
  const labels = (scale: { ticks: { label: string }[] }) => scale.ticks.map(({ label }) => label);
  test("round steps", () => expect([0.7, 1, 1.2, 3, 70].map(roundStep)).toEqual([1, 1, 2, 5, 100]));
  test("linear: ticks at round numbers, no -0 and no 0.30000000000000004", () => {
    expect(labels(linearScale([0, 0.5], [0, 1]))).toEqual(["0.0", "0.1", "0.2", "0.3", "0.4", "0.5"]);
    expect(labels(linearScale([-1, 1], [0, 1], { count: 4 }))).toEqual(["-1.0", "-0.5", "0.0", "0.5", "1.0"]);
    expect(labels(linearScale([0, 2500], [0, 1]))).toEqual(["0", "500", "1,000", "1,500", "2,000", "2,500"]);
  });
  test("linear: one value lies in the middle", () => expect(linearScale([3, 3], [0, 10]).at(3)).toBe(5));
  test("logarithmic: 1, 2, 5 over few decades, powers of ten over many", () => {
    expect(labels(logScale([0.04, 2], [0, 1]))).toEqual(["0.05", "0.1", "0.2", "0.5", "1", "2"]);
    expect(labels(logScale([1e-6, 10], [0, 1]))).toEqual(["1e-6", "1e-4", "0.01", "1"]);
    expect(logScale([0.01, 1], [0, 10]).at(0.1)).toBeCloseTo(5);
  });
  test("logarithmic from two decades on", () => {
    expect([spansDecades(0.01, 2), spansDecades(0.1, 2), spansDecades(0, 2)]).toEqual([true, false, false]);
  });
});

test("text is measured as the font sets it", () => {
  expect(textWidth("Loss", 100)).toBeCloseTo(56 + 61 + 52 + 52); // hmtx of DejaVu Sans
  expect(fittedText("Ankle boot", 40, 11)).toBe("Ankle…");
});
