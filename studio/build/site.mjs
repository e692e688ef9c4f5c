/** The site in any folder, as `npm run studio:build` makes it: for tests, pictures of the documentation and benchmarks. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/**
 * In a process of its own: within a test packages take themselves to be in development.
 *
 * @param {string} folder  is emptied first
 * @returns {Promise<void>}
 */
export async function buildSite(folder) {
  const at = (path) => fileURLToPath(new URL(path, import.meta.url));
  const vite = at("../../node_modules/vite/bin/vite.js");
  const options = ["--config", at("../vite.config.mjs"), "--logLevel", "error", "--outDir", folder];
  await promisify(execFile)(process.execPath, [vite, "build", ...options, "--emptyOutDir"], {
    env: { ...process.env, NODE_ENV: "production", VITEST: undefined, RECEPTIVE_TARGET: undefined },
  });
}
