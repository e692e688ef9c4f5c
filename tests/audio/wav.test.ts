import { describe, expect, test } from "vitest";
import { encodeWav, readWav, SoundError, soundOf } from "../../src/audio/index.js";

interface Header {
  tag?: number;
  channels?: number;
  rate?: number;
  bits?: number;
  bytes?: number;
  extra?: readonly number[];
  big?: boolean;
  riff?: string;
}

/** A WAV file chunk by chunk, as other programs write them. */
function wav(
  { tag = 1, channels = 1, rate = 8000, bits = 16, extra = [], big = false, ...others }: Header,
  samples: readonly number[],
  { said = samples.length, before = [] as (readonly [string, readonly number[]])[] } = {},
): Uint8Array {
  const { bytes = bits / 8, riff = big ? "RIFX" : "RIFF" } = others;
  const number = (value: number, size: number) => {
    const digits = Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** i) % 256);
    return big ? digits.reverse() : digits;
  };
  const letters = (word: string) => [...word].map((c) => c.charCodeAt(0));
  const format = [
    ...number(tag, 2),
    ...number(channels, 2),
    ...number(rate, 4),
    ...number(rate * channels * bytes, 4),
    ...number(channels * bytes, 2),
    ...number(bits, 2),
    ...extra,
  ];
  const chunk = (name: string, content: readonly number[], size = content.length) => [
    ...letters(name),
    ...number(size, 4),
    ...content,
    ...(content.length % 2 ? [0] : []),
  ];
  const body = [
    ...letters("WAVE"),
    ...before.flatMap(([name, content]) => chunk(name, content)),
    ...chunk("fmt ", format),
    ...chunk("LIST", [1, 2, 3]),
    ...chunk("data", samples, said),
  ];
  return Uint8Array.from([...letters(riff), ...number(body.length, 4), ...body]);
}

