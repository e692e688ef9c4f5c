/** A line on the terminal that says how far something is, from its second second on; nothing where output is piped. */
export function waitingLine({
  json = false,
  stream = process.stderr,
}: {
  json?: boolean;
  stream?: NodeJS.WriteStream;
} = {}) {
  const begun = performance.now();
  let shown = false;
  return {
    show(text: string): void {
      if (json || !stream.isTTY || performance.now() - begun < 1000) return;
      shown = true;
      stream.write(`\r\u001b[K${text}`);
    },
    clear(): void {
      if (shown) stream.write("\r\u001b[K");
      shown = false;
    },
  };
}
