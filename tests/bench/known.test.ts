import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { peer } from "../../bench/contenders/known.js";

afterEach(() => vi.unstubAllEnvs());

test("a peer that is not installed says how to get it", () => {
  const folder = `${mkdtempSync(join(tmpdir(), "receptive-peers-"))}/`;
  try {
    const missing = "tfjs is not measured: it is not installed; npm ci --prefix bench/peers installs it";
    expect(peer("tfjs", folder)).toBe(missing);
    mkdirSync(`${folder}node_modules/@tensorflow/tfjs`, { recursive: true });
    expect(peer("tfjs", folder)).toBe(missing);
    mkdirSync(`${folder}node_modules/@tensorflow/tfjs-backend-wasm`);
    const entrants = peer("tfjs", folder);
    expect(entrants).toMatchObject([
      { name: "tfjs", variant: "wasm" },
      { name: "tfjs", variant: "cpu" },
    ]);
    expect(typeof entrants !== "string" && entrants[0].command(2)).toEqual({
      program: process.execPath,
      arguments: [`${folder}tfjs.js`, "2", "wasm"],
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a python without torch says which was tried and how to name another", () => {
  vi.stubEnv("RECEPTIVE_BENCH_PYTHON", process.execPath);
  expect(peer("pytorch")).toBe(
    `pytorch is not measured: ${process.execPath} cannot import torch and numpy; install them (Debian: python3-torch) or name a python that has them in RECEPTIVE_BENCH_PYTHON`,
  );
});
