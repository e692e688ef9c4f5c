import { writeFileAtomic } from "#platform";
import { neededSharp } from "./encode.js";

/** Pictures of one size, one after the other, over and over: a GIF. */
export async function writeAnimation(
  path: string,
  frames: readonly Uint8Array[],
  { milliseconds, width }: { milliseconds: number; width: number },
): Promise<void> {
  const sharp = neededSharp(path);
  // The last one stays for a while.
  const delay = frames.map((_, i) => (i === frames.length - 1 ? 4 * milliseconds : milliseconds));
  const small = await Promise.all(
    frames.map((png) => sharp(Buffer.from(png)).resize({ width }).png().toBuffer()),
  );
  const gif = await sharp(small, { join: { animated: true } })
    .gif({ delay, loop: 0, dither: 0, colours: 64, interFrameMaxError: 4 })
    .toBuffer();
  await writeFileAtomic(path, new Uint8Array(gif));
}
