/** What is asked of a device: carried out in the order in which it was asked for, each thing whole before the next. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();
  #pending = 0;

  /** Nothing is being carried out, and nothing waits. */
  get isIdle(): boolean {
    return this.#pending === 0;
  }

  /** What comes behind a task that fails is carried out all the same. */
  add<T>(task: () => Promise<T>): Promise<T> {
    this.#pending++;
    const result = this.#last.then(task);
    const ended = (): void => {
      this.#pending--;
    };
    this.#last = result.then(ended, ended);
    return result;
  }
}
