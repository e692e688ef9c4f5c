/** A folder in which the tests of a run find the studio's site, once one of them has built it (`built-site.ts`). */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "receptive-site-"));
  process.env.RECEPTIVE_TEST_SITE = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
