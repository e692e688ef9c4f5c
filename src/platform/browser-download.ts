/** Files that a page gives to its user. */
import { PlaceError } from "../formats/fetched.js";

/** @throws PlaceError  in a worker, which cannot */
export function download(place: string, name: string, bytes: Uint8Array): void {
  const page = globalThis.document;
  if (!page)
    throw new PlaceError(
      `${place}: a worker cannot download; encodeCheckpoint gives the bytes, which the page can`,
    );
  const address = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  const link = page.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // Browsers ask for the bytes a little later.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
