/** The camera, as long as pictures of classes are taken with it. */
const frames = { width: 320, height: 240, perSecond: 8 } as const;
/** What is held longer than this goes on to be taken in parts. */
const atOnce = 40;

interface Taken {
  readonly path: string;
  readonly file: Blob;
}

class Camera {
  stream = $state.raw<MediaStream>();
  /** Why there is none, in words. */
  trouble = $state("");
  /** The class whose button is held, and how many pictures that makes so far. */
  into = $state("");
  count = $state(0);
  #isWanted = false;
  #video: HTMLVideoElement | undefined;
  #number = 0;

  async start(): Promise<void> {
    this.#isWanted = true;
    this.trouble = "";
    try {
      if (!navigator.mediaDevices)
        throw new Error("this page may not use it: only https and this computer may");
      const stream = await navigator.mediaDevices.getUserMedia({
        video: { width: frames.width, height: frames.height, facingMode: "environment" },
      });
      if (!this.#isWanted) stopAll(stream);
      else this.stream = stream;
    } catch (error) {
      this.trouble = `There is no camera to look through: ${(error as Error).message}`;
    }
  }

  stop(): void {
    this.#isWanted = false;
    this.into = "";
    if (this.stream) stopAll(this.stream);
    this.stream = undefined;
  }

  shows(video: HTMLVideoElement): () => void {
    this.#video = video;
    video.srcObject = this.stream ?? null;
    return () => {
      this.#video = undefined;
    };
  }

  /** Takes pictures until it is released. @param give  takes them in, some at a time */
  async hold(into: string, give: (taken: readonly Taken[]) => Promise<void>): Promise<void> {
    if (this.into) return;
    this.into = into;
    this.count = 0;
    // The middle of what is seen: networks take squares.
    const edge = Math.min(frames.width, frames.height);
    const canvas = new OffscreenCanvas(edge, edge);
    const context = canvas.getContext("2d")!;
    let taken: Taken[] = [];
    while (this.into === into && this.stream) {
      const due = performance.now() + 1000 / frames.perSecond;
      const video = this.#video;
      if (video && video.readyState >= 2) {
        const { videoWidth: width, videoHeight: height } = video;
        const side = Math.min(width, height);
        context.drawImage(video, (width - side) / 2, (height - side) / 2, side, side, 0, 0, edge, edge);
        taken.push({ path: `camera ${++this.#number}.png`, file: await canvas.convertToBlob() });
        this.count++;
      }
      if (taken.length >= atOnce) {
        await give(taken);
        taken = [];
      }
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    }
    if (taken.length > 0) await give(taken);
  }

  release(): void {
    this.into = "";
  }
}

const stopAll = (stream: MediaStream): void => {
  for (const track of stream.getTracks()) track.stop();
};

export const camera = new Camera();
