/** The one picture at hand: what a hand draws, or one of the test pictures. */
import { engine } from "../engine/client.svelte.js";
import { drawnPicture, packed, type Stroke, unpacked } from "./drawing.js";
import { session } from "./session.svelte.js";

type Shape = readonly [height: number, width: number, channels: number];

class PictureAtHand {
  strokes = $state.raw<readonly Stroke[]>([]);
  /** As the network takes it, H×W×C of 0 to 255. */
  pixels = $state.raw<Uint8Array>(new Uint8Array(784));
  shape = $state.raw<Shape>([28, 28, 1]);
  /** Of a test picture its number and its class. */
  test = $state<number | undefined>();
  truth = $state<number | undefined>();
  #wanted: Uint8Array | undefined;
  #isSending = false;

  get isDrawn(): boolean {
    return this.test === undefined;
  }

  /** For a link: 523 letters of a drawn digit; nothing of other shapes. */
  get text(): string {
    return this.isDrawn && this.pixels.length === 784 && this.pixels.some((value) => value > 0)
      ? packed(this.pixels)
      : "";
  }

  /** A grey one, row by row, of 0 to 1. */
  get rows(): number[][] {
    const [height, width] = this.shape;
    return Array.from({ length: height }, (_, i) =>
      Array.from(this.pixels.subarray(i * width, (i + 1) * width), (value) => value / 255),
    );
  }

  draw(strokes: readonly Stroke[], shape: Shape, isCentred: boolean): void {
    const [height, width, channels] = shape;
    const grey = drawnPicture(strokes, { height, width, isCentred });
    this.strokes = strokes;
    this.#take(channels === 1 ? grey : repeated(grey, channels), shape);
  }

  /** From a link. @returns whether it was a picture */
  read(text: string): boolean {
    const pixels = unpacked(text);
    if (!pixels) return false;
    this.strokes = [];
    this.#take(pixels, [28, 28, 1]);
    return true;
  }

  /** Another picture, of a sheet of paper, say: it is drawn by hand as well. */
  take(pixels: Uint8Array, shape: Shape): void {
    this.strokes = [];
    this.#take(pixels, shape);
  }

  async takeTest(index: number, shape: Shape): Promise<void> {
    const { pixels, test, truth } = await engine.request("test", { index });
    this.strokes = [];
    this.#take(pixels, shape, test, truth);
  }

  #take(pixels: Uint8Array, shape: Shape, test?: number, truth?: number): void {
    this.pixels = pixels;
    this.shape = shape;
    this.test = test;
    this.truth = truth;
    this.#wanted = pixels;
    void this.#send();
  }

  /** While a line grows only the newest picture is sent. */
  async #send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      while (this.#wanted) {
        const pixels = this.#wanted;
        this.#wanted = undefined;
        await session.setPicture(pixels);
      }
    } catch {
      // A worker that was ended is asked again with the next picture.
    } finally {
      this.#isSending = false;
    }
  }
}

const repeated = (grey: Uint8Array, channels: number): Uint8Array => {
  const pixels = new Uint8Array(grey.length * channels);
  grey.forEach((value, at) => {
    pixels.fill(value, at * channels, (at + 1) * channels);
  });
  return pixels;
};

export const picture = new PictureAtHand();
