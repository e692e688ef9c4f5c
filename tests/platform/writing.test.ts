/** What users see of files that are written: links, modes, devices, and errors in words. */
import {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FileError } from "../../src/platform/node-file-error.js";
import {
  appendFile,
  fileSource,
  readFile as readWhole,
  writeFileAtomic,
  writerOf,
} from "../../src/platform/node-files.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "receptive-writing-"));
});
afterEach(() => rm(folder, { recursive: true }));
const bytes = new TextEncoder().encode("new");

describe("what lies at the place", () => {
  test("a link stays one, and what it leads to is written", async () => {
    await mkdir(join(folder, "elsewhere"));
    await writeFile(join(folder, "elsewhere", "real"), "old");
    await symlink("elsewhere/real", join(folder, "link"));
    await symlink("link", join(folder, "link-to-link"));
    await writeFileAtomic(join(folder, "link-to-link"), bytes);
    expect(await readlink(join(folder, "link"))).toBe("elsewhere/real");
    expect(await readFile(join(folder, "elsewhere", "real"), "utf8")).toBe("new");
    expect(await readdir(join(folder, "elsewhere"))).toEqual(["real"]);
  });

  test("a link that leads to nothing yet leads to the file", async () => {
    await symlink("later", join(folder, "link"));
    await writeFileAtomic(join(folder, "link"), bytes);
    expect([
      (await lstat(join(folder, "link"))).isSymbolicLink(),
      await readFile(join(folder, "later"), "utf8"),
    ]).toEqual([true, "new"]);
  });

  test("a file keeps its mode; a new one has that of the umask", async () => {
    const path = join(folder, "private");
    await writeFile(path, "old");
    for (const mode of [0o600, 0o664]) {
      await chmod(path, mode);
      await writeFileAtomic(path, bytes);
      expect((await stat(path)).mode & 0o777).toBe(mode);
    }
    await writeFileAtomic(join(folder, "fresh"), bytes);
    expect((await stat(join(folder, "fresh"))).mode & 0o777).toBe(0o666 & ~process.umask());
  });

  test("the old file, under another name too, is not written into", async () => {
    await writeFile(join(folder, "a"), "old");
    await link(join(folder, "a"), join(folder, "b"));
    await writeFileAtomic(join(folder, "a"), bytes);
    expect(await readFile(join(folder, "b"), "utf8")).toBe("old");
  });

  test.skipIf(process.platform !== "linux")("a device stays a device", async () => {
    await writeFileAtomic("/dev/null", bytes);
    expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
  });

  test("what comes of a download is not added to where a link leads", async () => {
    await writeFile(join(folder, "victim"), "old");
    await symlink("victim", join(folder, "x.part"));
    await expect(appendFile(join(folder, "x.part"), bytes)).rejects.toThrow(
      new FileError(join(folder, "x.part"), "ELOOP"),
    );
    expect(await readFile(join(folder, "victim"), "utf8")).toBe("old");
  });

  test("temporary files tell whose they are, and nothing else does", () => {
    expect(writerOf(".receptive-12-0123456789abcdef.tmp")).toBe(12);
    for (const other of ["checkpoint.safetensors.12-3.tmp", ".receptive-12-0123.tmp", "x"])
      expect(writerOf(other)).toBeUndefined();
  });
});

describe("what cannot be written is said in words, and nothing is left behind", () => {
  const refused = async (path: string, message: string) => {
    const before = await readdir(folder, { recursive: true });
    await expect(writeFileAtomic(path, bytes)).rejects.toMatchObject({
      name: "FileError",
      message: `${path}: ${message}`,
    });
    expect(await readdir(folder, { recursive: true })).toEqual(before);
  };
  test("a directory", () => refused(folder, "is a directory, expected a file"));
  test("inside a file", async () => {
    await writeFile(join(folder, "plain"), "old");
    await refused(join(folder, "plain", "x"), "a part of the path is a file, not a directory");
  });
  test.skipIf(process.platform !== "linux")("below a folder that takes no folders, at once", () =>
    refused("/proc/receptive/a/file", "no such file or directory"),
  );
  test("a name that is too long", () => refused(join(folder, "x".repeat(300)), "the name is too long"));
  test("the longest name there is takes its temporary one, too", async () => {
    await writeFileAtomic(join(folder, "x".repeat(255)), bytes);
    expect(await readdir(folder)).toEqual(["x".repeat(255)]);
  });
  test("a link that leads to itself", async () => {
    await symlink("self", join(folder, "self"));
    await refused(join(folder, "self"), "is a link that leads to itself");
  });
  test.skipIf(process.platform !== "linux")("a full disk", () =>
    refused("/dev/full", "no space is left on the disk"),
  );
  test.skipIf(process.platform !== "linux")("a file system of the system's own", async () => {
    await expect(writeFileAtomic("/proc/receptive", bytes)).rejects.toThrow(FileError);
  });
  test.skipIf(process.getuid?.() === 0)("a folder of somebody else's", async () => {
    await chmod(folder, 0o500);
    await refused(join(folder, "x"), "permission denied");
    await chmod(folder, 0o700);
  });
});

test("what cannot be read is said in words, too", async () => {
  const path = join(folder, "nothing");
  await expect(readWhole(path)).rejects.toMatchObject({
    name: "FileError",
    message: `${path}: no such file or directory`,
  });
  await expect(readWhole(folder)).rejects.toMatchObject({
    name: "FileError",
    message: `${folder}: is a directory, expected a file`,
  });
  await expect(fileSource(folder)).rejects.toMatchObject({
    name: "FileError",
    message: `${folder}: is a directory, expected a file`,
  });
});
