/** Text in columns of a terminal, where a letter takes none, one or two cells. */

/** Cells that a text takes: combining marks none, East Asian characters and emoji two, all others one. */
export function cells(text: string): number {
  let total = 0;
  for (const letter of text) {
    if (/[\p{Mark}\p{Cf}]/u.test(letter)) continue;
    total +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        letter,
      )
        ? 2
        : 1;
  }
  return total;
}

/** The text, shortened with an ellipsis where it takes more than `width` cells. */
export function shortened(text: string, width: number): string {
  if (cells(text) <= width) return text;
  let kept = "";
  for (const letter of text) {
    if (cells(kept + letter) > width - 1) break;
    kept += letter;
  }
  return width < 1 ? "" : `${kept.trimEnd()}…`;
}

/** The text filled up with spaces to `width` cells; a longer one stays as it is. */
export function aligned(text: string, width: number, align: "left" | "right"): string {
  const filling = " ".repeat(Math.max(0, width - cells(text)));
  return align === "left" ? text + filling : filling + text;
}
