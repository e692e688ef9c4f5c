/** The worker of one training beside the network at hand. */
import { coded } from "./coding.js";
import type { ErrandAsked, ErrandTold, Job, News, Questions } from "./errands.js";
import { hardened } from "./hardening.js";
import { tried } from "./trials.js";

type Post = (message: ErrandTold, options: { transfer: Transferable[] }) => void;

/** What a job leaves behind that can be asked. */
export type Answering = {
  readonly [K in keyof Questions]?: (asked: Questions[K]["asked"]) => Promise<Questions[K]["answer"]>;
};

export type Tell = (news: News, transfer?: Transferable[]) => void;

let answering: Promise<Answering | undefined> = Promise.resolve(undefined);

const rules: {
  readonly [K in Job["kind"]]: (job: Extract<Job, { kind: K }>, tell: Tell) => Promise<Answering | undefined>;
} = {
  trial: tried,
  coding: coded,
  hardening: hardened,
};

export async function sent({ errand }: ErrandAsked, post: Post): Promise<void> {
  const say = (told: ErrandTold["told"], transfer: Transferable[] = []) => post({ told }, { transfer });
  if ("begin" in errand) {
    const began = performance.now();
    const { begin: job } = errand;
    answering = (rules[job.kind] as (job: Job, tell: Tell) => Promise<Answering | undefined>)(job, say);
    await answering.then(
      () => say({ kind: "done", seconds: (performance.now() - began) / 1000 }),
      (error: Error) => say({ kind: "failed", message: error.message }),
    );
    return;
  }
  const { ask, id, ...asked } = errand;
  try {
    const rule = (await answering)?.[ask] as ((asked: object) => Promise<object>) | undefined;
    if (!rule) throw new Error(`the worker knows no ${ask}`);
    say({ kind: "answer", id, answer: await rule(asked) });
  } catch (error) {
    say({ kind: "failed", message: (error as Error).message });
  }
}
