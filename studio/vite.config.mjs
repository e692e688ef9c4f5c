import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { namedAnswers } from "./build/named-answers.mjs";

const library = fileURLToPath(new URL("../dist/index.js", import.meta.url));
if (!existsSync(library)) throw new Error("studio: dist/ is not there; npm run build makes it");

/** `virtual:named-answers`: what the library answers to the examples with a name. */
function answers() {
  const id = "virtual:named-answers";
  return {
    name: "named answers",
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    async load(resolved) {
      if (resolved !== `\0${id}`) return undefined;
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(await namedAnswers()))});`;
    },
  };
}

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  plugins: [svelte(), answers()],
  resolve: { alias: { receptive: library } },
  worker: { format: "es" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      checks: { pluginTimings: false },
      input: ["index.html", "embed.html"].map((name) => fileURLToPath(new URL(name, import.meta.url))),
    },
  },
});
