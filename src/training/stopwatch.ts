/** Time spent on training: it stands still while the caller, validation or a file has the turn. */
export class Stopwatch {
  #seconds: number;
  #shown: number;
  #begun: number | undefined;
  /** Steps of the last seconds, the oldest first. */
  readonly #recent: { seconds: number; images: number; waited: number }[] = [];
  #waited = 0;
  readonly #now: () => number;

  constructor({
    seconds = 0,
    shown = 0,
    now = () => performance.now(),
  }: { seconds?: number; shown?: number; now?: () => number } = {}) {
    this.#seconds = seconds;
    this.#shown = shown;
    this.#now = now;
  }

  start(): void {
    this.#begun ??= this.#now();
  }

  /** Of the step at hand: so many seconds went by until its data were there. */
  wait(seconds: number): void {
    this.#waited += seconds;
  }

  /** Counts a step of so many pictures. */
  lap(images: number): void {
    const before = this.#seconds;
    this.pause();
    this.start();
    this.#shown += images;
    this.#recent.push({ seconds: this.#seconds - before, images, waited: this.#waited });
    this.#waited = 0;
    let span = this.#recent.reduce((sum, { seconds }) => sum + seconds, 0);
    while (this.#recent.length > 1 && span - this.#recent[0].seconds >= recentSeconds)
      span -= this.#recent.shift()!.seconds;
  }

  pause(): void {
    if (this.#begun === undefined) return;
    this.#seconds += (this.#now() - this.#begun) / 1000;
    this.#begun = undefined;
  }

  get seconds(): number {
    return this.#seconds + (this.#begun === undefined ? 0 : (this.#now() - this.#begun) / 1000);
  }

  get shown(): number {
    return this.#shown;
  }

  #recently(what: "images" | "waited"): number {
    const seconds = this.#recent.reduce((sum, step) => sum + step.seconds, 0);
    return seconds > 0 ? this.#recent.reduce((sum, step) => sum + step[what], 0) / seconds : 0;
  }

  /** Over the last seconds. */
  get imagesPerSecond(): number {
    return this.#recently("images");
  }

  /** The share of the last seconds in which a step waited for its data, 0 to 1. */
  get waiting(): number {
    return Math.min(1, this.#recently("waited"));
  }

  /** Since the beginning. */
  get meanImagesPerSecond(): number {
    return this.seconds > 0 ? this.#shown / this.seconds : 0;
  }
}

/** Long enough to be steady, short enough to show that something else wants the cores. */
const recentSeconds = 3;
