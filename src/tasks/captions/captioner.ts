/** A trained network with all that it needs to describe pictures: what a page or a server has of this task. */
import { DataError } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { signal as aSignal, callback, fromOneOn } from "../../door/rules.js";
import { said } from "../../door/said.js";
import type { FetchOptions } from "../../formats/fetch-options.js";
import type { FileSource } from "../../formats/given-source.js";
import type { Picture } from "../../images/picture.js";
import { readImage } from "../../images/read.js";
import type { AnyLayer } from "../../nn/index.js";
import { zeros } from "../../ops/fill.js";
import { gather } from "../../ops/gather.js";
import { reshape } from "../../ops/reshape.js";
import { logSoftmax } from "../../ops/softmax.js";
import { Turns } from "../../platform/turns.js";
import { compile } from "../../tensor/compile.js";
import { printedAs } from "../../tensor/printing.js";
import { Tensor } from "../../tensor/tensor.js";
import { type Checkpoint, checkpointOf, modelOf } from "../../training/checkpoint.js";
import { load as loadCheckpoint, save } from "../../training/opened-checkpoint.js";
import type { AnnotatedPicture } from "../annotations/annotated.js";
import { fittedPixels } from "../annotations/fitted.js";
import { keptNotes } from "../kept-notes.js";
import { shapeNames } from "../shapes/kinds.js";
import type { DrawnPicture } from "../shapes/pictures.js";
import { type Vocabulary, vocabulary as vocabularyFrom } from "../words/vocabulary.js";
import { type BleuScores, bleu } from "./bleu.js";
import { areShapes, type CaptionData, captionsOf, pictureOf, someCaptionData } from "./data.js";
import {
  begun,
  type CaptionDecoderOptions,
  type DecoderState,
  decoderWeights,
  wordsAfter,
} from "./decoder.js";
import { type CaptionNetwork, captionLayers } from "./model.js";
import { BeamSearch, type BeamSearchOptions, type Finished, searchRules } from "./search.js";
import { end, isOfCaptions, neverSaid, start } from "./sentences.js";

/** What {@link Captioner.predict} says of a picture. */
export interface Caption {
  /** "a red circle above a blue star" */
  readonly text: string;
  readonly words: readonly CaptionWord[];
  /** By which it was chosen: of "avg" the mean of ln p over its words and its end. */
  readonly score: number;
  /** ln of the probability of the whole caption, its end included. */
  readonly logProbability: number;
  /** Rows and columns of places, of which each stands for an equal part of the picture. */
  readonly grid: readonly [rows: number, columns: number];
}

/** A word of a {@link Caption}. */
export interface CaptionWord {
  readonly word: string;
  /** After the words before it, 0 to 1. */
  readonly probability: number;
  /** How much was looked at each place for it: rows×columns, which add up to 1. */
  readonly attention: Float32Array;
  /** The middle of the place that was looked at most, [y, x] in pixels of the picture. */
  readonly at: readonly [y: number, x: number];
}

/** How {@link Captioner.predict} searches. */
export type CaptionOptions = Pick<BeamSearchOptions, "beam" | "normalisation" | "alpha" | "longest">;

/** Batches of {@link Captioner.evaluate}, and whence its pictures come. */
export interface CaptionEvaluationOptions extends CaptionOptions {
  batchSize?: number;
  /** The pixels of an annotated picture; read from its `file` if left out. */
  read?: (picture: AnnotatedPicture) => Picture | Promise<Picture>;
  signal?: AbortSignal;
  /** Is told after each batch how many pictures are done. */
  onProgress?: (progress: { done: number; count: number }) => void;
}

/** How well pictures are described. */
export interface CaptionEvaluation {
  /** How many pictures were described, and how many were left out, for they have no captions. */
  readonly count: number;
  readonly skipped: number;
  /** BLEU-1 to BLEU-4, over the whole set. */
  readonly bleu: BleuScores;
  /** The share of pictures whose caption is, word for word, one of theirs. */
  readonly exact: number;
  /** Of shapes: where the network looked when it named them. */
  readonly attention?: NamedAttention;
  /** What was said of each picture, and what people say. */
  readonly captions: readonly DescribedPicture[];
}

/** A picture of a {@link CaptionEvaluation}. */
export interface DescribedPicture {
  /** Its place in what was given. */
  readonly place: number;
  readonly name: string;
  readonly text: string;
  readonly references: readonly string[];
  readonly isExact: boolean;
}

/**
 * Where the network looked when it named shapes. Of each caption the first noun is of the shape farthest left, and so on; nouns
 * beyond as many shapes as there are count, and are never inside.
 */
export interface NamedAttention {
  readonly nouns: number;
  /** The share of nouns for which the place that was looked at most has its middle in the box around the shape. */
  readonly inBox: number;
  /** The share for which that is a pixel of the shape itself. */
  readonly inShape: number;
}

