/** `sw.js` of the site: the service worker with the list of what there is to keep, and the headers of the library's own server. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const entry = fileURLToPath(new URL("service-worker.ts", import.meta.url));
/** What is not there from the first visit on. */
const isLater = (file) => /\.webp$|squeezenet/.test(file);

/** Writes it beside the pages, when all else of the site is written. */
export function serviceWorker() {
  return {
    name: "service worker",
    apply: "build",
    async writeBundle({ dir }) {
      const { headersOf } = await import("../../dist/cli/studio-site.js");
      const all = readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) =>
          join(entry.parentPath, entry.name)
            .slice(dir.length + 1)
            .replaceAll("\\", "/"),
        )
        .filter((file) => file !== "sw.js")
        .sort();
      const hash = createHash("sha256");
      for (const file of all) hash.update(file).update(readFileSync(join(dir, file)));
      const { "Cache-Control": _, ...headers } = headersOf("/index.html");
      const { "Cache-Control": __, ...embeddedHeaders } = headersOf("/embed.html");
      const site = {
        store: `receptive ${hash.digest("hex").slice(0, 16)}`,
        files: all.filter((file) => !isLater(file)),
        later: all.filter(isLater),
        headers,
        embeddedHeaders,
      };
      const { outputFiles } = await build({
        entryPoints: [entry],
        bundle: true,
        minify: true,
        write: false,
        format: "iife",
        target: "es2022",
        tsconfigRaw: {},
        logLevel: "warning",
      });
      // On a line of its own: `receptive studio --export` adds the network that it brings along.
      writeFileSync(join(dir, "sw.js"), `const site = ${JSON.stringify(site)};\n${outputFiles[0].text}`);
    },
  };
}
