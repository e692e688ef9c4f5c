/** Who takes part, how each is started, and what to do where one is not there. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Command } from "./contender.js";
import { peersFolder } from "./installation.js";

export interface Entrant {
  /** As options and errors name it: pytorch. */
  readonly name: string;
  /** What tells entrants of one name apart. */
  readonly variant: string;
  /** Whether it is a measure of the machine rather than a contender. */
  readonly isPeak?: boolean;
  command(threads: number): Command;
}

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Ourselves on a target; without a name on whichever the engine takes. */
export const receptive = (target: string | undefined): Entrant => ({
  name: "receptive",
  variant: target ?? "",
  command: (threads) => ({
    program: process.execPath,
    arguments: [here("receptive.js"), String(threads)],
    environment: target ? { RECEPTIVE_TARGET: target } : {},
  }),
});

/** Ourselves without minimal filtering. */
export const directly = (target: string): Entrant => ({
  name: "receptive",
  variant: `${target}, directly`,
  command: (threads) => {
    const command = receptive(target).command(threads);
    return { ...command, environment: { ...command.environment, RECEPTIVE_DEBUG: "direct" } };
  },
});

/** What the machine reaches with a target's vectors. */
export const peakOf = (target: string): Entrant => ({
  name: "peak",
  variant: target,
  isPeak: true,
  command: (threads) => ({
    program: process.execPath,
    arguments: [here("peak.js"), String(threads), target],
  }),
});

/** A library that lies in the peers' package, and the scripts that let it take part. */
interface NodePeer {
  readonly packages: readonly string[];
  readonly script: string;
  readonly variants: readonly string[];
}

const nodePeers: { readonly [name: string]: NodePeer } = {
  "onnxruntime-node": {
    packages: ["onnxruntime-node", "onnx-proto"],
    script: "onnxruntime.js",
    variants: ["node"],
  },
  "onnxruntime-web": {
    packages: ["onnxruntime-web", "onnx-proto"],
    script: "onnxruntime.js",
    variants: ["web"],
  },
  tfjs: {
    packages: ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"],
    script: "tfjs.js",
    variants: ["wasm", "cpu"],
  },
  "jax-js": { packages: ["@jax-js/jax"], script: "jax.js", variants: ["wasm"] },
  convnetjs: { packages: ["convnetjs"], script: "convnet.js", variants: ["js"] },
};

export const peerNames: readonly string[] = ["pytorch", ...Object.keys(nodePeers)];

/** The entrants of a peer, or why there are none. */
export const peer = (name: string, folder = peersFolder): Entrant[] | string =>
  name === "pytorch" ? pytorch() : nodePeer(name, folder, nodePeers[name]);

function nodePeer(
  name: string,
  folder: string,
  { packages, script, variants }: NodePeer,
): Entrant[] | string {
  if (packages.some((wanted) => !existsSync(`${folder}node_modules/${wanted}`)))
    return `${name} is not measured: it is not installed; npm ci --prefix bench/peers installs it`;
  return variants.map((variant) => ({
    name,
    variant,
    command: (threads) => ({
      program: process.execPath,
      arguments: [`${folder}${script}`, String(threads), variant],
    }),
  }));
}

function pytorch(): Entrant[] | string {
  const asked = process.env.RECEPTIVE_BENCH_PYTHON;
  const pythons = asked ? [asked] : ["python3", "/usr/bin/python3"];
  const python = pythons.find(hasTorch);
  if (!python)
    return `pytorch is not measured: ${pythons.join(" and ")} cannot import torch and numpy; install them (Debian: python3-torch) or name a python that has them in RECEPTIVE_BENCH_PYTHON`;
  return ["channels_first", "channels_last"].map((format) => ({
    name: "pytorch",
    variant: format,
    command: (threads) => ({
      program: python,
      arguments: [`${peersFolder}pytorch.py`, String(threads), format],
      environment: pytorchEnvironment(threads),
    }),
  }));
}

/** Settings of the shell that would hold its libraries back are taken away. */
const pytorchEnvironment = (threads: number): Command["environment"] => ({
  OPENBLAS_CORETYPE: undefined,
  OMP_NUM_THREADS: String(threads),
  OPENBLAS_NUM_THREADS: String(threads),
});

function hasTorch(python: string): boolean {
  try {
    execFileSync(python, ["-c", "import torch, numpy"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
