import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import * as streams from "../src/random/streams.js";

/** The rooms of the house, each on a floor of its own: it may import from itself and from those below, types too. */
const floors = [
  "cli",
  "worker",
  "report",
  "openers",
  "recipes",
  "tasks",
  "explain",
  "images",
  "models",
  "training",
  "features",
  "audio",
  "data",
  "optim",
  "losses",
  "nn",
  "autodiff",
  "ops",
  "tensor",
  "compiler",
  "runtime",
  "targets",
  "kernels",
  "platform",
  "formats",
  "random",
  "formatting",
  "door",
];

/** What programs import is named here, of whatever room. */
const entries = ["index.ts", "public-data.ts"];

const root = resolve(import.meta.dirname, "../src");

const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
const textOf = (name: string): string => readFileSync(join(root, name), "utf8");
const codeOf = (name: string): string => textOf(name).replaceAll(/\/\*.*?\*\//gs, "");
const roomOf = (name: string): string => name.split("/")[0];

/** What a file says it imports: `./graph.js`, and whether only types of it. */
function importsOf(name: string): { from: string; isType: boolean; isLater?: boolean }[] {
  const text = textOf(name);
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?([^;"]*?)\bfrom\s+"([^"]+)";$/gms);
  const inside = text.matchAll(/\bimport\("([^"]+)"\)/g);
  return [
    ...[...statements].map(([, type, what, from]) => ({
      from,
      isType: type !== undefined || /^\{(\s*type\s+[^,}]+,?)+\s*\}\s*$/.test(what),
    })),
    ...[...inside].map(([, from]) => ({ from, isType: false, isLater: true })),
  ];
}

/** The files of ours that each imports. */
const graph = new Map(
  files.map((name) => [
    name,
    importsOf(name)
      .filter(({ from }) => from.startsWith("."))
      .map(({ from, ...how }) => ({
        to: relative(root, resolve(dirname(join(root, name)), from)).replace(/\.js$/, ".ts"),
        ...how,
      })),
  ]),
);

/** Those of which each leads to all others (Tarjan), without such of one. */
function circles(nodes: readonly string[], next: (node: string) => readonly string[]): string[][] {
  const [order, low] = [new Map<string, number>(), new Map<string, number>()];
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): void => {
    order.set(node, order.size);
    low.set(node, order.get(node)!);
    open.push(node);
    for (const to of next(node)) {
      if (!order.has(to)) visit(to);
      if (open.includes(to)) low.set(node, Math.min(low.get(node)!, low.get(to)!));
    }
    if (low.get(node) !== order.get(node)) return;
    const circle = open.splice(open.indexOf(node));
    if (circle.length > 1) found.push(circle.sort());
  };
  for (const node of nodes) if (!order.has(node)) visit(node);
  return found;
}

describe("the house", () => {
  test("every file is in a room, and every room has a floor", () => {
    const homeless = files.filter((name) => !floors.includes(roomOf(name)) && !entries.includes(name));
    expect(homeless).toEqual([]);
    expect(floors.filter((room) => !files.some((name) => roomOf(name) === room))).toEqual([]);
  });

  test.each(files)("%s imports only from its room and those below", (name) => {
    if (entries.includes(name)) return;
    const floor = floors.indexOf(roomOf(name));
    const upwards = graph
      .get(name)!
      .filter(({ to }) => floors.indexOf(roomOf(to)) < floor)
      .map(({ to }) => `${name} → ${to}`);
    expect(upwards).toEqual([]);
  });

  test("no file needs, through others, what itself gives", () => {
    const values = (name: string) =>
      (graph.get(name) ?? []).filter(({ isType }) => !isType).map(({ to }) => to);
    expect(circles(files, values)).toEqual([]);
    // What is loaded later may know the types of who loads it.
    const all = (name: string) =>
      (graph.get(name) ?? []).filter(({ isLater }) => !isLater).map(({ to }) => to);
    // A device takes storages, and a storage says on which device it lies: types alone.
    expect(circles(files, all)).toEqual([
      ["runtime/device.ts", "runtime/residents.ts", "runtime/storage.ts"],
    ]);
  });

  test("only the command line, reports, picture files and the Node platform know Node", () => {
    const knowing = files
      .filter((name) => importsOf(name).some(({ from }) => from.startsWith("node:")))
      .filter((name) => !/^(cli|report|images)\//.test(name) && !/^platform\/node/.test(name));
    expect(knowing).toEqual([]);
  });

  test("only the command line knows what a terminal is told by: commander, and the process's streams", () => {
    const knowing = files.filter(
      (name) =>
        roomOf(name) !== "cli" &&
        (importsOf(name).some(({ from }) => from === "commander") ||
          /\bprocess\.std|console\.log/.test(codeOf(name))),
    );
    // Progress bars are drawn by the report, on the stream that it is given, or stderr.
    expect(knowing.filter((name) => !/^report\/(colour|progress)\.ts$/.test(name))).toEqual([]);
  });
});

describe("random streams", () => {
  test("stand in one file: whoever draws takes its stream from there, or is given one", () => {
    const own = files
      .filter((name) => roomOf(name) !== "random")
      .filter((name) =>
        /new RandomStream\([^,()]+,\s*\d|new RandomStream\([^,()]+\)|threefry2x32\([^,]+,\s*\d/.test(
          textOf(name),
        ),
      );
    expect(own).toEqual([]);
  });

  test("are different ones within a run of training, and those of augmentations a whole epoch apart", () => {
    const { orderOfExamples, partsOfData, seedsOfSteps, orderOfStreams, sampledAnchors, sampledRegions } =
      streams;
    const ofRun = [
      orderOfExamples,
      partsOfData,
      seedsOfSteps,
      orderOfStreams,
      sampledAnchors,
      sampledRegions,
    ];
    const { shifts, affineMaps, flips, jitters, lights, covers, mixtures } = streams;
    const { partsOfFiles, changedSounds, tiles } = streams;
    const ofPictures = [
      shifts,
      affineMaps,
      flips,
      jitters,
      lights,
      covers,
      mixtures,
      partsOfFiles,
      changedSounds,
      tiles,
    ];
    const epochs = [0, 1, 2, 99];
    const all = [
      ...ofRun,
      ...epochs.flatMap((epoch) => ofPictures.map((one) => streams.ofEpoch(one, epoch))),
    ];
    expect(new Set(all).size).toBe(all.length);
    const {
      spectraOfNoise,
      shiftsOfMaximisation,
      beginningsOfMaximisation,
      beginningsOfFooling,
      generations,
      shiftsOfDreams,
      beginningsOfStyle,
      maskedSpectra,
      warpedSpectra,
      stringsOfWords,
      noises,
    } = streams;
    const ofMethods = [
      ...[spectraOfNoise, shiftsOfMaximisation, beginningsOfMaximisation, beginningsOfFooling],
      ...[generations, shiftsOfDreams, beginningsOfStyle],
      ...[maskedSpectra, warpedSpectra, stringsOfWords, noises],
    ];
    expect(new Set([...ofRun, ...ofMethods]).size).toBe(ofRun.length + ofMethods.length);
  });
});
