/** The engine's worker: the library, and nothing that is drawn. */
import { configure } from "receptive";
import type { ErrandAsked } from "./network/errands.js";
import type { PaintAsked } from "./network/painting.js";
import type { AskKind, Asks, Credit, NetworkAsked, Rules } from "./network/protocol.js";
import type { Trainer } from "./network/trainer.js";
import type { Asked, Told } from "./protocol.js";
import type { TaskAsked } from "./tasks/protocol.js";

// Small questions: threads would be started for nothing. A network is another matter.
configure({ threads: 1 });

let trainer: Promise<Trainer> | undefined;
/** Each imported once: what was asked first is answered first. */
let lessons: Promise<typeof import("./lessons.js")> | undefined;
let tasks: Promise<typeof import("./tasks/service.js")> | undefined;

addEventListener("message", async ({ data }: MessageEvent<Asked>) => {
  if ("credit" in data) {
    (await trainer)?.credit();
    return;
  }
  // Another worker of this script, which the page starts for one long picture or training, and ends.
  if ("paint" in data) {
    const { heard } = await import("./network/painter.js");
    return heard(data.paint, (message, options) => postMessage(message, options));
  }
  if ("errand" in data) {
    const { sent } = await import("./network/beside.js");
    return sent(data, (message, options) => postMessage(message, options));
  }
  const { id } = data;
  let told: Told;
  try {
    told = { id, answer: await answering(data) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    told = { id, failure: { name, message } };
  }
  postMessage(told, { transfer: "question" in data ? handedOver(told) : transferred(told) });
});

async function answering(asked: Exclude<Asked, Credit | PaintAsked | ErrandAsked>): Promise<object> {
  if ("question" in asked) {
    lessons ??= import("./lessons.js");
    return (await lessons).answerTo(asked.question);
  }
  return "task" in asked ? answerOfTask(asked) : answerOf(asked);
}

/** What a room of a task asks: neither tasks nor sounds are loaded before one does. */
async function answerOfTask({ id, task }: TaskAsked): Promise<object> {
  await threaded();
  tasks ??= import("./tasks/service.js");
  return (await tasks).answerTo(task, (progress) => postMessage({ id, progress } satisfies Told));
}

/** What a training itself does without is loaded when it is asked for. */
const beside = () => import("./network/beside.js");
const looking = () => import("./network/looking-asks.js");
const files = () => import("./network/file-asks.js");
const own = () => import("./network/own-asks.js");
const elsewhere: { readonly [K in AskKind]?: () => Promise<{ rules(trainer: Trainer): Rules }> } = {
  wires: looking,
  unit: looking,
  patches: looking,
  filters: looking,
  methods: looking,
  explained: looking,
  copy: looking,
  hidden: looking,
  hiding: looking,
  moved: looking,
  everywhere: looking,
  tolerance: looking,
  codes: looking,
  without: looking,
  confused: looking,
  open: files,
  follow: files,
  shipped: files,
  checkpoint: files,
  save: files,
  load: files,
  use: files,
  given: own,
  take: own,
  draw: own,
  reshape: own,
  sheet: own,
  classes: own,
};

async function answerOf({ kind, ...asked }: NetworkAsked): Promise<object> {
  trainer ??= begun();
  const at = await trainer;
  const rules = kind in at.rules ? at.rules : (await (elsewhere[kind] ?? beside)()).rules(at);
  const rule = rules[kind] as ((asked: Asks[AskKind]["asked"]) => Promise<object>) | undefined;
  if (!rule) throw new TypeError(`the worker knows no ${kind}`);
  return rule(asked as never);
}

let threads: Promise<unknown> | undefined;
function threaded(): Promise<unknown> {
  threads ??= Promise.resolve(
    configure({ threads: globalThis.crossOriginIsolated ? (navigator.hardwareConcurrency ?? 1) : 1 }),
  );
  return threads;
}

async function begun(): Promise<Trainer> {
  const { Trainer } = await import("./network/trainer.js");
  await threaded();
  return new Trainer((message, transfer = []) => postMessage(message, { transfer }));
}

/** Files are handed over and not copied. */
const transferred = (told: Told): Transferable[] =>
  "answer" in told && told.answer instanceof ArrayBuffer ? [told.answer] : [];

/** Answers to questions belong to who asked: their arrays of numbers are handed over as well. */
const handedOver = (told: Told): Transferable[] => ("answer" in told ? buffersOf(told.answer) : []);

function buffersOf(part: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (ArrayBuffer.isView(part)) {
    if (part.buffer instanceof ArrayBuffer) found.add(part.buffer);
  } else if (Array.isArray(part)) {
    if (typeof part[0] === "object") for (const one of part) buffersOf(one, found);
  } else if (typeof part === "object" && part !== null)
    for (const one of Object.values(part)) buffersOf(one, found);
  return [...found];
}
