import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readSound } from "../../src/audio/index.js";

const file = (name: string) => new URL(name, import.meta.url);

/** How strongly a sound has this frequency, of 1 where it is nothing else. */
function shareOf(samples: Float32Array, hertz: number, rate: number): number {
  let [re, im, power] = [0, 0, 0];
  samples.forEach((value, i) => {
    re += value * Math.cos((2 * Math.PI * hertz * i) / rate);
    im += value * Math.sin((2 * Math.PI * hertz * i) / rate);
    power += value * value;
  });
  return (2 * (re * re + im * im)) / (samples.length * power);
}

describe("readSound", () => {
  // tone.flac was written by torchaudio, tone.mp3 by LAME: 440 Hz, at half and at 16000 / 32768 of the height.
  test.each([
    { name: "tone.flac", rate: 8000, samples: [2000, 2000], height: 0.5 },
    { name: "tone.mp3", rate: 16000, samples: [4800, 7000], height: 0.49 },
  ])("decodes $name", async ({ name, rate, samples, height }) => {
    const sound = await readSound(readFileSync(file(name)));
    expect([sound.rate, sound.channels.length]).toEqual([rate, 1]);
    const [wave] = sound.channels;
    expect(wave.length).toBeGreaterThanOrEqual(samples[0]);
    expect(wave.length).toBeLessThanOrEqual(samples[1]);
    const whole = wave.subarray(wave.length / 2 - 900, wave.length / 2 + 900);
    expect(shareOf(whole, 440, rate)).toBeGreaterThan(0.98);
    expect(Math.max(...whole)).toBeCloseTo(height, 1);
  });

  test.each([
    ["", "the bytes: is empty"],
    ["This is no sound", "the bytes: is no sound that is read: WAV, FLAC, MP3, Ogg, MP4, AIFF"],
    ["fLaC, but nothing else", "the bytes: the FLAC cannot be decoded: "],
  ])("says in a line what %o is", async (text, message) => {
    const error = await readSound(new TextEncoder().encode(text)).catch((e: unknown) => e as Error);
    expect(String(error)).toMatch(`SoundError: ${message}`);
    expect(String(error)).not.toContain("\n");
  });
  test("names a file that is not there", () =>
    expect(readSound("/nowhere/word.wav")).rejects.toThrow(
      "/nowhere/word.wav: there is no such file of sound",
    ));
});
