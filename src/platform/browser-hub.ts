/** Which files a repository of the Hugging Face hub has; a page fetches weights by itself, and is told so. */
export async function filesOnHub(
  _wanted: { repo: string; revision: string; paths: string[]; hubUrl: string },
  _limits: { signal?: AbortSignal; timeout: number; most: number },
): Promise<unknown> {
  throw new Error(
    "a page fetches the file itself, and opens it with formats.openArrays(formats.blobSource(…))",
  );
}
