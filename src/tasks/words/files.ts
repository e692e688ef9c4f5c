/** Files of text: their names and what is in them. */
import { type FileSource, openSource } from "../../formats/given-source.js";
import { decodedText } from "./encoding.js";

/**
 * The text of a file.
 * @param who  the function that was given it, as errors name it
 * @throws DataError where it is no text
 */
export async function textOf(
  who: string,
  source: FileSource,
  { what, encoding }: { what: string; encoding?: string },
): Promise<{ name: string; content: string }> {
  const file = await openSource(who, source, { what });
  return { name: file.name, content: decodedText(await file.read(0, file.size), file.name, encoding) };
}

/** The last part of a path. */
export const lastOf = (path: string): string =>
  path
    .replace(/[/\\]+$/, "")
    .split(/[/\\]/)
    .pop() || path;

/** The ending of a file's name, without the point and in small letters: "csv". */
export const endingOf = (name: string): string | undefined => /\.(\w+)$/.exec(name)?.[1].toLowerCase();

/** Endings of files that hold text in a form that none of the readers takes. */
export const isForeign = (ending: string | undefined): boolean =>
  /^(json|xlsx?|ods|docx?|pdf|zip|gz|parquet|html?)$/.test(ending ?? "");

export const linesOf = (content: string): string[] => content.split(/\r\n|\n|\r/);
