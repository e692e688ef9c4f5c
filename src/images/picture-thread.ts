/** A thread that reads, decodes and changes pictures: `dist/node/picture-thread.js` in the package. */
import { readFileSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { decodePicture } from "#pictures";
import type { ChangeTask } from "../data/changed-pictures.js";
import type { FromPictureThread, ToPictureThread } from "../platform/node-picture-threads.js";
import { augmentBySteps } from "./augmenting.js";
import { HeldPictures } from "./held-pictures.js";
import { loadSharpLater } from "./sharp.js";
import { type ReadFile, readContents, type ShowTask, shown, type WholeTask } from "./showing.js";

let held: HeldPictures | undefined;
loadSharpLater();

/** Pictures at once: while sharp decodes one on a thread of its own, this one resizes another. */
const atOnce = 4;
const waiting: (() => Promise<void>)[] = [];
let working = 0;

/** At once, for a promise of a small file takes ten times as long as the file. What is wrong is told as everywhere. */
const readNow: ReadFile = (file) => {
  try {
    return readFileSync(file);
  } catch {
    return readContents(file);
  }
};

async function work(): Promise<void> {
  working++;
  for (let job = waiting.shift(); job; job = waiting.shift()) await job();
  working--;
}

const answer = (request: number, pixels: Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>): void =>
  parentPort!.postMessage({ request, pixels } satisfies FromPictureThread, [pixels.buffer]);

function failed(request: number, error: unknown): void {
  const { name, message } = error as Error;
  parentPort!.postMessage({ request, error: { name, message } } satisfies FromPictureThread);
}

function show(request: number, { showing, files, heldBytes }: ShowTask): void {
  held ??= new HeldPictures(heldBytes);
  const pixels: Uint8Array[] = new Array(files.length);
  let left = files.length;
  let isOver = false;
  for (const [i, asked] of files.entries())
    waiting.push(async () => {
      if (isOver) return;
      try {
        pixels[i] = await shown(asked, showing, readNow, held);
        if (--left === 0) answer(request, joined(pixels));
      } catch (error) {
        isOver = true;
        failed(request, error);
      }
    });
}

function whole(request: number, { file, reading }: WholeTask): void {
  waiting.push(async () => {
    try {
      const { width, height, channels, pixels } = await decodePicture(await readNow(file), file, reading);
      const size = new Uint8Array(Uint32Array.of(width, height, channels).buffer);
      answer(request, joined([size, pixels]));
    } catch (error) {
      failed(request, error);
    }
  });
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

async function change(request: number, { steps, pixels, into, batch }: ChangeTask): Promise<void> {
  try {
    into.set(pixels);
    await augmentBySteps(steps)(into, batch);
    answer(request, into as Float32Array<ArrayBuffer>);
  } catch (error) {
    failed(request, error);
  }
}

parentPort!.on("message", ({ request, task }: ToPictureThread) => {
  if (task.kind === "change") return void change(request, task as ChangeTask);
  if (task.kind === "whole") whole(request, task as WholeTask);
  else show(request, task as ShowTask);
  while (working < atOnce && waiting.length > 0) void work();
});
