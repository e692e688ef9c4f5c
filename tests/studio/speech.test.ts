/** The room Speech: what the page shows is what the library hears in Node with the same recogniser. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeWav, resample } from "../../src/audio/index.js";
import { speech } from "../../src/tasks/index.js";
import { Endpoint } from "../../studio/src/rooms/speech/endpoint.js";
import { builtSite, missing, type Site } from "./built-site.js";
import { downloaded, headline } from "./training.js";
import { shellOf, weightOf, withImports } from "./weight.js";

/** As the room puts its example together: a voice of the test part, and silences. */
function said(digits: readonly string[], voice: number): { samples: Float32Array; rate: number } {
  const { recordings } = speech.spokenDigits().test!;
  const own = recordings.filter(({ speaker }) => speaker === `speaker ${voice}`);
  const [{ rate }] = recordings;
  const silence = new Float32Array(0.12 * rate);
  const parts = [
    silence,
    ...digits.flatMap((digit, i) => {
      const takes = own.filter(({ text }) => text === digit);
      return [takes[i % takes.length].samples, silence];
    }),
    silence,
  ];
  return { samples: Float32Array.from(parts.flatMap((part) => Array.from(part))), rate };
}

test("speech begins and ends by how loud it is, whatever the rate of the device", () => {
  for (const rate of [16_000, 44_100, 48_000]) {
    const endpoint = new Endpoint(rate);
    const told: boolean[] = [];
    let seconds = 0;
    // A second of hiss, half a second of a tone, and hiss again.
    for (let at = 0; at < 3 * rate; at += 1024) {
      const isTone = at > rate && at < 1.5 * rate;
      const block = Float32Array.from(
        { length: 1024 },
        (_, i) => (isTone ? 0.3 : 0.002) * Math.sin((at + i) * 0.3),
      );
      const utterance = endpoint.push(block);
      if (!utterance) continue;
      told.push(utterance.isDone);
      seconds = utterance.samples.length / utterance.rate;
    }
    expect(told.indexOf(true), `${rate}`).toBe(told.length - 1);
    expect(seconds, `${rate}`).toBeGreaterThan(1.3);
    expect(seconds, `${rate}`).toBeLessThan(1.6);
  }
});