const guid = (tag: number) => [tag, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
const extensible = (tag: number, valid: number) => [22, 0, valid, 0, 4, 0, 0, 0, ...guid(tag)];
const values = (bytes: Uint8Array) => readWav(bytes).channels.map((channel) => Array.from(channel));
const bytesOf = (array: ArrayBufferView) => [
  ...new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
];

describe("readWav", () => {
  test.each([
    ["8 bits", { bits: 8 }, [0, 128, 255, 64], [-1, 0, 127 / 128, -0.5]],
    ["16 bits", {}, [0, 0x80, 0, 0, 0xff, 0x7f, 0, 0x40], [-1, 0, 32767 / 32768, 0.5]],
    [
      "24 bits",
      { bits: 24 },
      [0, 0, 0x80, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0x40],
      [-1, -(2 ** -23), 2 ** -23, 0.5],
    ],
    ["32 bits", { bits: 32 }, [0, 0, 0, 0x80, 0, 0, 0, 0x20], [-1, 0.25]],
    ["float of 32 bits", { tag: 3, bits: 32 }, bytesOf(Float32Array.of(0.1, -2)), [Math.fround(0.1), -2]],
    ["float of 64 bits", { tag: 3, bits: 64 }, bytesOf(Float64Array.of(0.1, -2)), [Math.fround(0.1), -2]],
    [
      "A-law",
      { tag: 6, bits: 8 },
      [0xd5, 0x55, 0xaa, 0x2a, 0x80],
      [8, -8, 32256, -32256, 5504].map((v) => v / 32768),
    ],
    [
      "µ-law",
      { tag: 7, bits: 8 },
      [0xff, 0x7f, 0x80, 0x00, 0xaa],
      [0, 0, 32124, -32124, 5372].map((v) => v / 32768),
    ],
    ["20 bits in 3 bytes", { bits: 20, bytes: 3 }, [0, 0, 0x40], [0.5]],
    [
      "the extensible header, 24 bits",
      { tag: 0xfffe, bits: 24, extra: extensible(1, 24) },
      [0, 0, 0xc0, 0, 0, 0x20],
      [-0.5, 0.25],
    ],
    [
      "the extensible header, 24 valid bits of 32",
      { tag: 0xfffe, bits: 32, extra: extensible(1, 24) },
      [0, 0, 0, 0xc0],
      [-0.5],
    ],
    [
      "the extensible header, float",
      { tag: 0xfffe, bits: 32, extra: extensible(3, 32) },
      bytesOf(Float32Array.of(0.5)),
      [0.5],
    ],
    ["big-endian numbers", { big: true }, [0x80, 0, 0x40, 0], [-1, 0.5]],
    [
      "big-endian numbers of 24 bits",
      { big: true, bits: 24 },
      [0x40, 0, 1, 0xff, 0xff, 0xff],
      [0.5 + 2 ** -23, -(2 ** -23)],
    ],
  ])("%s", (_, header, samples, expected) => {
    expect(values(wav(header, samples))).toEqual([expected]);
    expect(readWav(wav(header, samples)).rate).toBe(8000);
  });

  test("two channels, a sample of each in turn; half a frame at the end is none", () => {
    expect(values(wav({ channels: 2, bits: 8 }, [128, 0, 192, 64, 128]))).toEqual([
      [0, 0.5],
      [-1, -0.5],
    ]);
  });
  test("a length that the program did not know is that of the file; so is one of RF64", () => {
    const two = [[0, 0.5]];
    for (const said of [0xffffffff, 0, 0x7ffff000])
      expect(values(wav({}, [0, 0, 0, 0x40], { said }))).toEqual(two);
    const ds64 = ["ds64", [...Array(8).fill(0), 4, ...Array(19).fill(0)]] as const;
    expect(values(wav({ riff: "RF64" }, [0, 0, 0, 0x40], { said: 0xffffffff, before: [ds64] }))).toEqual(two);
  });
  test("a recording that was stopped at once has no samples, and what follows is none of them", () => {
    const list = [0x4c, 0x49, 0x53, 0x54, 4, 0, 0, 0, 1, 2, 3, 4];
    expect(values(Uint8Array.from([...wav({}, []), ...list]))).toEqual([[]]);
  });
  test("samples of a file that lies within a larger array", () => {
    const file = wav({}, [0, 0x40]);
    const larger = new Uint8Array(file.length + 7);
    larger.set(file, 3);
    expect(values(larger.subarray(3, 3 + file.length))).toEqual([[0.5]]);
  });

  test.each([
    ["nothing", new Uint8Array(3), "has 3 bytes, expected a WAV file"],
    [
      "text",
      new TextEncoder().encode("This is no sound."),
      "is no WAV file: it does not begin with RIFF and WAVE",
    ],
    [
      "cut off",
      wav({}, [0, 0, 0, 0], { said: 400 }),
      "is cut off: its header tells of 400 bytes of samples, there are 4",
    ],
    ["no samples", wav({}, [1, 2]).subarray(0, 38), "has no samples: the chunk data is missing"],
    ["no format", wav({}, [1, 2]).subarray(0, 12), "is damaged: the chunk fmt is missing"],
    [
      "a short format",
      wav({}, []).subarray(0, 30),
      "is damaged: its chunk fmt has 10 bytes, expected 16 at least",
    ],
    [
      "ADPCM",
      wav({ tag: 2, bits: 4, bytes: 1 }, [1]),
      "holds samples of format 2, expected PCM (1), numbers (3), A-law (6) or µ-law (7)",
    ],
    [
      "16 bits of floats",
      wav({ tag: 3 }, [0, 0]),
      "has samples of 16 bits in 2 bytes each, which no format of numbers has",
    ],
    ["no channels", wav({ channels: 0 }, [0, 0]), "has no channels"],
    ["no rate", wav({ rate: 0 }, [0, 0]), "has a rate of 0 samples a second"],
    [
      "an unknown extension",
      wav({ tag: 0xfffe, bits: 16, extra: [...extensible(1, 16).slice(0, 20), 9, 9, 9, 9] }, [0, 0]),
      "holds samples of format unknown, expected PCM (1), numbers (3), A-law (6) or µ-law (7)",
    ],
  ])("says in a line what is wrong with a file: %s", (_, bytes, message) => {
    expect(() => readWav(bytes, "x.wav")).toThrow(new SoundError(`x.wav: ${message}`));
  });

  test("of any damaged byte says a line, or gives a sound", () => {
    const file = wav({ tag: 0xfffe, bits: 24, extra: extensible(1, 24) }, [1, 2, 3, 4, 5, 6]);
    for (let at = 0; at < file.length; at++)
      for (const value of [0, 1, 0x7f, 0xff]) {
        const damaged = file.slice();
        damaged[at] = value;
        try {
          expect(readWav(damaged, "x.wav").channels.length).toBeGreaterThan(0);
        } catch (error) {
          expect(String(error)).toMatch(/^SoundError: x\.wav: .+/);
        }
      }
  });
});

test("encodeWav writes what readWav reads, cut off at the ends of whole numbers", () => {
  const sound = soundOf([Float32Array.of(0, 0.5, -1, 2), Float32Array.of(0.25, -0.25, 1, -3)], 16000);
  for (const samples of [8, 16, 24, 32, "float"] as const) {
    const { channels, rate } = readWav(encodeWav(sound, { samples }));
    expect(rate).toBe(16000);
    const most = samples === "float" ? 2 : Math.fround(1 - 2 / 2 ** samples);
    expect(Array.from(channels[0])).toEqual([0, 0.5, -1, most]);
    expect(channels[1][3]).toBe(samples === "float" ? -3 : -1);
  }
});
