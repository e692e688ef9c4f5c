/** Refuses a file: throws an error of one line that begins with the file's name. */
export type Fail = (message: string) => never;

/**
 * How readers refuse a file. What a damaged file calls its parts may be anything: control characters become dots, and
 * a text without end is cut.
 */
export const refusal =
  (Kind: new (message: string) => Error, file: string): Fail =>
  (message) => {
    throw new Kind(`${file}: ${onOneLine(message)}`);
  };

/** What is said of a file, without control characters and not without end. */
export function onOneLine(message: string): string {
  const plain = message.replace(/\p{Cc}/gu, "·");
  return plain.length > longest ? `${plain.slice(0, longest)}…` : plain;
}

const longest = 600;
