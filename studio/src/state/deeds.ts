/** What somebody has done that no address holds, for whoever waits for it: the lecture ticks by it. */
export type Deed =
  | "said right"
  | "misread"
  | "fooled"
  | "knocked out"
  | "saved"
  | "taken back"
  | "tried"
  | "coded";

const name = "deed";

export function did(deed: Deed): void {
  dispatchEvent(new CustomEvent<Deed>(name, { detail: deed }));
}

/**
 * For what is known of answers that may be those of a moment ago.
 *
 * @returns what takes it back, in time
 */
export function didSoon(deed: Deed): () => void {
  const timer = setTimeout(() => did(deed), 300);
  return () => clearTimeout(timer);
}

/** @returns what ends it */
export function onDeed(tell: (deed: Deed) => void): () => void {
  const hear = (event: Event) => tell((event as CustomEvent<Deed>).detail);
  addEventListener(name, hear);
  return () => removeEventListener(name, hear);
}
