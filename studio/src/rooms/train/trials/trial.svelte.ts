/** Networks that learn beside each other, as the page knows them. */

import { engine } from "../../../engine/client.svelte.js";
import { Errand } from "../../../engine/errand.svelte.js";
import type { Contestant, News } from "../../../engine/network/errands.js";
import type { Values } from "../../../engine/network/protocol.js";
import { session } from "../../../network/session.svelte.js";
import { did } from "../../../state/deeds.js";

export interface Point {
  readonly step: number;
  readonly accuracy: number;
}

type Measured = Extract<News, { kind: "measured" }>;

export class Trial {
  readonly errand = new Errand(
    (news) => this.#hear(news),
    () => did("tried"),
  );
  steps = $state(0);
  params = $state.raw<readonly number[]>([]);
  /** By contestant, of all rounds in their order: the steps made, accuracies on the way, filters, what came of it. */
  made = $state.raw<readonly number[]>([]);
  points = $state.raw<readonly (readonly Point[])[]>([]);
  filters = $state.raw<readonly (Values | undefined)[]>([]);
  measured = $state.raw<readonly (Measured | undefined)[]>([]);
  /** What was tried. */
  key = $state("");

  /** To be made where a view is made: whoever leaves it waits for nothing. */
  constructor() {
    $effect(() => () => this.errand.leave());
  }

  get isDone(): boolean {
    return this.errand.phase === "done";
  }

  begin(
    key: string,
    asked: { rounds: readonly (readonly Contestant[])[]; epochs: number; seed: number; order?: number },
  ): Promise<void> {
    const all = asked.rounds.flat();
    this.key = key;
    this.steps = 0;
    this.made = all.map(() => 0);
    this.points = all.map(() => []);
    this.filters = all.map(() => undefined);
    this.measured = all.map(() => undefined);
    return this.errand.begin(async () => {
      if (session.isTraining) await session.pause();
      if (!session.info) await session.prepare("digits");
      const pictures = await engine.request("pictures", { name: "digits" });
      return { kind: "trial", order: 0, ...asked, pictures };
    });
  }

  #hear(news: News): void {
    if (news.kind === "begun") [this.steps, this.params] = [news.steps, news.params];
    else if (news.kind === "standings") {
      const made = [...this.made];
      const points = [...this.points];
      for (const { who, step, accuracy } of news.standings) {
        made[who] = step;
        if (accuracy !== undefined) points[who] = [...points[who], { step, accuracy }];
      }
      [this.made, this.points] = [made, points];
    } else if (news.kind === "filters") this.filters = this.filters.with(news.who, news.filters);
    else if (news.kind === "measured") this.measured = this.measured.with(news.who, news);
  }
}
