/** The ranker at hand, and what it makes of the question. */
import { engine } from "../../engine/client.svelte.js";
import { newest } from "../../engine/newest.js";
import { Learner } from "../../engine/tasks/learner.svelte.js";
import type { Counting, RankAsks, RankerInfo, RankSight } from "../../engine/tasks/rank-asks.js";

class Ranker extends Learner<RankerInfo> {
  sight = $state.raw<RankSight | undefined>();
  /** Why there is none of the newest question. */
  trouble = $state("");
  /** A question and its candidates; asked anew whenever one of them is another. */
  readonly see = newest(
    (asked: RankAsks["see"]["asked"]) => engine.task("rank", "see", asked),
    (sight) => {
      this.sight = sight;
      this.trouble = "";
    },
    (message) => {
      this.trouble = message;
    },
  );

  constructor() {
    super("rank");
  }

  #counting: Counting | undefined;

  /** Learns, from a file or from the towns. */
  learn(counting: Counting, file?: File): void {
    this.#counting = counting;
    void this.train({ counting, ...(file && { file }) });
  }

  /** Learns on the towns, unless that is done or on its way, or a file was opened. */
  begin(counting: Counting): void {
    const isDone = this.#counting === counting && (this.info !== undefined || this.isTraining);
    if (!isDone && (this.info?.origin ?? "towns") === "towns") this.learn(counting);
  }

  protected override forget(): void {
    this.sight = undefined;
  }
}

export const ranker = new Ranker();
