/** Pictures of one's own, by class: files that were dropped and drawings, kept small. */
import { data } from "receptive";
import type { Parts } from "./data-sets.js";
import { isPicture, kindOf } from "./file-kinds.js";
import type { ClassChange, DataInfo, Taken } from "./protocol.js";

interface OwnClass {
  name: string;
  pictures: Uint8Array[];
}

/** More take more memory than a phone has. */
const mostPictures = 20_000;
const mostClasses = 200;
/** Sentences about files; the rest is counted. */
const mostRefusals = 6;

export class OwnPictures {
  classes: OwnClass[] = [];
  shape: DataInfo["shape"] = [28, 28, 1];
  #parts: Parts | undefined;
  /** What pictures were cut from, where it was a file. */
  readonly #files = new WeakMap<Uint8Array, Blob>();

  get count(): number {
    return this.classes.reduce((sum, { pictures }) => sum + pictures.length, 0);
  }

  /** Every fifth picture of a class is kept apart, and of few the last. */
  async parts(): Promise<Parts> {
    const filled = this.classes.filter(({ pictures }) => pictures.length > 0);
    if (filled.length < 2)
      throw new Error(
        filled.length === 0
          ? "There are no pictures of yours yet: drop a folder with one folder for each class."
          : `All pictures of yours are in one class, ${filled[0].name}: a network needs two to tell apart.`,
      );
    const lonely = filled.find(({ pictures }) => pictures.length < 2);
    if (lonely)
      throw new Error(
        `The class ${lonely.name} has one picture: it needs two, one to learn from and one to be tested on.`,
      );
    this.#parts ??= this.#made(filled);
    return this.#parts;
  }

  info(): DataInfo {
    const counts = this.classes.map(({ pictures }) => pictures.length);
    const test = counts.reduce((sum, n) => sum + apart(n), 0);
    const { shape, classes } = this;
    return {
      name: "mine",
      classes: classes.map(({ name }) => name),
      shape,
      train: this.count - test,
      test,
      counts,
    };
  }

  /** A picture's class is the folder it lies in, or the one that is named. */
  async take(
    files: readonly { path: string; file: Blob }[],
    {
      into,
      shape,
      onProgress,
    }: { into?: string; shape?: DataInfo["shape"]; onProgress?: (done: number) => void },
  ): Promise<Taken> {
    if (shape && this.count === 0) this.shape = shape;
    const refused: string[] = [];
    let [taken, more] = [0, 0];
    const refuse = (sentence: string) =>
      void (refused.length < mostRefusals ? refused.push(sentence) : more++);
    for (const [i, { path, file }] of (await withArchives(files, refuse)).entries()) {
      if (i % 50 === 49) onProgress?.(i + 1);
      const name = path.split("/").at(-1) ?? path;
      // What systems put into folders by themselves.
      if (/^(\.|__MACOSX|Thumbs\.db$|desktop\.ini$)/i.test(name) || path.includes("__MACOSX/")) continue;
      const folder = into ?? path.split("/").at(-2);
      const kind = await kindOf(file);
      if (!isPicture(kind)) {
        refuse(`${name} is ${kind}, not a picture. PNG, JPEG, WebP, GIF and AVIF can be read.`);
        continue;
      }
      if (folder === undefined) {
        refuse(`${name} lies in no folder: pictures get their class from the folder they lie in.`);
        continue;
      }
      if (this.count >= mostPictures) {
        refuse(`There are ${mostPictures} pictures, which is the most that is kept.`);
        break;
      }
      try {
        this.#into(folder).pictures.push(await this.#cut(file, this.shape));
        taken++;
      } catch (error) {
        refuse(sentenceOf(name, error));
      }
    }
    if (more > 0) refused.push(`${more} more could not be taken.`);
    if (taken > 0) this.#parts = undefined;
    return { data: this.count > 0 ? this.info() : undefined, taken, refused };
  }

  /** In the place of all that was here. */
  become({ shape, classes }: { shape: DataInfo["shape"]; classes: OwnClass[] }): void {
    this.shape = shape;
    this.classes = classes;
    this.#parts = undefined;
  }

  /** A picture of any size; the first says which size the others have. */
  async add(pixels: Uint8Array, shape: DataInfo["shape"], into: string): Promise<void> {
    if (this.count === 0) this.shape = shape;
    this.#into(into).pictures.push(await this.#reshaped(pixels, shape, this.shape));
    this.#parts = undefined;
  }

