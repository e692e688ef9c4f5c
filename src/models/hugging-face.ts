/** Weights from the Hugging Face hub, kept in the user's cache folder. */

import * as v from "valibot";
import {
  cacheDirectory,
  environment,
  fileExists,
  fileSha256,
  fileSize,
  fileSource,
  filesOnHub,
  joinPath,
  readFile,
  removeFile,
  writeFileAtomic,
} from "#platform";
import { DataError } from "../data/dataset.js";
import { download } from "../data/download.js";
import { downloading } from "../data/loading.js";
import { optionsOf } from "../door/options.js";
import { text as anAddress } from "../door/rules.js";
import { type ByteSource, memorySource } from "../formats/byte-source.js";
import { count, declared, sentence, text } from "../formats/declared.js";
import { HubError, type HubOptions } from "./hub-error.js";

/** What a repository's weights may be called, the best first. */
const usual = ["model.safetensors", "pytorch_model.bin"];

/** Larger files than any network has are not asked for. */
const mostBytes = 2 ** 32;

/** Longer answers about two files are none. */
const longestAnswer = 2 ** 20;

const sum = v.pipe(v.string("a SHA-256"), v.regex(/^[0-9a-f]{64}$/, "a SHA-256"));

/** What the hub says of files; of large ones their SHA-256 and size. */
const filesSchema = v.array(
  v.looseObject(
    { path: text, lfs: v.nullish(v.looseObject({ oid: text, size: count }, "an object")) },
    "an object",
  ),
  "a list of files",
);

/** What is noted of a file in the cache. */
const noteSchema = v.object({ name: text, bytes: count, sha256: sum });

/** What `openHub` does. */
export async function openHub(name: string, options: HubOptions = {}): Promise<ByteSource> {
  optionsOf("openHub", options, { ...downloading, hubUrl: anAddress });
  const fail = (message: string): never => {
    throw new HubError(`${name}: ${message}`);
  };
  const wanted = parse(name) ?? fail("expected hf:owner/name, hf:owner/name@revision or hf:owner/name/file");
  const cache = cacheDirectory();
  // A folder of the owner and one of the repository: joined to one name, a/b--c and a--b/c would be the same.
  const folder = cache && joinPath(cache, "hub", ...`${wanted.repository}@${wanted.revision}`.split("/"));
  const nameOf = (file: string) => `${wanted.repository}@${wanted.revision}/${file}`;
  for (const file of wanted.files) {
    const path = folder && joinPath(folder, file);
    if (path !== undefined && (await isWhole(path, nameOf(file)))) return fileSource(path);
  }

  const hubUrl = options.hubUrl ?? environment("HF_ENDPOINT") ?? "https://huggingface.co";
  const { repository, revision, files } = wanted;
  const { signal, timeout = 30_000 } = options;
  const answer = await filesOnHub(
    { repo: repository, revision, paths: [...files], hubUrl },
    { signal, timeout, most: longestAnswer },
  ).catch((error: unknown) => {
    signal?.throwIfAborted();
    return fail(reason(error, hubUrl));
  });
  if (!answer)
    return fail("fetching weights needs the package @huggingface/hub: npm install @huggingface/hub");
  const found = declared(filesSchema, answer, (fault) =>
    fail(`${hubUrl} answers what no hub would: ${sentence("its answer", fault)}`),
  );
  const file = files.find((file) => found.some(({ path }) => path === file));
  const { lfs } = found.find(({ path }) => path === file) ?? {};
  if (file === undefined) return fail(`the repository has no ${files.join(" and no ")}`);
  if (!lfs || !v.is(sum, lfs.oid)) return fail(`the hub gives no SHA-256 of ${file}`);
  if (!(lfs.size <= mostBytes))
    return fail(`${file} has ${lfs.size} bytes; at most ${mostBytes} are fetched`);

  const remote = {
    addresses: [`${hubUrl}/${repository}/resolve/${encodeURIComponent(revision)}/${file}`],
    bytes: lfs.size,
    sha256: lfs.oid,
  };
  const path = folder && joinPath(folder, file);
  try {
    const bytes = await download(file, remote, path, options);
    if (path === undefined) return memorySource(name, bytes);
    await writeFileAtomic(
      noteOf(path),
      new TextEncoder().encode(JSON.stringify({ ...remote, name: nameOf(file) })),
    );
    return await fileSource(path);
  } catch (error) {
    return error instanceof DataError ? fail(error.message) : Promise.reject(error);
  }
}

/** Whether `--weights` names something on the hub. */
export const isHubName = (name: string): boolean => name.startsWith("hf:");

interface Wanted {
  repository: string;
  revision: string;
  files: readonly string[];
}

function parse(name: string): Wanted | undefined {
  const found = /^hf:([\w.-]+\/[\w.-]+)(?:@([\w.-]+))?(?:\/([\w./-]+))?$/.exec(name);
  // Names of folders in the cache, of which none may lead out of it or to itself.
  if (
    !found ||
    found[0]
      .slice(3)
      .split(/[/@]/)
      .some((part) => part === "" || /^\.+$/.test(part) || part.includes(".."))
  )
    return undefined;
  const [, repository, revision = "main", file] = found;
  return { repository, revision, files: file === undefined ? usual : [file] };
}

/** What is known of a cached file lies beside it. */
const noteOf = (path: string) => `${path}.json`;

/** Whether the cache has the file that was fetched, to the byte; a copy that is not is removed. */
async function isWhole(path: string, name: string): Promise<boolean> {
  if (!(await fileExists(path)) || !(await fileExists(noteOf(path)))) return false;
  const note = noteIn(await readFile(noteOf(path)));
  // On disks that take upper and lower case for the same, another repository's file may lie here.
  if (
    note?.name === name &&
    (await fileSize(path)) === note.bytes &&
    (await fileSha256(path)) === note.sha256
  )
    return true;
  await removeFile(path);
  return false;
}

function noteIn(bytes: Uint8Array): v.InferOutput<typeof noteSchema> | undefined {
  try {
    const { success, output } = v.safeParse(noteSchema, JSON.parse(new TextDecoder().decode(bytes)));
    return success ? output : undefined;
  } catch {
    return undefined; // no JSON: the note is damaged
  }
}

function reason(error: unknown, hubUrl: string): string {
  const { statusCode, cause, message } = error as Error & { statusCode?: number };
  if (statusCode === 401 || statusCode === 404) return `${hubUrl} has no such public repository or revision`;
  if (statusCode !== undefined) return `${hubUrl} answers ${statusCode}`;
  const isReached = !(cause instanceof Error);
  return `${hubUrl} ${isReached ? "gives no answer that can be used" : "cannot be reached"}, and the weights are not in the cache (${isReached ? message : cause.message})`;
}
