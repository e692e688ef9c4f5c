/** The library as JavaScript sees it, and a few things to call it with. */
import * as audio from "../../src/audio/index.js";
import * as receptive from "../../src/index.js";
import * as tasks from "../../src/tasks/index.js";
import { patterns } from "../training/patterns.js";

// biome-ignore lint/suspicious/noExplicitAny: calls that the types forbid
export const R = { ...receptive, audio, tasks } as any;

export const set = patterns(8);
export const model = R.nn.sequential(
  "net",
  R.nn.conv2d({ filters: 2, kernel: 3 }),
  R.nn.relu(),
  R.nn.flatten(),
  R.nn.dense(4),
);
model.build(set.shape, { seed: 1 });
export const image = R.zeros([1, ...set.shape]);
export const photo = { width: 32, height: 32, channels: 1, pixels: new Float32Array(1024) };
