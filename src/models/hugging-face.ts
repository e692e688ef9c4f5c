/** Weights from the Hugging Face hub, kept in the user's cache folder. */
import {
  cacheDirectory,
  environment,
  fileExists,
  fileSha256,
  fileSize,
  fileSource,
  joinPath,
  readFile,
  removeFile,
  writeFileAtomic,
} from "#platform";
import { DataError } from "../data/dataset.js";
import { type DownloadOptions, download } from "../data/download.js";
import { type ByteSource, memorySource } from "../formats/byte-source.js";

export interface HubOptions extends DownloadOptions {
  /** Another hub, such as a mirror; $HF_ENDPOINT if left out, else huggingface.co. */
  hubUrl?: string;
}

/** Weights that cannot be had from the hub. */
export class HubError extends Error {
  override readonly name = "HubError";
}

/** What a repository's weights may be called, the best first. */
const usual = ["model.safetensors", "pytorch_model.bin"];

/** Larger files than any network has are not asked for. */
const mostBytes = 2 ** 32;

/**
 * The weights of a repository of the hub: hf:timm/resnet18.tv_in1k, hf:owner/name@revision, or with the file's own name
 * hf:owner/name/weights.safetensors. What was fetched once is taken from the cache, without asking the hub, after its
 * size and SHA-256 have been checked; a damaged copy is fetched again. A broken download goes on where it stopped.
 *
 * @throws HubError  one line: not such a name, no such repository or file, no network, no package @huggingface/hub
 */
export async function openHub(name: string, options: HubOptions = {}): Promise<ByteSource> {
  const fail = (message: string): never => {
    throw new HubError(`${name}: ${message}`);
  };
  const wanted = parse(name) ?? fail("expected hf:owner/name, hf:owner/name@revision or hf:owner/name/file");
  const cache = cacheDirectory();
  const folder =
    cache && joinPath(cache, "hub", `${wanted.repository.replace("/", "--")}@${wanted.revision}`);
  for (const file of wanted.files) {
    const path = folder && joinPath(folder, file);
    if (path !== undefined && (await isWhole(path))) return fileSource(path);
  }

  const hubUrl = options.hubUrl ?? environment("HF_ENDPOINT") ?? "https://huggingface.co";
  const { pathsInfo } = await import("@huggingface/hub").catch(() =>
    fail("fetching weights needs the package @huggingface/hub: npm install @huggingface/hub"),
  );
  const { repository, revision, files } = wanted;
  const found = await pathsInfo({ repo: repository, revision, paths: [...files], hubUrl }).catch((error) =>
    fail(reason(error, hubUrl)),
  );
  const file = files.find((file) => found.some(({ path }) => path === file));
  const { lfs } = found.find(({ path }) => path === file) ?? {};
  if (file === undefined) return fail(`the repository has no ${files.join(" and no ")}`);
  if (!lfs || !/^[0-9a-f]{64}$/.test(lfs.oid)) return fail(`the hub gives no SHA-256 of ${file}`);
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
    await writeFileAtomic(noteOf(path), new TextEncoder().encode(JSON.stringify(remote)));
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
  if (!found || found[0].includes("..")) return undefined;
  const [, repository, revision = "main", file] = found;
  return { repository, revision, files: file === undefined ? usual : [file] };
}

/** What is known of a cached file lies beside it. */
const noteOf = (path: string) => `${path}.json`;

/** Whether the cache has the file that was fetched, to the byte; a copy that is not is removed. */
async function isWhole(path: string): Promise<boolean> {
  if (!(await fileExists(path)) || !(await fileExists(noteOf(path)))) return false;
  try {
    const { bytes, sha256 } = JSON.parse(new TextDecoder().decode(await readFile(noteOf(path))));
    if ((await fileSize(path)) === bytes && (await fileSha256(path)) === sha256) return true;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  await removeFile(path);
  return false;
}

function reason(error: unknown, hubUrl: string): string {
  const { statusCode, cause, message } = error as Error & { statusCode?: number };
  if (statusCode === 401 || statusCode === 404) return `${hubUrl} has no such public repository or revision`;
  if (statusCode !== undefined) return `${hubUrl} answers ${statusCode}`;
  return `${hubUrl} cannot be reached, and the weights are not in the cache (${cause instanceof Error ? cause.message : message})`;
}
