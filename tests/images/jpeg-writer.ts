/** A baseline JPEG of drawn numbers: no picture of anything, but each sort of file that encoders write. T.81, annexes B and F. */
import { RandomStream } from "../../src/random/threefry.js";

export interface Kind {
  width: number;
  height: number;
  /** Of each component: how many blocks across and down a unit has. */
  sampling: readonly (readonly [h: number, v: number])[];
  /** Units between restart markers. */
  restart?: number;
  /** Greatest size of a number, beside its quantization. */
  reach?: number;
  /** Codes from so many bits on: short ones, or some of 16. */
  codes?: "short" | "long";
}

export function drawnJpeg(seed: number, kind: Kind): Uint8Array {
  const { width, height, sampling, restart = 0, reach = 9, codes = "short" } = kind;
  const random = new RandomStream(seed);
  const bytes: number[] = [0xff, 0xd8];
  const segment = (marker: number, content: readonly number[]) =>
    bytes.push(0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 255, ...content);
  segment(0xdb, [0, ...Array.from({ length: 64 }, () => 1 + random.integer(12))]);
  const ids = sampling.map((_, c) => c + 1);
  segment(0xc0, [
    ...[8, height >> 8, height & 255, width >> 8, width & 255, sampling.length],
    ...sampling.flatMap(([h, v], c) => [ids[c], (h << 4) | v, 0]),
  ]);
  const symbols = { dc: Array.from({ length: 12 }, (_, i) => i), ac: acSymbols() };
  const codeOf = { dc: new Map<number, string>(), ac: new Map<number, string>() };
  for (const [type, name] of (["dc", "ac"] as const).entries()) {
    const counts = countsOf(symbols[name].length, codes);
    segment(0xc4, [type << 4, ...counts, ...symbols[name]]);
    let [code, at] = [0, 0];
    for (let length = 1; length <= 16; length++, code <<= 1)
      for (let k = 0; k < counts[length - 1]; k++, code++, at++)
        codeOf[name].set(symbols[name][at], code.toString(2).padStart(length, "0"));
  }
  if (restart > 0) segment(0xdd, [restart >> 8, restart & 255]);
  segment(0xda, [sampling.length, ...ids.flatMap((id) => [id, 0]), 0, 63, 0]);

  let bits = "";
  const number = (value: number) => {
    const size = value === 0 ? 0 : Math.floor(Math.log2(Math.abs(value))) + 1;
    const text =
      size === 0 ? "" : (value < 0 ? value + 2 ** size - 1 : value).toString(2).padStart(size, "0");
    return { size, text };
  };
  const last = sampling.map(() => 0);
  const block = (c: number) => {
    const first = random.integer(121) - 60;
    const { size, text } = number(first - last[c]);
    last[c] = first;
    bits += codeOf.dc.get(size)! + text;
    const ends = random.integer(3) === 0 ? 1 : 1 + random.integer(64);
    let run = 0;
    for (let k = 1; k < ends; k++) {
      const value = random.integer(3) === 0 ? random.integer(2 * reach + 1) - reach : 0;
      if (value === 0) {
        run++;
        continue;
      }
      for (; run > 15; run -= 16) bits += codeOf.ac.get(0xf0)!;
      const coded = number(value);
      bits += codeOf.ac.get((run << 4) | coded.size)! + coded.text;
      run = 0;
    }
    if (run > 0 || ends < 64) bits += codeOf.ac.get(0)!;
  };
  const flush = () => {
    while (bits.length % 8 > 0) bits += "1";
    for (let at = 0; at < bits.length; at += 8) {
      const byte = Number.parseInt(bits.slice(at, at + 8), 2);
      bytes.push(...(byte === 255 ? [255, 0] : [byte]));
    }
    bits = "";
  };
  const most = [0, 1].map((k) => (sampling.length === 1 ? 1 : Math.max(...sampling.map((one) => one[k]))));
  const units = Math.ceil(width / (8 * most[0])) * Math.ceil(height / (8 * most[1]));
  for (let unit = 0; unit < units; unit++) {
    if (restart > 0 && unit > 0 && unit % restart === 0) {
      flush();
      bytes.push(0xff, 0xd0 + ((unit / restart - 1) & 7));
      last.fill(0);
    }
    for (const [c, [h, v]] of sampling.entries())
      for (let i = 0; i < (sampling.length === 1 ? 1 : h * v); i++) block(c);
  }
  flush();
  return Uint8Array.of(...bytes, 0xff, 0xd9);
}

const acSymbols = (): number[] => {
  const found = [0, 0xf0];
  for (let size = 1; size <= 10; size++) for (let run = 0; run < 16; run++) found.push((run << 4) | size);
  return found;
};

/** Few short codes and many of the greatest length, or all alike. */
function countsOf(total: number, codes: "short" | "long"): number[] {
  const counts = new Array(16).fill(0);
  if (codes === "short") counts[total < 16 ? 3 : 7] = total;
  else {
    const few = Math.min(6, total - 1);
    for (let k = 0; k < few; k++) counts[k + 1] = 1;
    counts[15] = total - few;
  }
  return counts;
}
