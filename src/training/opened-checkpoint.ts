/** Checkpoints from their files, and into them: what is read is checked part by part before anything is made of it. */

import { writePlace } from "#platform";
import { optionsOf } from "../door/options.js";
import { said } from "../door/said.js";
import { declared, sentence } from "../formats/declared.js";
import { type FetchOptions, fetching } from "../formats/fetch-options.js";
import { PlaceError } from "../formats/fetched.js";
import { type FileSource, openSource } from "../formats/given-source.js";
import { parseJson } from "../formats/json.js";
import { refusal } from "../formats/refusal.js";
import { decodeSafetensors, type SafetensorsArray } from "../formats/safetensors.js";
import {
  type Checkpoint,
  encodeCheckpoint,
  formatName,
  lossesName,
  origins,
  places,
  printable,
} from "./checkpoint.js";
import * as declaration from "./checkpoint-declaration.js";
import type { Measured } from "./fit-events.js";
import { isModel } from "./given.js";
import type { Scores, Sums } from "./objective.js";
import { WeightsError } from "./weights-checks.js";

/**
 * A checkpoint from the bytes of its file.
 *
 * @param fileName  what error messages call the file
 * @throws SafetensorsError if the bytes are no safetensors file; WeightsError if it is not one of ours, or damaged:
 *     names the place, what is there and what was expected
 */
export function decodeCheckpoint(bytes: Uint8Array, fileName: string): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes, fileName);
  if (metadata.format !== formatName) throw new WeightsError(`${fileName}: ${otherFormat(metadata.format)}`);
  const fail = refusal(WeightsError, fileName);
  const damaged = (what: string): never => fail(`the checkpoint is damaged: ${what}`);
  const read = <Name extends keyof typeof declaration.parts>(name: Name) => {
    if (metadata[name] === undefined) return damaged(`${name} is missing`);
    const value = parseJson(metadata[name], name, damaged);
    return declared(declaration.parts[name], value, (fault) => damaged(sentence(name, fault)));
  };
  const below = (prefix: string): Map<string, SafetensorsArray> =>
    new Map(
      [...tensors].flatMap(([name, a]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), a]] : [])),
    );
  for (const [name, { data, dtype }] of tensors)
    if (!(data instanceof Float32Array)) damaged(`${name} has numbers of type ${dtype}, expected floats`);
  const weights = new Map([...tensors].filter(([name]) => !name.startsWith("training/")));
  origins.set(weights, fileName);
  const described = read("model");
  const input = metadata.example === undefined ? read("input") : read("example");
  const checkpoint: Checkpoint = { model: described, input, weights, data: read("data") };
  if (metadata.notes !== undefined) checkpoint.notes = read("notes");
  if (metadata.training !== undefined) {
    const { epochs, ...plain } = read("training");
    const losses = tensors.get(lossesName)?.data;
    if (!(losses instanceof Float32Array)) return damaged(`it has no ${lossesName}`);
    const [latest, average] = [below(places.latest), below(places.average)];
    checkpoint.training = {
      ...plain,
      sums: sumsOfAnyObjective(plain.sums),
      best: plain.best && withScores(plain.best),
      optimizerState: below(places.optimizer),
      ...(latest.size > 0 ? { latest } : {}),
      ...(average.size > 0 ? { average } : {}),
      history: {
        losses,
        epochs: epochs.map(({ validation, ...epoch }) => ({
          ...withScores(epoch),
          ...(validation ? { validation: withScores(validation) } : {}),
        })),
      },
    };
  }
  return printable(checkpoint);
}

/** Older files know pictures with classes alone: their sums by the names that they have now. */
function sumsOfAnyObjective(sums: Sums): Sums {
  const { loss, correct = 0, images } = sums;
  if (loss === undefined || images === undefined) return sums;
  return { "total loss": loss, "weight loss": images, correct, counted: images, examples: images };
}