describe.skipIf(missing)(`Speech ${missing}`, () => {
  let site: Site;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "speech-room-"));
    const { samples, rate } = said(["seven", "two"], 2);
    // Spoken into a microphone of 48 kHz, with silence before and behind, again and again.
    const spoken = resample(samples, rate, 48_000);
    const wave = new Float32Array(spoken.length + 2.5 * 48_000);
    wave.set(spoken, 48_000);
    await writeFile(join(folder, "microphone.wav"), encodeWav({ rate: 48_000, channels: [wave] }));
    site = await builtSite([`--use-file-for-fake-audio-capture=${join(folder, "microphone.wav")}`]);
  }, 120_000);
  afterAll(async () => {
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const heard = (page: Page, text: string) =>
    page.locator("h1", { hasText: `Heard: “${text}”` }).waitFor({ timeout: 60_000 });

  test("it learns in the tab, hears examples, files and the microphone as the library does, and lets go of the microphone", async () => {
    const { page, faults, go } = await site.open("#/speech");
    await page.evaluate(() => {
      const { mediaDevices } = navigator;
      const ask = mediaDevices.getUserMedia.bind(mediaDevices);
      mediaDevices.getUserMedia = async (wanted) => {
        const stream = await ask(wanted);
        (globalThis as unknown as { streams: MediaStream[] }).streams = [stream];
        return stream;
      };
    });
    await page.getByRole("button", { name: "Learn to hear digits" }).click();
    await page.locator("h1", { hasText: /^Epoch/ }).waitFor({ timeout: 60_000 });
    await heard(page, "three one four");
    expect(await page.locator(".under").textContent()).toMatch(
      /320 recordings.* (9\d\.\d|100\.0)\s% are heard/,
    );

    const path = await downloaded(page, "Save the recogniser", folder);
    const recogniser = await speech.load(path);
    const { samples, rate } = said(["three", "one", "four"], 1);
    const sight = await recogniser.look({ rate, channels: [samples] });
    const kept = speech.beam({ values: sight.scores, classes: recogniser.classes.length }, { most: 5 });
    const rows = await page.locator(".kept li").allTextContents();
    kept.forEach(({ labels, logProbability }, i) => {
      const text = labels.map((label) => recogniser.classes[label]).join(" ");
      if (i === 0) expect(rows[0]).toContain(text);
      expect(Number(/([\d.]+)\s%$/.exec(rows[i])![1])).toBeCloseTo(100 * Math.exp(logProbability), 0);
    });
    expect(sight.spectrum.shape).toEqual([1, expect.any(Number), 32, 1]);
    expect(sight.scores).toHaveLength(sight.frames * 11);
    expect((await recogniser.predict({ rate, channels: [samples] })).text).toBe("three one four");

    // Frame by frame by keyboard: the scores of one frame.
    const plane = page.getByRole("application", { name: /^Scores/ });
    await plane.focus();
    await page.keyboard.press("ArrowRight");
    for (let i = 0; i < 10; i++) await page.keyboard.press("ArrowRight");
    const frame = Array.from(sight.scores.subarray(110, 121), Math.exp);
    const best = frame.indexOf(Math.max(...frame));
    const says = await headline(page);
    expect(says).toContain(`: ${recogniser.classes[best] || "nothing"} `);
    expect(Number(/: \w+ >?\s?([\d.]+)/.exec(says)![1])).toBeCloseTo(100 * frame[best], 0);
    await page.keyboard.press("Escape");

    await page.getByRole("button", { name: "Filter 3", exact: true }).click();
    await page.waitForFunction(() => location.hash.includes("map=3"));
    await page.getByLabel("An example says").fill("nine zero");
    await page.keyboard.press("Enter");
    await heard(page, "nine zero");

    // Spoken: whole while the silence after it is not yet over, and within 300 ms of being asked.
    await page.getByRole("button", { name: "Speak" }).click();
    await heard(page, "seven two");
    expect(
      Number(/answered in (\d+) ms/.exec((await page.locator(".under").textContent())!)![1]),
    ).toBeLessThan(300);
    const isLive = () =>
      page.evaluate(
        () => (globalThis as unknown as { streams: MediaStream[] }).streams[0].getTracks()[0].readyState,
      );
    expect(await isLive()).toBe("live");
    await go("#/convolve/forward");
    expect(await isLive()).toBe("ended");
    await go("#/speech");

    const drop = (file: string) => page.locator('input[type="file"]').setInputFiles(file);
    const own = said(["six", "five"], 3);
    const wav = join(folder, "own.wav");
    const doubled = resample(own.samples, own.rate, 44_100);
    await writeFile(wav, encodeWav({ rate: 44_100, channels: [doubled, doubled] }));
    await drop(wav);
    await heard(page, "six five");
    const broken = join(folder, "broken.wav");
    await writeFile(broken, "RIFF....WAVE");
    await drop(broken);
    await page.locator(".failed", { hasText: "broken.wav" }).waitFor();
    await drop(path);
    await page.locator(".under", { hasText: /^Opened from speech/ }).waitFor();
    await page.getByLabel("An example says").fill("eight");
    await page.keyboard.press("Enter");
    await heard(page, "eight");

    for (const theme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await page.waitForTimeout(200);
      if (theme === "light") await page.evaluate(axe.source);
      const { violations } = await page.evaluate(() =>
        (globalThis as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ["violations"] }),
      );
      expect(violations.map(({ id, nodes }) => `${theme}: ${id} ${nodes[0].html.slice(0, 200)}`)).toEqual([]);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    await page.waitForTimeout(300);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(faults).toEqual([]);
    await page.context().close();
  }, 120_000);

  test("the room weighs at most 40 kB gzipped", () => {
    const room = withImports(site.folder, ["Speech"]);
    expect(weightOf(site.folder, room, shellOf(site.folder))).toBeLessThan(40);
  });
});
