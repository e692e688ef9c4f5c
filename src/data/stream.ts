import { optionsOf } from "../door/options.js";
import { fromOneOn, recordOf, required, rule, wholeOfAtLeast } from "../door/rules.js";
import { said } from "../door/said.js";
import { orderOfStreams } from "../random/streams.js";
import { RandomStream } from "../random/threefry.js";
import type { TypedArray } from "../tensor/tensor.js";
import { DataError, type Draw } from "./dataset.js";
import { batchOf, type ExampleBatch } from "./example-batches.js";
import { checkFields, type Field, type Fields, printableFields } from "./examples.js";

/** One example: the numbers of each field, or a number where the field is a single one. */
export type Example<F extends Fields> = { readonly [K in keyof F]: TypedArray | number };

/** Where examples come from: anything that gives them one after the other. */
export type ExampleSource<F extends Fields> = AsyncIterable<Example<F>> | Iterable<Example<F>>;

/** Examples that come one after the other, and cannot be asked for by their place. */
export interface ExampleStream<F extends Fields = Fields> {
  readonly name: string;
  readonly fields: F;
  /** How many examples make an epoch. */
  readonly length: number;
  /** Whether an epoch can be had again, as whoever resumes a training needs it. */
  readonly replayable: boolean;
  /** The examples of an epoch, in the order in which they are shown. */
  epoch(draw: Draw): AsyncGenerator<Example<F>, void, void>;
  /** An epoch in batches; the next one is awaited while one is used. */
  batches(options: StreamBatchOptions): AsyncGenerator<ExampleBatch<F>, void, void>;
}

/** Fields, source and epochs of a {@link stream}. */
export interface StreamOptions<F extends Fields> {
  readonly fields: F;
  /**
   * Begins an epoch: a function that gives the same examples whenever it is given the same draw. Instead a generator or a
   * web stream that has begun already: the epochs follow one another in it, and it cannot be replayed.
   */
  readonly from: ((draw: Draw) => ExampleSource<F>) | ExampleSource<F>;
  /** How many examples make an epoch. */
  readonly length: number;
  /** So many examples wait in a buffer, and a random one of them is next; 0, as they come, if left out. */
  readonly shuffle?: number;
}

export const isStream = (data: unknown): data is ExampleStream =>
  typeof data === "object" && data !== null && "epoch" in data && "replayable" in data;

/**
 * A data set that is a stream: generators, web streams, what arrives over the network. Epochs have a stated length;
 * where a stream ends before, an error says so.
 *
 * @throws DataError, TypeError
 */
export function stream<const F extends Fields>(name: string, options: StreamOptions<F>): ExampleStream<F> {
  const {
    fields,
    from,
    length,
    shuffle = 0,
  } = optionsOf("stream", options, {
    fields: required(recordOf("{ field: { shape, dtype } }")),
    from: required(rule(sources, () => true)),
    length: required(fromOneOn),
    shuffle: wholeOfAtLeast(0),
  });
  checkFields("stream", name, fields);
  const open = typeof from === "function" ? from : undefined;
  const endless = open ? undefined : iteratorOf(name, from as ExampleSource<F>);

  const made: ExampleStream<F> = printableFields({
    name,
    fields,
    length,
    replayable: open !== undefined,
    batches: (options) => batchesOf(made, options),
    async *epoch(draw) {
      const source = endless ?? iteratorOf(name, open!(draw));
      const random = new RandomStream(draw.seed, orderOfStreams, draw.epoch);
      const waiting: Example<F>[] = [];
      let [read, isOver] = [0, false];
      try {
        for (let shown = 0; shown < length; shown++) {
          // No further than the epoch goes: what follows in the stream is another one's.
          while (!isOver && read < length && waiting.length < Math.max(1, shuffle)) {
            const next = await source.next();
            if (next.done) isOver = true;
            else {
              waiting.push(next.value);
              read++;
            }
          }
          if (waiting.length === 0)
            throw new DataError(
              `${name}: the stream ended after ${shown} examples of epoch ${draw.epoch + 1}, expected ${length} in an epoch`,
            );
          const at = shuffle > 0 ? random.integer(waiting.length) : 0;
          const chosen = waiting[at];
          waiting[at] = waiting[waiting.length - 1];
          waiting.pop();
          yield chosen;
        }
      } finally {
        if (open) await source.return?.();
      }
    },
  });
  return made;
}

