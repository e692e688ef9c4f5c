import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { loadSharp } from "../../src/images/sharp.js";
import { fuzzSubjects } from "./fuzz-subjects.js";
import { fuzz } from "./fuzzing.js";

// Sharp, where it is there, is fuzzed in tests/images/damaged.test.ts.
vi.mock("../../src/images/sharp.js", { spy: true });
vi.mocked(loadSharp).mockReturnValue(undefined);
const folder = await mkdtemp(join(tmpdir(), "receptive-fuzz-"));
vi.stubEnv("XDG_CACHE_HOME", folder);
vi.stubEnv("RECEPTIVE_DATA", ""); // the files that are there would be read in place of the damaged ones
afterAll(() => rm(folder, { recursive: true }));

const subjects = fuzzSubjects(folder);

/** Where a file can be read in a fraction of a millisecond there are more of them. */
const counts: { readonly [format: string]: number } = {
  safetensors: 2000,
  "safetensors, whole": 2000,
  npy: 2000,
  pth: 2000,
  "pth before version 1.6": 2000,
  onnx: 2000,
};

test.each(Object.keys(subjects))(
  "damaged files are refused in one line of ours, or read: %s",
  async (format) => {
    const count = counts[format] ?? 400;
    const { files, refused, faults } = await fuzz(subjects[format], { count, seed: 7 });
    expect(faults).toEqual([]);
    expect(files).toBe(count);
    expect(refused).toBeGreaterThan(format in counts ? 500 : count / 20);
  },
);