const predictRules = searchRules;

/** What of a picture is computed at once. */
const atOnce = 16;

/** Describes pictures. Made by `captions.train` and `captions.load`. */
export class Captioner {
  readonly network: CaptionNetwork;
  readonly vocabulary: Vocabulary;
  /** [height, width] of what the network sees, in pixels; pictures are stretched to it. */
  readonly size: readonly [height: number, width: number];
  /** The longest caption that it was trained on, in words. */
  readonly longest: number;
  /** The name of what it was trained on. */
  readonly trainedOn: string;
  readonly #positions: boolean;
  readonly #begin = new Map<number, (images: Tensor) => Promise<Begun>>();
  readonly #step: (words: Tensor, parents: Tensor, state: DecoderState) => Promise<Stepped>;

  constructor(
    network: CaptionNetwork,
    sees: { vocabulary: Vocabulary; size: readonly [number, number]; longest: number },
    trainedOn: string,
  ) {
    this.network = network;
    this.vocabulary = sees.vocabulary;
    this.size = sees.size;
    this.longest = sees.longest;
    this.trainedOn = trainedOn;
    const decoder = network.nodes.find(({ name }) => name === "decoder")!.layer as AnyLayer;
    this.#positions = (decoder.options as CaptionDecoderOptions).positions ?? true;
    this.#step = compile((words: Tensor, parents: Tensor, { places, keys, hidden, cell }: DecoderState) => {
      const [n, k, units] = hidden.shape;
      // Of each sentence what was remembered of the one that it goes on from.
      const followed = (x: Tensor) => reshape(gather(reshape(x, [n * k, units]), parents), [n, k, units]);
      const { state, scores, attention } = wordsAfter(
        words,
        { places, keys, hidden: followed(hidden), cell: followed(cell) },
        decoderWeights(network),
      );
      return { hidden: state.hidden, cell: state.cell, logs: logSoftmax(scores), attention };
    });
    const [height, width] = sees.size;
    printedAs(
      this,
      () =>
        `captioner of ${sees.vocabulary.words.length - 2} words for pictures of ${height}×${width} pixels, trained on ${trainedOn}`,
      () => ({ words: sees.vocabulary.words, size: sees.size, longest: sees.longest, trainedOn }),
    );
  }

  /** What is remembered before the first word, of so many sentences of each picture. */
  #begun(sentences: number): (images: Tensor) => Promise<Begun> {
    const known = this.#begin.get(sentences);
    if (known) return known;
    const program = compile((images: Tensor) => {
      // What the decoder says of this one word nobody asks for, and so it is not computed.
      const { places } = this.network({ images, words: zeros([images.shape[0], 1]) });
      const [, rows, columns] = places.shape;
      const state = begun(places, decoderWeights(this.network), { positions: this.#positions, sentences });
      return { ...state, grid: zeros([rows, columns]) };
    }) as (images: Tensor) => Promise<Begun>;
    this.#begin.set(sentences, program);
    return program;
  }

  /**
   * What is to be said of a picture, or of several. A picture is a decoded one, or what `readImage` reads: in Node a path; a
   * Blob, a File, an address, or bytes.
   *
   *     const { text, words } = await captioner.predict("dog.jpg");
   *     words[1]; // { word: "dog", probability: 0.93, attention: Float32Array(256), at: [120, 84] }
   *
   * @throws PictureError where a file is no picture
   */
  predict(picture: Picture | FileSource, options?: CaptionOptions): Promise<Caption>;
  predict(pictures: readonly (Picture | FileSource)[], options?: CaptionOptions): Promise<Caption[]>;
  async predict(
    given: Picture | FileSource | readonly (Picture | FileSource)[],
    options: CaptionOptions = {},
  ): Promise<Caption | Caption[]> {
    const how = optionsOf("predict", options, predictRules);
    const list = Array.isArray(given) ? (given as readonly (Picture | FileSource)[]) : [given as Picture];
    const captions: Caption[] = [];
    for (let at = 0; at < list.length; at += atOnce) {
      const some = list.slice(at, at + atOnce);
      const pictures = await Promise.all(
        some.map((one) => (isPicture(one) ? one : readImage(one as FileSource))),
      );
      captions.push(...(await this.#described(pictures, how)));
    }
    return Array.isArray(given) ? captions : captions[0];
  }

  async #described(pictures: readonly Picture[], how: CaptionOptions): Promise<Caption[]> {
    const [height, width] = this.size;
    const { beam = 5, longest = this.longest } = how;
    const [count, length] = [pictures.length, height * width * 3];
    const images = new Uint8Array(count * length);
    for (const [n, picture] of pictures.entries())
      images.set(fittedPixels(picture, { size: this.size, fit: "stretch" }), n * length);
    const { grid, ...first } = await this.#begun(beam)(Tensor.from(images, [count, height, width, 3], "u8"));
    const cells = grid.shape as [number, number];
    const places = cells[0] * cells[1];
    const searches = pictures.map(
      () => new BeamSearch<Float32Array>({ ...how, beam, longest, end, never: neverSaid }),
    );
    let state: DecoderState = first;
    const turns = new Turns();
    while (searches.some(({ isDone }) => !isDone)) {
      const [words, parents] = [new Int32Array(count * beam).fill(start), new Int32Array(count * beam)];
      for (const [n, search] of searches.entries())
        for (let k = 0; k < beam; k++) {
          const open = search.isDone ? undefined : search.open[k];
          parents[n * beam + k] = n * beam + (open ? search.parents[k] : 0);
          words[n * beam + k] = open?.words.at(-1) ?? start;
        }
      const next = await this.#step(
        Tensor.from(words, [count, beam], "i32"),
        Tensor.from(parents, [count * beam], "i32"),
        state,
      );
      state = { places: state.places, keys: state.keys, hidden: next.hidden, cell: next.cell };
      const [logs, looked] = [await next.logs.data(), await next.attention.data()];
      const all = this.vocabulary.size;
      for (const [n, search] of searches.entries()) {
        if (search.isDone) continue;
        const from = n * beam;
        search.take(
          logs.subarray(from * all, (from + search.open.length) * all),
          (place) => Float32Array.from(looked.subarray((from + place) * places, (from + place + 1) * places)),
          all,
        );
      }
      await turns.give();
    }
    return searches.map((search, n) => this.#captionOf(search.finished[0], cells, pictures[n]));
  }

  #captionOf(
    { words, logs, seen, score, logProbability }: Finished<Float32Array>,
    grid: readonly [number, number],
    { height, width }: Picture,
  ): Caption {
    const [rows, columns] = grid;
    const said = words.map((number, i): CaptionWord => {
      const most = seen[i].reduce((best, value, place) => (value > seen[i][best] ? place : best), 0);
      const [row, column] = [Math.floor(most / columns), most % columns];
      return {
        word: this.vocabulary.wordOf(number),
        probability: Math.exp(logs[i]),
        attention: seen[i],
        at: [((row + 0.5) * height) / rows, ((column + 0.5) * width) / columns],
      };
    });
    return { text: said.map(({ word }) => word).join(" "), words: said, score, logProbability, grid };
  }

  /**
   * How well it describes pictures of which captions are known. What it says and what people say is compared as
   * `captionWords` cuts it.
   * @throws DataError where no picture has a caption
   */
  async evaluate(data: CaptionData, options: CaptionEvaluationOptions = {}): Promise<CaptionEvaluation> {
    checkArgument("evaluate", "what is given", data, someCaptionData);
    const {
      batchSize = atOnce,
      read,
      signal,
      onProgress,
      ...how
    } = optionsOf("evaluate", options, {
      ...predictRules,
      batchSize: fromOneOn,
      read: callback,
      signal: aSignal,
      onProgress: callback,
    });
    const references = captionsOf(data);
    const places = references.flatMap((own, place) => (own.length > 0 ? [place] : []));
    if (places.length === 0) throw new DataError(`${data.name}: has no captions`);
    const described: (DescribedPicture & { words: string[] })[] = [];
    const looks = new Looks();
    for (let at = 0; at < places.length; at += batchSize) {
      signal?.throwIfAborted();
      const some = places.slice(at, at + batchSize);
      const drawn = areShapes(data) ? some.map((place) => data.drawn(place)) : undefined;
      const pictures = drawn
        ? drawn.map(({ picture }) => picture)
        : await Promise.all(
            some.map((place) =>
              pictureOf("evaluate", (data as Exclude<CaptionData, { drawn: unknown }>).pictures[place], {
                name: data.name,
                read,
              }),
            ),
          );
      const captions = await this.#described(pictures, how);
      for (const [i, caption] of captions.entries()) {
        const place = some[i];
        const words = caption.words.map(({ word }) => word);
        if (drawn) looks.count(caption, drawn[i]);
        described.push({
          place,
          name: areShapes(data) ? String(place) : data.pictures[place].name,
          text: caption.text,
          references: references[place].map((own) => own.join(" ")),
          isExact: references[place].some((own) => own.join(" ") === caption.text),
          words,
        });
      }
      onProgress?.({ done: described.length, count: places.length });
    }
    const scores = bleu(
      described.map(({ words }) => words),
      places.map((place) => references[place]),
    );
    const exact = described.filter(({ isExact }) => isExact).length / described.length;
    return printedAs(
      {
        count: places.length,
        skipped: references.length - places.length,
        bleu: scores,
        exact,
        ...(areShapes(data) ? { attention: looks.shares } : {}),
        captions: described.map(({ words: _, ...one }) => one),
      },
      () =>
        `${places.length} pictures: BLEU ${scores.bleu.map((score) => score.toFixed(4)).join(" ")}, ${(100 * exact).toFixed(1)} % exactly right`,
    );
  }

  /** All of it as a checkpoint: the network, and in its notes its words and how large it sees pictures. */
  async checkpoint(): Promise<Checkpoint> {
    const checkpoint = await checkpointOf(this.network, {
      input: inputOf(this.size),
      data: { name: this.trainedOn, classes: [] },
    });
    return { ...checkpoint, notes: notesOf(this) };
  }

  /**
   * Writes it to a file, which `captions.load` reads.
   *
   * @param place  as of `save`: in Node a path
   * @throws WeightsError  one line: nothing can be written there
   */
  async save(place: string | URL): Promise<void> {
    await save(place, this.checkpoint());
  }
}