/** What was measured, the accuracy of older files among the scores; what is no number in JSON is one again. */
function withScores<M extends Omit<Measured, "scores"> & { scores?: Scores }>(
  measured: M,
): M & { scores: Scores } {
  const { loss, losses, accuracy, scores = accuracy === undefined ? {} : { accuracy } } = measured;
  const numbers = (named: Scores): Scores =>
    Object.fromEntries(Object.entries(named).map(([name, value]) => [name, Number(value)]));
  return {
    ...measured,
    loss: Number(loss),
    ...(losses ? { losses: numbers(losses) } : {}),
    scores: numbers(scores),
  };
}

/** A version of ours that is not read here may be read by another version of Receptive. */
const otherFormat = (format: string | undefined): string =>
  format !== undefined && /^receptive checkpoint \d+$/.test(format)
    ? `is a "${format}", which this version of Receptive does not read (it reads "${formatName}")`
    : `is no checkpoint of Receptive (its format is ${JSON.stringify(format ?? "not given")}, expected "${formatName}")`;

/**
 * Writes a checkpoint to a file: whoever looks, at any time, finds the file as it was or as it is now, whole.
 *
 * @param place  in Node a path, or the URL of a file; in a page "opfs:NAME" or "indexeddb:NAME", which stay in the
 *     browser until the page's data are cleared, or "download:NAME", which the user gets
 * @throws WeightsError  one line: nothing can be written there
 * @throws TypeError     where one of both is something else, or they are the wrong way round
 */
export async function save(place: string | URL, checkpoint: Checkpoint | Promise<Checkpoint>): Promise<void> {
  const known = await checkpoint;
  checkSaved(place, known);
  await asWeightsError(() => writePlace(String(place), encodeCheckpoint(known)));
}

/**
 * Reads a checkpoint.
 *
 * @param source  in Node a path; an address (in a page also a relative one, "opfs:NAME" or "indexeddb:NAME"); a Blob, a
 *     File, a Response, or bytes
 * @param options  of an address: `signal`, how long its server is waited for, and how much it may send
 * @throws WeightsError or SafetensorsError, one line that names the file
 * @throws TypeError  where nothing can be read from the source
 */
export async function load(source: FileSource, options: FetchOptions = {}): Promise<Checkpoint> {
  optionsOf("load", options, fetching);
  if (isModel(source))
    throw new TypeError(
      `load: the source is a model, ${source.name}, expected a file; loadWeights(model, source) gives a model its weights`,
    );
  return asWeightsError(async () => {
    const file = await openSource("load", source, { ...options, what: "checkpoint" });
    return decodeCheckpoint(await file.read(0, file.size), file.name);
  });
}

function checkSaved(place: unknown, checkpoint: unknown): void {
  const isPlace = (value: unknown): boolean =>
    typeof value === "string" || Object.prototype.toString.call(value) === "[object URL]";
  if (!isPlace(place) || place === "") {
    if (isPlace(checkpoint)) {
      const second = isModel(place) ? "checkpointOf(model, …)" : "checkpoint";
      throw new TypeError(`save: the place comes first: save(${said(String(checkpoint))}, ${second})`);
    }
    throw new TypeError(
      `save: the place is ${isModel(place) ? `a model, ${place.name}` : said(place)}, expected a path, or in a page "download:NAME", "opfs:NAME" or "indexeddb:NAME"`,
    );
  }
  if (isModel(checkpoint))
    throw new TypeError(
      `save: ${checkpoint.name} is a model, expected a checkpoint of it: checkpointOf(model, { input, data })`,
    );
  const { model, weights } = (checkpoint ?? {}) as Partial<Checkpoint>;
  if (!model || Object.prototype.toString.call(weights) !== "[object Map]")
    throw new TypeError(
      `save: the checkpoint is ${said(checkpoint)}, expected what checkpointOf or fit's checkpoints give`,
    );
}

async function asWeightsError<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof PlaceError ? new WeightsError(error.message, { cause: error }) : error;
  }
}
