/** The picture files that a command was given. */
import type { Picture } from "../images/picture.js";
import { PictureError } from "../images/picture-error.js";
import { findDigit } from "../images/prepare-digit.js";
import { centreCrop } from "../images/preprocessing.js";
import { readImage } from "../images/read.js";
import type { Network } from "../openers/network.js";
import { exitCodes, lineOf } from "./failure.js";

export interface GivenPicture {
  readonly file: string;
  /** Its place among the files that were given. */
  readonly place: number;
  readonly picture: Picture;
}

/**
 * Those that can be read. Each of the others is told, does not keep the rest from being answered, and makes the exit
 * code 1.
 *
 * @param tell  what is wrong with a file; its line goes to stderr if left out
 */
export async function picturesGiven(
  files: readonly string[],
  { colours }: Partial<Pick<Network, "colours">>,
  prepare: (picture: Picture, file: string) => Picture = (picture) => picture,
  tell: (file: string, error: PictureError) => void = (_, error) =>
    void process.stderr.write(`${lineOf(error)}\n`),
): Promise<GivenPicture[]> {
  const read = await Promise.all(
    files.map(async (file, place): Promise<GivenPicture | { file: string; error: PictureError }> => {
      try {
        return { file, place, picture: prepare(await readImage(file, { colours }), file) };
      } catch (error) {
        if (!(error instanceof PictureError)) throw error;
        return { file, error };
      }
    }),
  );
  for (const one of read)
    if ("error" in one) {
      tell(one.file, one.error);
      process.exitCode = exitCodes.failed;
    }
  return read.filter((one) => "picture" in one);
}

/** As the network has seen its training pictures: a small grey one is taken to be of MNIST's kind. */
export const preparedFor =
  ({ input, preprocessing, classes }: Network) =>
  (picture: Picture, file: string): Picture => {
    if (input.join() !== "28,28,1") return centreCrop(picture, input, preprocessing);
    // Classes with names are things, as Fashion-MNIST's clothes: they are not drawn in lines, and may fill the picture.
    const lines = classes.every((name) => [...name].length === 1);
    const { digits, digit } = findDigit(picture, { lines });
    if (!lines) return digit && digits === 1 ? digit : centreCrop(picture, input, preprocessing);
    if (!digit) throw new PictureError(`${file}: no digit was found in it`);
    if (digits > 9) throw new PictureError(`${file}: no single digit stands out in it`);
    if (digits > 1)
      throw new PictureError(`${file}: ${digits} digits were found in it, expected one: cut them apart`);
    return digit;
  };
