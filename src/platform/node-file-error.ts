/** What the system says of files, in words: its own begin with a code that only programmers know. */

/** Something that could not be done with a file; one line that names it. */
export class FileError extends Error {
  override readonly name = "FileError";
  /** What the system calls it: "ENOSPC". */
  readonly code: string;
  readonly path: string;
  constructor(path: string, code: string, options?: ErrorOptions) {
    super(`${path}: ${problems[code]}`, options);
    this.path = path;
    this.code = code;
  }
}

const problems: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left on the disk",
  EDQUOT: "no space is left that this user may take",
  EFBIG: "is larger than the file system allows",
  ENOTDIR: "a part of the path is a file, not a directory",
  EEXIST: "a part of the path is a file, not a directory",
  EISDIR: "is a directory, expected a file",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "is a link that leads to itself",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  EIO: "the disk cannot be read or written",
  EBUSY: "is in use",
  ETXTBSY: "is in use",
  ENXIO: "is a device that is not there",
  ENODEV: "is a device that is not there",
  ERR_FS_FILE_TOO_LARGE: "is larger than 2 GB",
  // Of ours.
  ENDLESS: "gave 268 MB, and no end of it",
};

/** Does something with a file; what the system says of it comes in our words, with the path that was meant. */
export async function inWords<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof FileError || code === undefined || !Object.hasOwn(problems, code)) throw error;
    throw new FileError(path, code, { cause: error });
  }
}
