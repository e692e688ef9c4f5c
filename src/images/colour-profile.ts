/** Colours of a picture's ICC profile as those of sRGB. ICC.1:2010 (profile version 4.3). */

/** Changes one pixel's red, green, blue, or brightness, all of 0 to 255, in place. */
export type ColourChange = (pixels: Uint8Array, channels: number) => void;

/** A screen's or camera's profile: a curve for each channel, and where its three lights stand in XYZ (D50). */
interface MatrixProfile {
  readonly curves: readonly Float64Array[];
  /** Rows X, Y, Z; columns red, green, blue. */
  readonly matrix: readonly number[];
}

/** sRGB's lights, adapted to D50 as profiles have them; and back. */
const fromXyz = [
  3.1342743064716685, -1.6172740169674227, -0.4907348029960736, -0.9787955743252027, 1.9161615964684828,
  0.03345405023031959, 0.07197855132366798, -0.2289898906034097, 1.405748368709628,
];

/** sRGB's own curve, IEC 61966-2-1: linear light of 0 to 1 as 0 to 255. */
const encoded = (light: number): number =>
  255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055);

/** It at so many places, so that a pixel costs no power: from one to the next are at most a fifth of a level. */
const steps = 1 << 14;
let encodedSteps: Uint8Array | undefined;
function encode(light: number): number {
  encodedSteps ??= Uint8Array.from({ length: steps + 1 }, (_, i) => Math.round(encoded(i / steps)));
  return encodedSteps[light <= 0 ? 0 : light >= 1 ? steps : Math.round(light * steps)];
}

/**
 * How pixels in the colours of this profile become those of sRGB, by curves and a matrix.
 *
 * @returns undefined where nothing changes by more than a level, or the profile is none that can be followed: one by
 *     tables (of printers and inks), or a damaged one
 */
export function toSrgb(profile: Uint8Array): ColourChange | undefined {
  try {
    return changeOf(profile);
  } catch {
    return undefined; // a tag that lies beyond the file: colours as they are stored are better than none
  }
}

function changeOf(profile: Uint8Array): ColourChange | undefined {
  const view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength);
  const text = (at: number) => String.fromCharCode(...profile.subarray(at, at + 4));
  if (text(36) !== "acsp") return undefined;
  const tags = new Map<string, number>();
  for (let i = 0; i < Math.min(view.getUint32(128), 200); i++)
    tags.set(text(132 + 12 * i), view.getUint32(136 + 12 * i));
  const curve = (name: string) => {
    const at = tags.get(name);
    return at === undefined ? undefined : curveAt(view, at);
  };
  if (text(16) === "GRAY") {
    const light = curve("kTRC");
    return light && greyChange(light);
  }
  if (text(16) !== "RGB " || text(20) !== "XYZ ") return undefined;
  const [lights, curves] = [
    ["rXYZ", "gXYZ", "bXYZ"].map((name) => tags.get(name)),
    ["rTRC", "gTRC", "bTRC"].map(curve),
  ];
  if (lights.includes(undefined) || curves.includes(undefined)) return undefined;
  const columns = lights.map((at) => [8, 12, 16].map((k) => view.getInt32(at! + k) / 65536));
  const matrix = [0, 1, 2].flatMap((row) => columns.map((column) => column[row]));
  return rgbChange({ curves: curves as Float64Array[], matrix });
}

/** The light of each of 256 levels, 0 to 1. */
function curveAt(view: DataView, at: number): Float64Array | undefined {
  const type = String.fromCharCode(
    view.getUint8(at),
    view.getUint8(at + 1),
    view.getUint8(at + 2),
    view.getUint8(at + 3),
  );
  const levels = { length: 256 };
  if (type === "curv") {
    const count = view.getUint32(at + 8);
    if (count === 0) return Float64Array.from(levels, (_, v) => v / 255);
    if (count === 1) {
      const gamma = view.getUint16(at + 12) / 256;
      return Float64Array.from(levels, (_, v) => (v / 255) ** gamma);
    }
    return Float64Array.from(levels, (_, v) => {
      const place = (v / 255) * (count - 1);
      const low = Math.min(Math.floor(place), count - 2);
      const [a, b] = [view.getUint16(at + 12 + 2 * low), view.getUint16(at + 14 + 2 * low)];
      return (a + (b - a) * (place - low)) / 65535;
    });
  }
  if (type !== "para") return undefined;
  const kind = view.getUint16(at + 8);
  const counts = [1, 3, 4, 5, 7];
  if (kind >= counts.length) return undefined;
  const [g, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0] = Array.from(
    { length: counts[kind] },
    (_, k) => view.getInt32(at + 12 + 4 * k) / 65536,
  );
  const formula: (x: number) => number = [
    (x: number) => x ** g,
    (x: number) => (x >= -b / a ? (a * x + b) ** g : 0),
    (x: number) => (x >= -b / a ? (a * x + b) ** g + c : c),
    (x: number) => (x >= d ? (a * x + b) ** g : c * x),
    (x: number) => (x >= d ? (a * x + b) ** g + e : c * x + f),
  ][kind];
  return Float64Array.from(levels, (_, v) => Math.min(1, Math.max(0, formula(v / 255))));
}

function greyChange(light: Float64Array): ColourChange | undefined {
  const levels = Uint8Array.from(light, encode);
  if (levels.every((level, v) => Math.abs(level - v) <= 1)) return undefined;
  return (pixels, channels) => {
    const isGrey = channels <= 2;
    if (isGrey) for (let i = 0; i < pixels.length; i += channels) pixels[i] = levels[pixels[i]];
  };
}

function rgbChange({ curves: [red, green, blue], matrix }: MatrixProfile): ColourChange | undefined {
  const m = [0, 1, 2].flatMap((i) =>
    [0, 1, 2].map((j) => [0, 1, 2].reduce((sum, k) => sum + fromXyz[3 * i + k] * matrix[3 * k + j], 0)),
  );
  const change: ColourChange = (pixels, channels) => {
    if (channels < 3) return; // brightness alone has no use for three lights
    for (let i = 0; i < pixels.length; i += channels) {
      const [r, g, b] = [red[pixels[i]], green[pixels[i + 1]], blue[pixels[i + 2]]];
      pixels[i] = encode(m[0] * r + m[1] * g + m[2] * b);
      pixels[i + 1] = encode(m[3] * r + m[4] * g + m[5] * b);
      pixels[i + 2] = encode(m[6] * r + m[7] * g + m[8] * b);
    }
  };
  const probe = Uint8Array.from(probes);
  change(probe, 3);
  return probe.every((value, i) => Math.abs(value - probes[i]) <= 1) ? undefined : change;
}

/** Colours by which sRGB's own profile, in its many spellings, is known. */
const probes = [0, 64, 128, 192, 255].flatMap((r) =>
  [0, 64, 128, 192, 255].flatMap((g) => [0, 64, 128, 192, 255].flatMap((b) => [r, g, b])),
);
