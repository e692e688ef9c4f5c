/** Which characters the fonts of the sheets have, and what stands for names that are written with others. */

/** First and last of ranges of code points: `npm run fonts` takes these out of DejaVu Sans. */
export const ranges: readonly (readonly [first: number, last: number])[] = [
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

const known = ranges.map((range) => range.map((code) => `\\u{${code.toString(16)}}`).join("-")).join("");
const others = new RegExp(`[^${known}]+`, "gu");

/** With � for each run of characters that the fonts lack: nothing would be drawn for them. */
export const drawable = (content: string): string => content.replace(others, "\ufffd");

/**
 * Names of classes as the fonts can write them: without characters that they lack, such as pictures; "class 6" where
 * nothing would be left, as of Chinese, or where another class would be called the same.
 */
export function writableNames(classes: readonly string[]): string[] {
  const written = classes.map((name) => name.replace(others, " ").replace(/\s+/g, " ").trim());
  const called = new Map<string, number>();
  for (const name of written) called.set(name, (called.get(name) ?? 0) + 1);
  return classes.map((name, k) => {
    const left = written[k];
    const isWhole = left === name.replace(/\s+/g, " ").trim();
    return isWhole || (/[\p{L}\p{N}]/u.test(left) && called.get(left) === 1) ? left : `class ${k}`;
  });
}
