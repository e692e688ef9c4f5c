import { writeFileSync } from "node:fs";
import { build } from "esbuild";

/** `dist/runtime/thread-source.js`: the text of the engine's threads as a literal, which no later bundler changes. */
export async function writeThreadSource() {
  const { outputFiles } = await build({
    stdin: { contents: 'export { threadMain } from "./dist/runtime/thread-main.js";', resolveDir: "." },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    tsconfigRaw: {},
    write: false,
  });
  const text = `(()=>{${outputFiles[0].text.trim().replace(/export\{(\w+) as threadMain\};$/, "return $1")}})()`;
  if (!/return \w+\}\)\(\)$/.test(text))
    throw new Error(`the threads' text ends otherwise: ${text.slice(-80)}`);
  writeFileSync("dist/runtime/thread-source.js", `export const threadSource = ${JSON.stringify(text)};\n`);
}
