/** Bytes that are read a part at a time, so that a file of 500 MB need not lie in memory to give one array. */
export interface ByteSource {
  /** What errors call it. */
  readonly name: string;
  readonly size: number;
  /** The bytes begin ≤ i < end, which lie within the size. */
  read(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Bytes that are in memory already. */
export const memorySource = (name: string, bytes: Uint8Array<ArrayBuffer>): ByteSource => ({
  name,
  size: bytes.length,
  read: async (begin, end) => bytes.subarray(begin, end),
});

/** A file that a page was given, by a file input or a drop. */
export const blobSource = (name: string, blob: Blob): ByteSource => ({
  name,
  size: blob.size,
  read: async (begin, end) => new Uint8Array(await wholeOf(blob.slice(begin, end))),
});

/** Of jsdom a Blob has no `arrayBuffer`. */
const wholeOf = (blob: Blob): Promise<ArrayBuffer> =>
  blob.arrayBuffer?.() ??
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as ArrayBuffer);
    reader.onerror = () => reject(reader.error);
    reader.readAsArrayBuffer(blob);
  });
