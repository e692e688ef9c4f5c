/**
 * `npm run simd`: what stands in the `.wat` files of `src` as WebAssembly, in a module beside each, `resize-code.ts` for
 * `resize.wat`. A test holds the two together.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import wabt from "wabt";

export const texts = () =>
  readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".wat"))
    .map((name) => `src/${name}`);

/** @returns  base64 of the module */
export async function assembled(path) {
  const { parseWat } = await wabt();
  const module = parseWat(path, readFileSync(path, "utf8"), { simd: true });
  module.validate();
  return Buffer.from(module.toBinary({ write_debug_names: false }).buffer).toString("base64");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  for (const path of texts()) {
    const text = await assembled(path);
    const to = path.replace(/\.wat$/, "-code.ts");
    const name = path.split("/").at(-1);
    writeFileSync(
      to,
      `/** The WebAssembly of \`${name}\` in base64, made by \`npm run simd\`. */\nexport const code =\n  "${text}";\n`,
    );
    console.log(`${to}: ${text.length} characters`);
  }
