/** A text as errors quote it: its beginning, in quotation marks. */
export const short = (text: string): string =>
  JSON.stringify(text.length > 50 ? `${text.slice(0, 50)}…` : text);
