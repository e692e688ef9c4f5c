/** `RECEPTIVE_SEED` looks at others; `RECEPTIVE_FUZZ="checkpoint; pth"` at some formats only. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { loadSharp } from "../../src/images/sharp.js";
import { fuzzSubjects } from "../formats/fuzz-subjects.js";
import { fuzz } from "../formats/fuzzing.js";
import { figure } from "./figures.js";

vi.mock("../../src/images/sharp.js", { spy: true });
vi.mocked(loadSharp).mockReturnValue(undefined);
const folder = await mkdtemp(join(tmpdir(), "receptive-fuzz-"));
vi.stubEnv("XDG_CACHE_HOME", folder);
vi.stubEnv("RECEPTIVE_DATA", ""); // the files that are there would be read in place of the damaged ones
afterAll(() => rm(folder, { recursive: true }));

const subjects = fuzzSubjects(folder);
const seed = Number(process.env.RECEPTIVE_SEED ?? Date.now() % 1_000_000);
const asked = process.env.RECEPTIVE_FUZZ?.split(/ *; */) ?? Object.keys(subjects);
const count = 10_000;

test("the seed", () => figure("seed", seed));

test.each(asked)("10,000 damaged files: %s", async (format) => {
  const { refused, faults, longest } = await fuzz(subjects[format], { count, seed });
  figure(
    format,
    `${faults.length === 0 ? "0" : `${faults.length} or more`} faults in ${count} files, ${refused} refused, ${(1000 * longest).toFixed(0)} ms at most`,
  );
  expect(faults).toEqual([]);
  expect(refused).toBeGreaterThan(count / 100); // they were read
});
