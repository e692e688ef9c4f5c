/** The studio's site with a network in it: what `receptive studio` serves, and what `--export` writes. */
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { UsageError } from "../door/usage-error.js";
import { inWords } from "../platform/node-file-error.js";

/** A checkpoint, as the site brings it along. */
export interface BroughtNetwork {
  /** What the page does with it: opens it at once, or loads it when it is asked for photographs. */
  readonly role: "network" | "squeezenet";
  /** Its name in the site's folder `given`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Of weights that are others' work; stands beside them in an export. */
  readonly licence?: string;
}

export const broughtFolder = "given";
const pathOf = ({ name }: BroughtNetwork): string => `${broughtFolder}/${encodeURIComponent(name)}`;

/** A page of the site that names the networks; of one that is loaded later it says how large it is. */
export function pageWith(page: string, brought: readonly BroughtNetwork[]): string {
  const metas = brought.map((network) => {
    const content = `${pathOf(network)}${network.role === "network" ? "" : ` ${network.bytes.length}`}`;
    return `\n    <meta name="receptive-${network.role}" content="${content}" />`;
  });
  return page.replace("</title>", `</title>${metas.join("")}`);
}

/** The site's service worker, which keeps the network too. Its first line is the list of what is kept. */
function serviceWorkerWith(script: string, network: BroughtNetwork): string {
  const [first, ...rest] = script.split("\n");
  const site = JSON.parse(first.replace(/^const site = |;$/g, ""));
  const hash = createHash("sha256").update(network.bytes).digest("hex").slice(0, 16);
  const changed = { ...site, store: `${site.store} ${hash}`, files: [...site.files, pathOf(network)] };
  return [`const site = ${JSON.stringify(changed)};`, ...rest].join("\n");
}

/**
 * Writes the site into a folder, for any host of static files. An earlier export there is replaced; what else lies there stays.
 * @throws UsageError where the folder holds something that is no export
 */
export async function exportSite(
  site: string,
  folder: string,
  brought: readonly BroughtNetwork[] = [],
): Promise<void> {
  const target = resolve(folder);
  const within = relative(site, target);
  if (!within.startsWith("..") && !isAbsolute(within))
    throw new UsageError(
      `--export ${folder}: is within the installed studio, which stays as it is: name another folder`,
    );
  const there = await inWords(folder, () =>
    readdir(target).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      if (error.code === "ENOTDIR") throw new UsageError(`--export ${folder}: is a file, not a directory`);
      throw error;
    }),
  );
  const own = (await readdir(site)).concat(broughtFolder);
  const isEarlier = there?.includes("sw.js") && there.includes("embed.html");
  if (there && !isEarlier && there.some((name) => own.includes(name)))
    throw new UsageError(
      `--export ${folder}: holds ${there.find((name) => own.includes(name))}, which is not of the studio: name another folder`,
    );
  await inWords(folder, async () => {
    await mkdir(dirname(target), { recursive: true });
    // Beside it, so that all that can fail, but for moving, is over before the folder is touched.
    const made = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
    try {
      await cp(site, made, { recursive: true });
      if (brought.length > 0) {
        await mkdir(join(made, broughtFolder));
        for (const { name, bytes, licence } of brought) {
          await writeFile(join(made, broughtFolder, name), bytes);
          if (licence !== undefined)
            await writeFile(join(made, broughtFolder, `${name}.LICENSE.txt`), licence);
        }
        const index = join(made, "index.html");
        await writeFile(index, pageWith(await readFile(index, "utf8"), brought));
        const worker = join(made, "sw.js");
        const opened = brought.find(({ role }) => role === "network");
        if (opened && (await stat(worker).catch(() => undefined)))
          await writeFile(worker, serviceWorkerWith(await readFile(worker, "utf8"), opened));
      }
      await mkdir(target, { recursive: true });
      for (const name of own) await rm(join(target, name), { recursive: true, force: true });
      for (const name of await readdir(made)) await rename(join(made, name), join(target, name));
    } finally {
      await rm(made, { recursive: true, force: true });
    }
  });
}
