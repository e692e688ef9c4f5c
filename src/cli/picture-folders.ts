/** What commands are told of data that are folders of picture files, and what they tell. */

import type { Command } from "commander";
import { UsageError } from "../door/usage-error.js";
import { count } from "../formatting/numbers.js";
import type { FolderOptions } from "../images/folder.js";
import { folderOf } from "../openers/data-sets.js";
import { flagOf } from "./values.js";
import { waitingLine } from "./waiting-line.js";

/** @throws UsageError where an option was given that is about picture files, and there are none */
export function refuseFileOptions(name: string, options: readonly string[], command: Command): void {
  const unused = options.find((option) => command.getOptionValueSource(option) === "cli");
  if (unused !== undefined && folderOf(name) === undefined)
    throw new UsageError(
      `${flagOf(unused)} is for picture files, --data folder:PATH: it does nothing with ${name}`,
    );
}

/** What --skip-bad asks of a folder: each bad picture is named on stderr, and all of them are counted. */
export function skipping(
  { skipBad }: { skipBad?: boolean },
  { json, signal }: { json?: boolean; signal?: AbortSignal },
): { options: Pick<FolderOptions, "skipBad">; line: () => { skipped?: number } } {
  if (!skipBad) return { options: {}, line: () => ({}) };
  const line = waitingLine({ json });
  let skipped = 0;
  const options: Pick<FolderOptions, "skipBad"> = {
    skipBad: {
      signal,
      told({ file, reason }) {
        skipped++;
        line.clear();
        process.stderr.write(`skipped ${file}: ${reason}\n`);
      },
      onProgress({ done, count: all }) {
        line.show(`looking at the pictures: ${count(done)} of ${count(all)}`);
        if (done === all) line.clear();
      },
      counted: () =>
        void (
          skipped &&
          process.stderr.write(
            `${count(skipped)} ${skipped === 1 ? "picture was" : "pictures were"} skipped\n`,
          )
        ),
    },
  };
  return { options, line: () => ({ skipped }) };
}
