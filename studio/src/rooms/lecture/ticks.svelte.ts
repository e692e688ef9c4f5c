/** Which steps have been done; kept in this browser. */
import type { Step } from "./step.js";

const key = "receptive.lecture";

class Ticks {
  #done = $state.raw<ReadonlySet<string>>(new Set(kept()));
  /** The step of a path that was opened last: "pooling.2". */
  last = $state(lastOf());

  has({ title }: Step): boolean {
    return this.#done.has(title);
  }

  count(steps: readonly Step[]): number {
    return steps.filter((step) => this.has(step)).length;
  }

  add({ title }: Step): void {
    if (this.#done.has(title)) return;
    this.#done = new Set([...this.#done, title]);
    this.#keep();
  }

  visit(at: string): void {
    this.last = at;
    this.#keep();
  }

  #keep(): void {
    try {
      localStorage.setItem(key, JSON.stringify({ done: [...this.#done], last: this.last }));
    } catch {
      // Private windows keep nothing: the ticks hold for this page.
    }
  }
}

function stored(): { done?: unknown; last?: unknown } {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key) ?? "{}");
    return typeof found === "object" && found !== null ? found : {};
  } catch {
    return {};
  }
}

function kept(): string[] {
  const { done } = stored();
  return Array.isArray(done) ? done.filter((one) => typeof one === "string") : [];
}

function lastOf(): string {
  const { last } = stored();
  return typeof last === "string" ? last : "";
}

export const ticks = new Ticks();
