import { describe, expect, test } from "vitest";
import { ArgumentError, choicesFrom, type Offer } from "../../bench/arguments.js";

const offer: Offer = {
  workloads: ["sgemm-512", "lenet5-train-128"],
  targets: ["native", "wasm"],
  peers: ["pytorch", "tfjs"],
  threads: 4,
  asked: undefined,
  own: "avx512",
};

test("without arguments: all workloads, ourselves, one thread and all", () => {
  expect(choicesFrom([], offer)).toEqual({
    mode: "compare",
    workloads: ["sgemm-512", "lenet5-train-128"],
    targets: ["avx512"],
    peers: [],
    threads: [1, 4],
    seconds: 4,
    rounds: 5,
    limitSeconds: 300,
    json: false,
    write: false,
    trace: null,
  });
});

test("beside peers both of our targets take part, unless one is named", () => {
  expect(choicesFrom(["--peers"], offer)).toMatchObject({ targets: ["native", "wasm"], peers: offer.peers });
  expect(choicesFrom(["--peer", "tfjs"], offer)).toMatchObject({
    targets: ["native", "wasm"],
    peers: ["tfjs"],
  });
  expect(choicesFrom(["--peers", "--target", "wasm"], offer).targets).toEqual(["wasm"]);
  expect(choicesFrom(["--peers"], { ...offer, asked: "native" }).targets).toEqual(["native"]);
});

test("a machine of one thread is measured once", () => {
  expect(choicesFrom([], { ...offer, threads: 1 }).threads).toEqual([1]);
  expect(choicesFrom(["--threads", "2", "--threads", "3"], offer).threads).toEqual([2, 3]);
});

test("a trace is of one run, by all threads unless asked otherwise", () => {
  expect(choicesFrom(["sgemm-512", "--trace", "run.json"], offer)).toMatchObject({
    ...{ mode: "trace", workloads: ["sgemm-512"], targets: ["avx512"], threads: [4], trace: "run.json" },
  });
  expect(choicesFrom(["sgemm-512", "--trace", "a", "--threads", "1"], offer).threads).toEqual([1]);
});

describe("what there is not", () => {
  test.each([
    [["resnet"], "there is no workload resnet; there are sgemm-512, lenet5-train-128"],
    [["--peer", "keras"], "there is no peer keras; there are pytorch, tfjs"],
    [["--target", "gpu"], "there is no target gpu; there are native, wasm"],
    [["--seconds", "soon"], "--seconds is soon, expected a number above 0"],
    [["--rounds", "1.5"], "--rounds is 1.5, expected a whole number above 0"],
    [["--threads", "0"], "--threads is 0, expected a whole number above 0"],
    [["--growth", "--start"], "--growth and --start are two runs"],
    [["--start", "--direct"], "--direct and --start are two runs"],
    [["--growth", "sgemm-512"], "--growth has workloads of its own; sgemm-512 is none of them"],
    [["--trace", "a.json"], "--trace is of one workload, got none"],
    [
      ["sgemm-512", "lenet5-train-128", "--trace", "a.json"],
      "--trace is of one workload, got sgemm-512 and lenet5-train-128",
    ],
    [["sgemm-512", "--trace", "a", "--growth"], "--growth and --trace are two runs"],
    [["sgemm-512", "--trace", "a", "--peers"], "--trace measures without --peers"],
    [["sgemm-512", "--trace", "a", "--write"], "--trace has no results for --write"],
    [
      ["sgemm-512", "--trace", "a", "--threads", "1", "--threads", "2"],
      "--trace is of one run: --threads once",
    ],
    [["--start", "--peers"], "--start measures without --peers"],
  ])("%j", (given, message) => {
    expect(() => choicesFrom(given, offer)).toThrow(new ArgumentError(message));
  });

  test("an unknown option", () => {
    expect(() => choicesFrom(["--fast"], offer)).toThrow(new ArgumentError("Unknown option '--fast'"));
  });
});