/** The program's results, on the device until they are asked for. */
type Begun = DecoderState & { readonly grid: Tensor };
type Stepped = Pick<DecoderState, "hidden" | "cell"> & { readonly logs: Tensor; readonly attention: Tensor };

const isPicture = (value: unknown): value is Picture =>
  typeof value === "object" && value !== null && "pixels" in value && "channels" in value;

/** Where nouns were looked for. */
class Looks {
  #nouns = 0;
  #inBox = 0;
  #inShape = 0;

  count({ words }: Caption, { objects, named, picture: { width } }: DrawnPicture): void {
    const nouns = words.filter(({ word }) => (shapeNames as readonly string[]).includes(word));
    for (const [i, { at }] of nouns.entries()) {
      this.#nouns++;
      if (i >= named.length) continue;
      const { box, mask } = objects[named[i]];
      const [y, x] = at.map(Math.floor);
      const [top, left, bottom, right] = box;
      if (y >= top && y < bottom && x >= left && x < right) this.#inBox++;
      if (mask()[y * width + x] === 1) this.#inShape++;
    }
  }

  get shares(): NamedAttention {
    const nouns = this.#nouns;
    return { nouns, inBox: this.#inBox / (nouns || 1), inShape: this.#inShape / (nouns || 1) };
  }
}

/** The shapes of one example; each length of caption is another program. */
export const inputOf = ([height, width]: readonly [number, number]) => ({
  images: [height, width, 3],
  words: [4],
});

export const notesOf = ({
  vocabulary,
  size,
  longest,
}: Pick<Captioner, "vocabulary" | "size" | "longest">) => ({
  task: "captions",
  size: [...size],
  longest,
  words: [...vocabulary.words],
});

/**
 * Reads a captioner from a file that `save` of one, or `receptive caption train`, has written.
 *
 * @param source  in Node a path; an address, a Blob, a File, a Response, or bytes
 * @throws WeightsError or SafetensorsError, one line that names the file
 */
export async function load(source: FileSource, options: FetchOptions = {}): Promise<Captioner> {
  return captionerOf(await loadCheckpoint(source, options));
}

/** The captioner of a checkpoint. @throws WeightsError where it is of something else */
export function captionerOf(checkpoint: Checkpoint): Captioner {
  const { data, input } = checkpoint;
  const { notes, damaged } = keptNotes<ReturnType<typeof notesOf>>(checkpoint, {
    task: "captions",
    what: "captioner of pictures",
    from: "captions.train and caption train",
  });
  const { size, longest, words } = notes;
  if (!Array.isArray(size) || size.length !== 2 || !size.every(fromOneOn.holds))
    throw damaged(`it sees ${said(size)}, expected [height, width]`);
  if (!fromOneOn.holds(longest)) throw damaged(`its longest caption is ${said(longest)} words`);
  if (!Array.isArray(words) || !words.every((word) => typeof word === "string") || !isOfCaptions(words))
    throw damaged(`its words are ${said(words)}, expected a list that begins with those of all captions`);
  if (new Set(words).size < words.length) throw damaged("a word is there twice");
  const images = (input as { images?: unknown } | null)?.images;
  if (String(images) !== String([...size, 3]))
    throw damaged(`it sees ${size.join("×")}×3, and its network takes ${said(images)}`);
  const network = modelOf<CaptionNetwork>(checkpoint, captionLayers);
  const known = vocabularyFrom(words);
  const scores = network.parameters.get("decoder.scoresBias")?.size;
  if (scores !== known.size)
    throw damaged(`it has ${words.length} words, and its network says ${said(scores)} numbers`);
  return new Captioner(
    network,
    { vocabulary: known, size: [size[0], size[1]], longest: longest as number },
    data.name,
  );
}
