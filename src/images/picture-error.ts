/** A picture file that is missing, cannot be decoded, or cannot be written. */
export class PictureError extends Error {
  override readonly name = "PictureError";
}
