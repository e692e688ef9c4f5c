import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { decodeNpy } from "../../src/formats/npy.js";
import { decodePicture } from "../../src/images/decode.js";
import { loadSharp } from "../../src/images/sharp.js";

vi.mock("../../src/images/sharp.js", { spy: true });

import colour from "./golden/formats/colour.json" with { type: "json" };
import grey from "./golden/formats/grey.json" with { type: "json" };

const folder = fileURLToPath(new URL("golden/formats/", import.meta.url));
const installed = await import("sharp").then(
  () => true,
  () => false,
);

/** What Pillow reads: N×H×W or N×H×W×3, in the order of the names. */
const pillow = async (sort: string) => decodeNpy(await readFile(`${folder}${sort}.npy`), sort);
const expected = { colour: await pillow("colour"), grey: await pillow("grey") };

/** Levels by which a file may differ from Pillow's: where colours are computed, the last step of rounding. */
const tolerance = (name: string): number =>
  /^(adobe|p3|wide|gamma)/.test(name) ? 2 : /opacity/.test(name) ? 1 : 0;

describe.each(["built-in decoders", "sharp"])("%s", (who) => {
  beforeAll(() => {
    if (who === "sharp") return;
    vi.mocked(loadSharp).mockReturnValue(undefined);
  });
  afterAll(() => void vi.mocked(loadSharp).mockReset());
  const all = [
    ...colour.map((name, i) => ({ name, sort: "colour" as const, i })),
    ...grey.map((name, i) => ({ name, sort: "grey" as const, i })),
  ];
  test.skipIf(who === "sharp" && !installed).each(all)(
    "$name has the pixels that Pillow reads",
    async ({ name, sort, i }) => {
      const picture = await decodePicture(await readFile(folder + name), name);
      const [, height, width] = expected[sort].shape;
      const channels = sort === "grey" ? 1 : 3;
      expect([picture.width, picture.height, picture.channels]).toEqual([width, height, channels]);
      const size = width * height * channels;
      const wanted = (expected[sort].data as Uint8Array).subarray(i * size, (i + 1) * size);
      const worst = wanted.reduce((most, value, k) => Math.max(most, Math.abs(value - picture.pixels[k])), 0);
      expect(worst).toBeLessThanOrEqual(tolerance(name));
    },
  );
});
