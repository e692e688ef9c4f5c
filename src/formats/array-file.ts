import type { Numbers, StoredName } from "./elements.js";

/** Named arrays in a file: its header was read and checked, its numbers are read one array at a time. */
export interface ArrayFile {
  /** What errors call the file. */
  readonly name: string;
  readonly arrays: ReadonlyMap<string, StoredArray>;
  /** What else the file says, as text. */
  readonly metadata: Readonly<Record<string, string>>;
  /** What a reader should know of how the arrays were found, a sentence each: what was passed over, what was taken. */
  readonly remarks?: readonly string[];
}

/** An array in a file: what it is, and its numbers when they are asked for. */
export interface StoredArray {
  readonly shape: readonly number[];
  /** The type of its numbers in the file. */
  readonly dtype: StoredName;
  /** Its numbers, in row-major order, read anew by each call. Throws where they are of a type that is only listed. */
  read(): Promise<Numbers>;
}
