/** Which files a repository of the Hugging Face hub has; a page fetches weights by itself, and is told so. */
export async function filesOnHub(_wanted: {
  repo: string;
  revision: string;
  paths: string[];
  hubUrl: string;
}): Promise<{ path: string; lfs?: { oid: string; size: number } }[] | undefined> {
  throw new Error(
    "a page fetches the file itself, and opens it with formats.openArrays(formats.blobSource(…))",
  );
}
