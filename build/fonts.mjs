/**
 * The fonts of the sheets, `npm run fonts`: DejaVu Sans and its bold with the characters that sheets can need, a tenth of
 * what the whole fonts take. Names of classes and files are people's own: Latin, Greek and Cyrillic letters are all there.
 */
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import subsetFont from "subset-font";

const { resolve } = createRequire(import.meta.url);

/** First and last of ranges of code points. */
const ranges = [
  [0x0020, 0x007e],
  [0x00a0, 0x024f], // Latin, with what Europe adds to it
  [0x02b0, 0x02ff], // letters that modify, and spacing accents
  [0x0300, 0x036f], // accents that combine
  [0x0370, 0x03ff], // Greek
  [0x0400, 0x052f], // Cyrillic
  [0x1e00, 0x1eff], // Latin, as Vietnamese needs it
  [0x2000, 0x209f], // punctuation, superscripts and subscripts
  [0x20a0, 0x20bf], // currencies
  [0x2100, 0x218f], // letterlike, fractions
  [0x2190, 0x22ff], // arrows and mathematics
  [0x2300, 0x230f], // ceilings and floors
  [0x2500, 0x25ff], // lines, blocks, geometric shapes
  [0x2713, 0x2718], // ticks and crosses
  [0x27e8, 0x27e9], // angle brackets
  [0xfffd, 0xfffd], // what stands for a character that is not there
];

const characters = ranges
  .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i))
  .map((code) => String.fromCodePoint(code))
  .join("");

for (const name of ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"]) {
  const whole = readFileSync(resolve(`dejavu-fonts-ttf/ttf/${name}`));
  const subset = await subsetFont(whole, characters, { targetFormat: "truetype" });
  writeFileSync(`fonts/${name}`, subset);
  console.log(`fonts/${name}: ${subset.length} bytes of ${whole.length}`);
}
copyFileSync(resolve("dejavu-fonts-ttf/LICENSE"), "fonts/LICENSE");
