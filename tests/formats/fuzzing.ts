/** Reads damaged copies of a file, and notes what no user should see: internal errors, long waits, lost memory. */
import { RandomStream } from "../../src/random/threefry.js";
import type { Bytes } from "../checks/file-writers.js";
import { mutations } from "../checks/mutations.js";

/** A format of files: whole ones, how they are read, and what may be said of those that are damaged. */
export interface Subject {
  /** Files that are read without a word. */
  originals: readonly Uint8Array[];
  read: (bytes: Bytes) => Promise<unknown>;
  /** Errors that are meant for users. */
  errors: readonly (new (
    ...args: never[]
  ) => Error)[];
  /** Files that are well formed, and say what no program writes; a random one at each call. */
  strange?: (random: RandomStream) => Bytes;
  /** What errors call the file, if it is not x. */
  file?: RegExp;
}

export interface Outcome {
  files: number;
  refused: number;
  /** One line each, of the first ten. */
  faults: string[];
  /** Of the file that took longest, in seconds of the processor. */
  longest: number;
}

/** Seconds of the processor, memory that buffers may hold after a file, and by how far the peak may rise with it. */
const most = { seconds: 2, buffers: 64 * 2 ** 20, peak: 400 * 2 ** 20 };

/** What programs say to programmers. */
const internal =
  /undefined|\bNaN\b|is not a function|is not iterable|Cannot (read|convert|mix|destructure)|Invalid (array|typed array|string) length|outside the bounds|out of bounds|out of memory|Maximum call stack|allocation failed|\[object |Input buffer|offset is out|should be a multiple of/i;
const systemCode = /\bE[A-Z]{4,}: /;

/** Mutated bytes, and every other time a strange file where the subject has some. */
export async function fuzz(
  subject: Subject,
  { count, seed }: { count: number; seed: number },
): Promise<Outcome> {
  for (const original of subject.originals) await subject.read(new Uint8Array(original));
  const outcome: Outcome = { files: 0, refused: 0, faults: [], longest: 0 };
  for (const { bytes, what } of damaged(subject, count, seed)) {
    const fault = await readOne(subject, bytes, outcome);
    if (fault !== undefined && outcome.faults.length < 10) outcome.faults.push(`${what}: ${fault}`);
  }
  return outcome;
}

function* damaged({ originals, strange }: Subject, count: number, seed: number) {
  const sources = originals.map((original, i) => mutations(original, { count, seed: seed + i }));
  for (let i = 0; i < count; i++) {
    if (strange && i % 2 === 1) yield { bytes: strange(new RandomStream(seed, 1, i)), what: `strange ${i}` };
    else yield sources[Math.floor(i / 2) % sources.length].next().value!;
  }
}

async function readOne(
  { read, errors, file = /^x: / }: Subject,
  bytes: Bytes,
  outcome: Outcome,
): Promise<string | undefined> {
  outcome.files++;
  const before = { cpu: process.cpuUsage(), peak: process.resourceUsage().maxRSS * 1024 };
  const held = process.memoryUsage().arrayBuffers;
  let error: unknown;
  try {
    await read(bytes);
  } catch (thrown) {
    error = thrown;
    outcome.refused++;
  }
  const { user, system } = process.cpuUsage(before.cpu);
  const seconds = (user + system) / 1e6;
  outcome.longest = Math.max(outcome.longest, seconds);
  if (seconds > most.seconds) return `took ${seconds} s`;
  if (process.memoryUsage().arrayBuffers - held > most.buffers + 16 * bytes.length) return "holds memory";
  if (process.resourceUsage().maxRSS * 1024 - before.peak > most.peak) return "took memory";
  if (error === undefined) return undefined;
  if (!errors.includes((error as Error).constructor as never)) return `internal: ${(error as Error).stack}`;
  const { message } = error as Error;
  if (!file.test(message)) return `without its name: ${message}`;
  if (/\n/.test(message) || message.length > 1000) return `not one line: ${message}`;
  // What the file calls its own parts stands in quotation marks, or is a name such as "__proto__" which is no error.
  const ours = message.replace(/"[^"]*"/g, "");
  return internal.test(ours) || systemCode.test(ours) ? `internal text: ${message}` : undefined;
}