const sources = "a generator, a web stream, or a function that gives one";

function iteratorOf<T>(name: string, source: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  const asynchronous = (source as AsyncIterable<T> | undefined)?.[Symbol.asyncIterator];
  const synchronous = (source as Iterable<T> | undefined)?.[Symbol.iterator];
  if (asynchronous) return asynchronous.call(source);
  if (synchronous) return synchronous.call(source);
  throw new TypeError(`stream: ${name} comes from ${said(source)}, expected ${sources}`);
}

/** Size and order of the batches of a stream. */
export interface StreamBatchOptions {
  readonly batchSize: number;
  readonly draw: Draw;
  readonly dropLast?: boolean;
  /** Begin with this batch, counted from 0. */
  readonly first?: number;
}

async function* batchesOf<F extends Fields>(
  stream: ExampleStream<F>,
  { batchSize, draw, dropLast = false, first = 0 }: StreamBatchOptions,
): AsyncGenerator<ExampleBatch<F>, void, void> {
  const examples = stream.epoch(draw);
  let isWaiting = false;
  const count = (dropLast ? Math.floor : Math.ceil)(stream.length / batchSize);
  let place = 0;
  const gather = async (): Promise<ExampleBatch<F>> => {
    const size = Math.min(batchSize, stream.length - place);
    const list: Example<F>[] = [];
    isWaiting = true;
    while (list.length < size) list.push((await examples.next()).value as Example<F>);
    isWaiting = false;
    const places = Int32Array.from(list, () => place++);
    return batchOf(stream, together(stream, list), places);
  };
  try {
    for (; place < first * batchSize; place++) await examples.next();
    let next = first < count ? gather() : undefined;
    for (let k = first; k < count; k++) {
      const batch = await next!;
      next = k + 1 < count ? gather() : undefined;
      next?.catch(() => {}); // whoever awaits it hears of it
      yield batch;
    }
  } finally {
    const closed = examples.return();
    await (isWaiting ? atMost(longestClosing, closed) : closed);
  }
}

/** Whoever leaves waits so long for a source that has been asked for more and says nothing; in ms. */
const longestClosing = 1000;

/** Ends when the work has, or after so many ms; what goes wrong later is nobody's business any more. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The fields of several examples, each in one array. */
function together<F extends Fields>(
  { name, fields }: ExampleStream<F>,
  list: readonly Example<F>[],
): { [K in keyof F]: TypedArray | TypedArray[] } {
  return Object.fromEntries(
    Object.entries(fields).map(([key, field]) => {
      const values = list.map((example) => numbersFrom(`${name}: an example`, key, field, example?.[key]));
      if (field.shape[0] === null) return [key, values];
      const size = (field.shape as readonly number[]).reduce((a, b) => a * b, 1);
      const whole = filled(field, list.length * size);
      values.forEach((array, i) => {
        if (array.length !== size)
          throw new DataError(`${name}: an example has ${array.length} values for ${key}, expected ${size}`);
        whole.set(array, i * size);
      });
      return [key, whole];
    }),
  ) as { [K in keyof F]: TypedArray | TypedArray[] };
}

/** @throws DataError where they are no numbers, or some that the field's dtype does not have */
function numbersFrom(of: string, key: string, field: Field, value: unknown): TypedArray {
  const given = typeof value === "number" ? [value] : value;
  const isList = Array.isArray(given) || (ArrayBuffer.isView(given) && !(given instanceof DataView));
  if (!isList) throw new DataError(`${of} has ${said(value)} for ${key}, expected numbers`);
  const numbers = Array.from(given as ArrayLike<number>, Number);
  const taken = filled(field, numbers.length);
  taken.set(numbers);
  const wrong = field.dtype === "f32" ? -1 : numbers.findIndex((n, i) => n !== taken[i]);
  if (wrong >= 0) throw new DataError(`${of} has ${numbers[wrong]} for ${key}, which is no ${field.dtype}`);
  return taken;
}

const filled = ({ dtype }: Field, length: number): TypedArray =>
  dtype === "f32"
    ? new Float32Array(length)
    : dtype === "i32"
      ? new Int32Array(length)
      : new Uint8Array(length);
