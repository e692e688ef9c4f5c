/**
 * The fonts of the sheets, `npm run fonts`: DejaVu Sans and its bold with the characters that sheets can need, a third of
 * what the whole fonts take. Names of classes and files are people's own: Latin, Greek and Cyrillic letters are all there.
 */
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { brotliCompressSync } from "node:zlib";
import subsetFont from "subset-font";
import { ranges } from "../dist/report/sheet/characters.js";

const { resolve } = createRequire(import.meta.url);

const characters = ranges
  .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i))
  .map((code) => String.fromCodePoint(code))
  .join("");

for (const name of ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"]) {
  const whole = readFileSync(resolve(`dejavu-fonts-ttf/ttf/${name}`));
  const subset = await subsetFont(whole, characters, { targetFormat: "truetype" });
  const packed = brotliCompressSync(subset); // half of it
  writeFileSync(`fonts/${name}.br`, packed);
  console.log(`fonts/${name}.br: ${subset.length} bytes of ${whole.length}, packed ${packed.length}`);
}
copyFileSync(resolve("dejavu-fonts-ttf/LICENSE"), "fonts/LICENSE");
