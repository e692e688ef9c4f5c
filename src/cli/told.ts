import type { Told } from "../openers/told.js";
import { downloadProgress } from "../report/progress.js";
import { oneLine } from "./failure.js";

/** What is opened for a person shows its downloads, and says what there is to know. */
export const told = ({ json }: { json?: boolean } = {}): Told => ({
  ...(json ? {} : { remark: (line) => void process.stderr.write(`${oneLine(line)}\n`) }),
  download: (file) => downloadProgress(file, { json }),
});
