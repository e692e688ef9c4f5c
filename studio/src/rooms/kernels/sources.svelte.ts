/** The picture of this room. All views show the same one; files and the camera stay on this computer. */
import type { Raster } from "receptive/features";
import { engine } from "../../engine/client.svelte.js";
import type { Rows } from "../../numbers/rows.js";
import { birdRows, letterRows, rasterOf, titles } from "./builtin.js";
import type { SourceName } from "./keys.js";
import { photographs } from "./photographs.js";

/** Longest edge in pixels at which pictures are looked at here. */
export const edge = 480;

export interface Shown extends Raster {
  /** By which questions speak of it. */
  readonly key: string;
  readonly title: string;
  /** Its pixels are numbers from 0, paper, to 1, ink. */
  readonly isInk: boolean;
}

type State =
  | { readonly kind: "ready" | "empty" | "off" }
  | { readonly kind: "reading" | "failed"; readonly text: string };

const frames = { width: 320, height: 240, perSecond: 20 } as const;

class Sources {
  shown = $state.raw<Shown | undefined>();
  state = $state.raw<State>({ kind: "ready" });
  /** Frames of the camera that were looked at in the last second. */
  frameRate = $state(0);
  isRunning = $state(false);
  #wanted = "";
  #files = 0;
  #mine: { key: string; title: string; raster: Raster } | undefined;
  #stream: MediaStream | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  get hasMine(): boolean {
    return this.#mine !== undefined;
  }

  /** Shows a picture by its name; the former one stays until it is there. */
  async show(name: SourceName, drawn?: Rows): Promise<void> {
    if (name !== "webcam") this.stopCamera();
    const key = drawn
      ? `drawn ${JSON.stringify(drawn)}`
      : name === "mine"
        ? (this.#mine?.key ?? "mine")
        : name;
    if (this.#wanted === key && this.state.kind !== "failed") return;
    this.#wanted = key;
    if (name === "webcam") {
      this.state = { kind: "off" };
      return this.startCamera();
    }
    if (name === "mine") {
      const mine = this.#mine;
      if (!mine) {
        this.state = { kind: "empty" };
        return;
      }
      this.#set({ ...mine.raster, key: mine.key, title: mine.title, isInk: false });
      return;
    }
    const isInk = name === "letter" || name === "birds";
    const from = isInk
      ? rasterOf(drawn ?? (name === "letter" ? letterRows : birdRows))
      : new URL(photographs[name as keyof typeof photographs], location.href).href;
    if (!isInk) this.state = { kind: "reading", text: `Reading ${titles[name]}` };
    try {
      const raster = await engine.give({ kind: "picture", name: key, from, edge });
      if (this.#wanted === key)
        this.#set({ ...raster, key, title: drawn ? "your drawing" : titles[name], isInk });
    } catch (error) {
      if (this.#wanted === key) this.state = { kind: "failed", text: (error as Error).message };
    }
  }

  /** A file that was chosen, dropped or pasted. @returns whether it is shown */
  async take(file: Blob, name: string): Promise<boolean> {
    const key = `mine ${++this.#files}`;
    const before = this.#wanted;
    this.#wanted = key;
    const size =
      file.size < 1e6
        ? `${Math.max(1, Math.round(file.size / 1e3))} kB`
        : `${(file.size / 1e6).toFixed(1)} MB`;
    this.state = { kind: "reading", text: `Reading ${name}, ${size}` };
    try {
      const raster = await engine.give({ kind: "picture", name: key, from: file, edge });
      if (this.#wanted !== key) return false;
      this.#mine = { key, title: name, raster };
      this.#set({ ...raster, key, title: name, isInk: false });
      return true;
    } catch (error) {
      if (this.#wanted !== key) return false;
      this.#wanted = before;
      this.state = { kind: "failed", text: whyNot(file, name, (error as Error).message) };
      return false;
    }
  }

  async startCamera(): Promise<void> {
    if (this.#stream) return;
    this.state = { kind: "reading", text: "Asking for the camera" };
    let stream: MediaStream;
    try {
      if (!navigator.mediaDevices)
        throw new Error("this page may not use it: only https and this computer may");
      stream = await navigator.mediaDevices.getUserMedia({
        video: { width: frames.width, height: frames.height, facingMode: "environment" },
      });
    } catch (error) {
      if (this.#wanted === "webcam")
        this.state = {
          kind: "failed",
          text: `There is no camera to look through: ${(error as Error).message}`,
        };
      return;
    }
    if (this.#wanted !== "webcam") return stopAll(stream);
    this.#stream = stream;
    this.isRunning = true;
    const video = document.createElement("video");
    video.srcObject = stream;
    video.muted = true;
    video.playsInline = true;
    await video.play();
    const canvas = new OffscreenCanvas(frames.width, frames.height);
    const context = canvas.getContext("2d", { willReadFrequently: true })!;
    let [frame, isBusy] = [0, false];
    const seen: number[] = [];
    this.#timer = setInterval(async () => {
      if (isBusy || this.#stream !== stream || video.readyState < 2) return;
      isBusy = true;
      try {
        context.drawImage(video, 0, 0, frames.width, frames.height);
        const { data } = context.getImageData(0, 0, frames.width, frames.height);
        const pixels = new Uint8Array(frames.width * frames.height * 3);
        for (let from = 0, to = 0; to < pixels.length; from += 4) {
          pixels[to++] = data[from];
          pixels[to++] = data[from + 1];
          pixels[to++] = data[from + 2];
        }
        const key = `webcam ${++frame}`;
        const raster = { width: frames.width, height: frames.height, channels: 3, pixels };
        await engine.give({ kind: "picture", name: key, from: raster, edge });
        if (this.#stream !== stream) return;
        this.#set({ ...raster, key, title: titles.webcam, isInk: false });
        const now = performance.now();
        seen.push(now);
        while (seen[0] < now - 1000) seen.shift();
        this.frameRate = seen.length;
      } catch (error) {
        this.state = { kind: "failed", text: (error as Error).message };
      } finally {
        isBusy = false;
      }
    }, 1000 / frames.perSecond);
  }

  /** The last frame stays. */
  stopCamera(): void {
    clearInterval(this.#timer);
    if (this.#stream) stopAll(this.#stream);
    this.#stream = undefined;
    this.isRunning = false;
    if (this.#wanted === "webcam") this.#wanted = "";
  }

  #set(shown: Shown): void {
    this.shown = shown;
    this.state = { kind: "ready" };
  }
}

const stopAll = (stream: MediaStream): void => {
  for (const track of stream.getTracks()) track.stop();
};

function whyNot(file: Blob, name: string, message: string): string {
  if (file.size === 0) return `${name} is empty.`;
  if (file.type.startsWith("text/"))
    return `${name} is text, not a picture. PNG, JPEG, WebP, GIF and AVIF can be read.`;
  if (/pixels, more than/.test(message)) return `${message}.`;
  return `${name} is no picture that this browser can read. PNG, JPEG, WebP, GIF and AVIF can be read.`;
}

export const sources = new Sources();
