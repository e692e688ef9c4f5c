import { writeFileSync } from "node:fs";
import { build } from "esbuild";

/** `dist/runtime/thread-source.js`: the text of the engine's threads as a literal, which no later bundler changes. */
export async function writeThreadSource() {
  const { outputFiles } = await build({
    entryPoints: ["dist/runtime/thread-main.js"],
    bundle: true,
    minify: true,
    format: "iife",
    globalName: "thread",
    target: "es2022",
    tsconfigRaw: {},
    write: false,
  });
  const text = `(()=>{${outputFiles[0].text};return thread.threadMain})()`;
  writeFileSync("dist/runtime/thread-source.js", `export const threadSource = ${JSON.stringify(text)};\n`);
}
