/** A thread that reads and decodes picture files: `dist/node/picture-thread.js` in the package. */
import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { HeldPictures } from "./held-pictures.js";
import type { FromPictureThread, ToPictureThread } from "./picture-threads.js";
import { type ReadFile, readContents, shown } from "./showing.js";

const { heldBytes } = workerData as { heldBytes: number };
const held = new HeldPictures(heldBytes);

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

function answer({ request, showing, files }: ToPictureThread): void {
  const pixels: Uint8Array[] = new Array(files.length);
  let left = files.length;
  let failed = false;
  for (const [i, asked] of files.entries())
    waiting.push(async () => {
      if (failed) return;
      try {
        pixels[i] = await shown(asked, showing, readNow, held);
        if (--left > 0) return;
        const all = joined(pixels);
        parentPort!.postMessage({ request, pixels: all } satisfies FromPictureThread, [all.buffer]);
      } catch (error) {
        failed = true;
        const { name, message } = error as Error;
        parentPort!.postMessage({ request, error: { name, message } } satisfies FromPictureThread);
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

parentPort!.on("message", (message: ToPictureThread) => {
  answer(message);
  while (working < atOnce && waiting.length > 0) void work();
});
