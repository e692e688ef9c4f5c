/**
 * What comes, until the signal says that nobody waits for more: at once, though the source may be silent. A source that
 * has been asked for more is closed when it next answers.
 */
export async function* untilAborted<T>(
  source: AsyncGenerator<T, void, void>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, void> {
  if (!signal) return yield* source;
  let wake = (): void => {};
  const abort = (): void => wake();
  signal.addEventListener("abort", abort);
  let isAsked = false;
  try {
    while (!signal.aborted) {
      isAsked = true;
      const next = await new Promise<IteratorResult<T, void> | undefined>((resolve, reject) => {
        wake = () => resolve(undefined);
        source.next().then(resolve, reject);
      });
      if (!next) return;
      isAsked = false;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", abort);
    const closed = source.return();
    if (isAsked) closed.catch(() => {});
    else await closed;
  }
}
