/** Numbers as the tables show them. */

/** Three significant digits, thousands with commas: 0.0123, 4.57, 1,204. */
export function short(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return "";
  return Math.abs(value) >= 1000
    ? Math.round(value).toLocaleString("en-US")
    : String(Number(value.toPrecision(3)));
}

export const percent = (share: number | null): string =>
  share === null || !Number.isFinite(share) ? "" : `${Math.round(100 * share)} %`;

/** 2.5 → "2.50 ×" */
export const times = (ratio: number | null): string =>
  ratio === null ? "" : `${ratio >= 100 ? short(ratio) : ratio.toFixed(2)} ×`;

export const threadCount = (threads: number): string => `${threads} thread${threads === 1 ? "" : "s"}`;
