/** What can go to a worker: plain data, arrays of numbers, and what the host passes on (Blobs, bitmaps, file handles). */
import { kindOfArray, said } from "../door/said.js";
import { answeredSource, PlaceError, schemeOf } from "../formats/fetched.js";
import type { FileSource } from "../formats/given-source.js";
import { receivedError } from "./sent-errors.js";

export interface Crossing {
  readonly value: unknown;
  /** Buffers of ours that nobody needs here any more. */
  readonly transfer: object[];
}

/** What stands for an object that lives in the worker. */
export interface Remote {
  readonly remote: number;
}

/** Something of ours that the worker knows by a number. */
export abstract class Known {
  /** Not what a user sees of it. */
  readonly #id: number;

  constructor(id: number) {
    this.#id = id;
  }

  static idOf = (known: Known): Remote => ({ remote: known.#id });
}

const passedOn =
  /^(ArrayBuffer|SharedArrayBuffer|Blob|File|FileList|FileSystemFileHandle|FileSystemDirectoryHandle|ImageData|ImageBitmap|VideoFrame|OffscreenCanvas|Date|RegExp|BigInt)$/;

/**
 * The value as it crosses: a copy of its plain objects and lists. Of an array that is a part of a larger buffer only
 * this part goes over.
 *
 * @param place  what the value is called in errors
 * @param giveAway  whether buffers go over without a copy, and are empty here afterwards
 * @throws TypeError where it holds something that cannot cross: a function, or an object of a class
 */
export function crossing(
  speaker: string,
  place: string,
  value: unknown,
  { giveAway = false } = {},
): Crossing {
  const transfer = new Set<object>();
  const copied = (value: unknown, place: string): unknown => {
    if (typeof value === "function" || typeof value === "symbol") throw refused(speaker, place, value);
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof Known) return Known.idOf(value);
    if (Array.isArray(value)) return value.map((entry, i) => copied(entry, `${place}[${i}]`));
    if (ArrayBuffer.isView(value)) return ofBuffer(value, { giveAway, transfer });
    const kind = Object.prototype.toString.call(value).slice("[object ".length, -1);
    if (kind === "Map")
      return new Map(
        [...(value as Map<unknown, unknown>)].map(([key, entry]) => [key, copied(entry, `${place}: ${key}`)]),
      );
    if (passedOn.test(kind)) {
      if (giveAway && kind === "ArrayBuffer") transfer.add(value as ArrayBuffer);
      return value;
    }
    const proto = Object.getPrototypeOf(value);
    if (kind !== "Object" || (proto !== null && Object.getPrototypeOf(proto) !== null))
      throw refused(speaker, place, value);
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [
        key,
        copied(entry, place === "" ? key : `${place}.${key}`),
      ]),
    );
  };
  return { value: copied(value, place), transfer: [...transfer] };
}

/** Whole buffers go as they are; of a part a copy is made here, and given away. */
function ofBuffer(
  view: ArrayBufferView,
  { giveAway, transfer }: { giveAway: boolean; transfer: Set<object> },
): ArrayBufferView {
  const { buffer, byteOffset, byteLength } = view;
  if (!(buffer instanceof ArrayBuffer)) return view; // shared memory is shared
  if (byteLength === buffer.byteLength) {
    if (giveAway) transfer.add(buffer);
    return view;
  }
  const part = buffer.slice(byteOffset, byteOffset + byteLength);
  transfer.add(part);
  const Kind = globalThis[(kindOfArray(view) ?? "DataView") as "Uint8Array"];
  return new Kind(part);
}

const refused = (speaker: string, place: string, value: unknown): TypeError =>
  new TypeError(
    `${speaker}: ${place} is ${said(value)}, which cannot go to a worker: expected plain data, such as ${example(place)}`,
  );

const examples: { readonly [place: string]: string } = {
  loss: `"crossEntropy" or { name: "crossEntropy", smoothing: 0.1 }`,
  optimizer: `{ name: "sgd", lr: 0.05 }`,
  schedule: `{ name: "cosine", lr: 0.05, steps: 1000 }`,
  augment: `[{ name: "randomShift", pixels: 2 }]`,
  model: `"lenet5" or model.describe()`,
};

function example(place: string): string {
  const [option] = place.split(/[.[]/);
  if (option === "pictures") return "ImageData, a canvas, an image, a video frame, a Blob or bytes";
  const known = examples[option];
  return known
    ? `${known}; functions of yours stand in a worker of yours, by serve of receptive/serve`
    : "numbers, texts and lists";
}

/** A file as `load` takes it. Addresses count from the page, not from the worker's file. */
export async function crossingFile(speaker: string, source: FileSource, giveAway = false): Promise<Crossing> {
  const kind = Object.prototype.toString.call(source).slice("[object ".length, -1);
  if (kind === "URL") return { value: (source as URL).href, transfer: [] };
  if (kind === "Response") return { value: await answered(source as Response), transfer: [] };
  const page = globalThis.document?.baseURI;
  if (
    typeof source === "string" &&
    source.trim() !== "" &&
    page !== undefined &&
    schemeOf(source) === undefined
  )
    return { value: new URL(source, page).href, transfer: [] };
  return crossing(speaker, "the source", source, { giveAway });
}

/** What a server answered, as a file of its address, by which errors call it. */
async function answered(response: Response): Promise<File> {
  const name = response.url || "the Response";
  try {
    const { read, size } = await answeredSource(name, response);
    return new File([(await read(0, size)) as Uint8Array<ArrayBuffer>], name);
  } catch (error) {
    if (!(error instanceof PlaceError)) throw error;
    throw receivedError({ name: "WeightsError", message: error.message });
  }
}
