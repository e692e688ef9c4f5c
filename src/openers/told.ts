/** Who hears what happens while something is opened: nobody of what is left out. */
export interface Told {
  /** A line that people want to know, such as that a file holds more than was read of it. */
  remark?: (line: string) => void;
  /** A download has begun. */
  download?: (file: string) => Download;
}

export interface Download {
  /** In bytes; of some files nobody knows the total. */
  report(received: number, total: number | undefined): void;
  stop(): void;
}
