/** Which files lie in which folders: each folder is looked at once. */
import { hasFolders, listFolder } from "#platform";
import { pictureFiles } from "../../images/kind.js";

export class Shelf {
  readonly #folders = new Map<string, Promise<ReadonlyMap<string, string> | undefined>>();

  /** The names of its files, and for each stem the picture of that stem; undefined where there is no such folder. */
  #in(folder: string): Promise<ReadonlyMap<string, string> | undefined> {
    let found = this.#folders.get(folder);
    if (!found) {
      found = listFolder(folder).then((listed) => {
        if (!listed) return undefined;
        const pictures = listed.files.filter((name) => pictureFiles.test(name));
        return new Map([
          ...pictures.map((name) => [`${stemOf(name)}.`, name] as const),
          ...listed.files.map((name) => [name, name] as const),
        ]);
      });
      this.#folders.set(folder, found);
    }
    return found;
  }

  /** The first of these folders that has the file, else a picture of the same stem: its path. */
  async find(folders: readonly string[], name: string): Promise<string | undefined> {
    if (!hasFolders()) return undefined;
    const parts = name.split(/[/\\]/).filter((part) => part !== "" && part !== ".");
    const base = parts.at(-1) ?? "";
    // As the name says it, and without its folders, which may be those of another machine.
    const within = parts.slice(0, -1).join("/");
    const places = folders.flatMap((folder) => (within ? [`${folder}/${within}`, folder] : [folder]));
    for (const key of [base, `${stemOf(base)}.`])
      for (const folder of places) {
        const found = (await this.#in(folder))?.get(key);
        if (found !== undefined) return `${folder}/${found}`;
      }
    return undefined;
  }
}

/** "a.b" of "a.b.jpg" */
export const stemOf = (name: string): string => name.replace(/\.[^.]*$/, "");

/** The folder of a path; "." of a name alone. */
export const folderOf = (path: string): string => {
  const at = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return at < 0 ? "." : at === 0 ? "/" : path.slice(0, at);
};
