/** JSON out of files, of which nobody knows how deep it goes and how often it says the same. */
import type { Fail } from "./refusal.js";

/** Deeper than any description of a model, and far from where programs that follow it run out of stack. */
const deepest = 200;

/**
 * The value of a JSON text.
 * @param what  what the text is, for the error: "the header"
 */
export function parseJson(text: string, what: string, fail: Fail): unknown {
  walk(text, { onDepth: (depth) => depth <= deepest || fail(`${what} is nested more than ${deepest} deep`) });
  try {
    return JSON.parse(text);
  } catch (error) {
    return fail(`${what} is not valid JSON: ${(error as Error).message}`);
  }
}

/** The first key that occurs twice in the outermost object: JSON.parse silently keeps the last of them. */
export function repeatedKey(json: string): string | undefined {
  const keys = new Set<string>();
  let repeated: string | undefined;
  walk(json, {
    onOuterText(quoted, after) {
      if (repeated !== undefined || !/^\s*:/.test(json.slice(after, after + 64))) return;
      const key: string = quoted.includes("\\") ? JSON.parse(quoted) : quoted.slice(1, -1);
      if (keys.has(key)) repeated = key;
      keys.add(key);
    },
  });
  return repeated;
}

/** Goes once through a text, by itself and not by a regular expression, which would run out of stack at long strings. */
function walk(
  json: string,
  seen: { onDepth?: (depth: number) => void; onOuterText?: (quoted: string, after: number) => void },
): void {
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const letter = json[at];
    if (letter === "{" || letter === "[") {
      depth++;
      seen.onDepth?.(depth);
    } else if (letter === "}" || letter === "]") depth--;
    else if (letter === '"') {
      const end = endOfText(json, at);
      if (depth === 1) seen.onOuterText?.(json.slice(at, end), end);
      at = end - 1;
    }
  }
}

/** Behind the closing mark of the text that begins at `start`, or the end where it is never closed. */
function endOfText(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); at >= 0; at = json.indexOf('"', at + 1)) {
    let escapes = 0;
    while (json[at - 1 - escapes] === "\\") escapes++;
    if (escapes % 2 === 0) return at + 1;
  }
  return json.length;
}