  /** All pictures in another size, from the files that they were cut from, where they were. */
  async reshape(shape: DataInfo["shape"], onProgress: (done: number) => void): Promise<void> {
    const classes: OwnClass[] = [];
    let done = 0;
    for (const { name, pictures } of this.classes) {
      const made: Uint8Array[] = [];
      for (const pixels of pictures) {
        made.push(await this.#reshaped(pixels, this.shape, shape));
        if (++done % 50 === 0) onProgress(done);
      }
      classes.push({ name, pictures: made });
    }
    this.become({ shape, classes });
  }

  async #reshaped(pixels: Uint8Array, from: DataInfo["shape"], to: DataInfo["shape"]): Promise<Uint8Array> {
    const file = this.#files.get(pixels);
    if (file) return this.#cut(file, to);
    if (from.join() === to.join()) return pixels;
    const { pngOf } = await import("./png.js");
    return this.#cut(await pngOf(pixels, from), to);
  }

  async #cut(
    file: Blob | Uint8Array<ArrayBuffer>,
    [height, width, channels]: DataInfo["shape"],
  ): Promise<Uint8Array> {
    const picture = await data.pictureFrom(file, {
      size: [height, width],
      channels: channels as 1 | 3,
      fit: "cover",
    });
    const pixels = (await picture.data()) as unknown as Uint8Array;
    if (file instanceof Blob) this.#files.set(pixels, file);
    return pixels;
  }

  change(change: ClassChange): void {
    this.#parts = undefined;
    if (change.kind === "clear") this.classes = [];
    else if (change.kind === "add") this.#into(change.name);
    else if (change.kind === "remove") this.classes = this.classes.filter(({ name }) => name !== change.name);
    else {
      const [from, to] = [change.name, change.to].map((name) =>
        this.classes.find((one) => one.name === name),
      );
      if (from && to && from !== to) {
        // Two of one name are one class.
        to.pictures.push(...from.pictures);
        this.classes = this.classes.filter((one) => one !== from);
      } else if (from) from.name = change.to;
    }
  }

  #into(name: string): OwnClass {
    const found = this.classes.find((one) => one.name === name);
    if (found) return found;
    if (this.classes.length >= mostClasses)
      throw new Error(`There are ${mostClasses} classes, which is the most that is kept.`);
    const made = { name, pictures: [] };
    this.classes.push(made);
    return made;
  }

  #made(filled: readonly OwnClass[]): Parts {
    const part = (split: string, isIn: (at: number, of: number) => boolean): data.Dataset => {
      // One of each class in turn: so that any beginning has all of them.
      const chosen = filled
        .flatMap(({ pictures }, label) =>
          pictures
            .filter((_, i) => isIn(i, pictures.length))
            .map((pixels, turn) => ({ pixels, label, turn })),
        )
        .sort((a, b) => a.turn - b.turn || a.label - b.label);
      const [h, w, c] = this.shape;
      const images = new Uint8Array(chosen.length * h * w * c);
      chosen.forEach(({ pixels }, i) => {
        images.set(pixels, i * h * w * c);
      });
      return {
        name: "mine",
        split,
        shape: [h, w, c],
        classes: filled.map(({ name }) => name),
        length: chosen.length,
        images,
        labels: Uint8Array.from(chosen, ({ label }) => label),
      };
    };
    const isApart = (at: number, of: number) => (of < 5 ? at === of - 1 : at % 5 === 4);
    return { train: part("train", (at, of) => !isApart(at, of)), test: part("test", isApart) };
  }
}

const apart = (n: number): number => (n < 2 ? 0 : n < 5 ? 1 : Math.floor(n / 5));

type Files = readonly { path: string; file: Blob }[];

/** Zip archives by what is in them. */
async function withArchives(files: Files, refuse: (sentence: string) => void): Promise<Files> {
  const found: { path: string; file: Blob }[] = [];
  for (const one of files) {
    if ((await kindOf(one.file)) !== "a zip archive") {
      found.push(one);
      continue;
    }
    const { unpacked } = await import("./archive.js");
    try {
      const entries = unpacked(new Uint8Array(await one.file.arrayBuffer()), one.path);
      for (const [path, bytes] of entries) found.push({ path, file: new Blob([bytes]) });
    } catch (error) {
      refuse((error as Error).message);
    }
  }
  return found;
}

/** What the library says, without its own name. */
const sentenceOf = (name: string, error: unknown): string => {
  const said = (error as Error).message.replace(/^data\.pictureFrom: /, "");
  return said.startsWith(name) ? `${said}.` : `${name}: ${said}.`;
};
