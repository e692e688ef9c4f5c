/** Emphasis in the terminal, by the escape sequences that every terminal knows. */

/** What decides about colour: a stream such as process.stdout, and the environment. */
export interface ColourSetting {
  stream: { isTTY?: boolean };
  environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Whether escape sequences may be written: only to a terminal, and never where NO_COLOR is set (https://no-color.org)
 * or the terminal calls itself "dumb". FORCE_COLOR (other than "0") allows it anywhere, for logs that show colour.
 */
export function allowsColour({ stream, environment = process.env }: ColourSetting): boolean {
  if (environment.NO_COLOR) return false;
  if (environment.FORCE_COLOR) return environment.FORCE_COLOR !== "0";
  return stream.isTTY === true && environment.TERM !== "dumb";
}

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;

/** The text in these styles; the sequences take no cell, so pad before styling. */
export function styled(text: string, ...styles: (keyof typeof codes)[]): string {
  return `\u001b[${styles.map((style) => codes[style]).join(";")}m${text}\u001b[0m`;
}
