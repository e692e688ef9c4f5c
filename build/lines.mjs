/** Minified files in lines, since Node shows the line that threw; one of a hundred kilobytes is nothing to read. */
import { readFileSync, writeFileSync } from "node:fs";

/**
 * Without the breaks that esbuild makes within strings to keep to its line limit ("fi\\⏎lters"): a bundler that indents
 * what it wraps, such as Rollup within Vite, would put a tab into the string.
 */
export const wholeStrings = (code) => code.replace(/(?<!\\)((?:\\\\)*)\\\n/g, "$1");

/** For esbuild: lines of about so many characters, and strings whole. */
export const inLines = (limit) => ({
  name: "lines",
  setup({ initialOptions, onEnd }) {
    initialOptions.lineLimit = limit;
    onEnd(() => {
      const { outfile } = initialOptions;
      writeFileSync(outfile, wholeStrings(readFileSync(outfile, "utf8")));
    });
  },
});
