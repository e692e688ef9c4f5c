/** Numbers as people read them: in the terminal, on the sheet, in progress lines. */

/** 61706 → "61,706" */
export const count = (n: number): string => Math.round(n).toLocaleString("en-US");

/** 1 and "channel" → "1 channel", 3000 → "3,000 channels" */
export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : many}`;

/** 0.9874 → "98.7 %"; "n/a" where there is nothing to divide by. */
export const percent = (share: number, digits = 1): string =>
  Number.isFinite(share) ? `${(share * 100).toFixed(digits)} %` : "n/a";

/** Three significant digits: 2.3026 → "2.30", 0.08123 → "0.0812", 0.00004321 → "4.32e-5" */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && size < 0.001) return value.toExponential(2);
  if (size >= 1000) return count(value);
  return size === 0 ? "0" : value.toPrecision(3);
}

/** With the sign that is as wide as a plus, as pictures have it: "-0.36" → "−0.36" */
export const minus = (text: string): string => text.replace(/^-/, "−");

/** 21340.2 → "21,340 images/s"; below 100 with one decimal: "3.4 images/s" */
export const imageRate = (perSecond: number, what = "images"): string =>
  `${perSecond < 100 ? perSecond.toFixed(1) : count(perSecond)} ${what}/s`;

/** 3.44 → "3.4 s", 12.2 → "12 s", 72 → "1 min 12 s", 7380 → "2 h 3 min" */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "n/a";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  const rounded = Math.round(whole / 60);
  return `${Math.floor(rounded / 60)} h ${rounded % 60} min`;
}

/** 9912422 → "9.9 MB" (powers of ten, as download pages count) */
export function bytes(n: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = n < 1 ? 0 : Math.min(Math.floor(Math.log10(n) / 3), units.length - 1);
  const value = n / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
