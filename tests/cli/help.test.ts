import { describe, expect, test } from "vitest";
import { helpWidth, wrapped } from "../../src/cli/help.js";
import { cells } from "../../src/report/columns.js";
import { isBuilt, receptive } from "./receptive.js";

describe("help fits the terminal", () => {
  test("a command goes on behind a backslash, its remark on a line of its own", () => {
    const line =
      "  $ receptive run lenet5 --weights w.safetensors --input x.npy --output y.npy   arrays in, numbers out";
    expect(wrapped(line, 60).split("\n")).toEqual([
      "  $ receptive run lenet5 --weights w.safetensors \\",
      "      --input x.npy --output y.npy",
      "      arrays in, numbers out",
    ]);
  });

  test("a list goes on below its own text, a sentence at the margin", () => {
    expect(wrapped("  saliency   how strongly each pixel moves the score", 40)).toBe(
      "  saliency   how strongly each pixel\n             moves the score",
    );
    expect(wrapped("Ctrl-C stops after the step at hand, and saves.", 30)).toBe(
      "Ctrl-C stops after the step at\nhand, and saves.",
    );
  });

  test("what fits stays as it is; a word that does not stays whole", () => {
    expect(wrapped("  $ receptive train\n", 40)).toBe("  $ receptive train\n");
    expect(wrapped("https://example.org/a/very/long/address", 20)).toBe(
      "https://example.org/a/very/long/address",
    );
  });

  test("as wide as the terminal, 80 cells where there is none", () => {
    expect(helpWidth({ isTTY: true, columns: 61 })).toBe(61);
    expect(helpWidth({ isTTY: false })).toBe(80);
  });

  test.skipIf(!isBuilt).each(["--help", "explain --help", "train --help", "style --help"])(
    "receptive %s has no line of more than 80 cells",
    async (line) => {
      const { code, stdout } = await receptive(line.split(" "), { folder: "." });
      expect(code).toBe(0);
      expect(stdout.split("\n").filter((text) => cells(text) > 80)).toEqual([]);
    },
    60_000,
  );
});
