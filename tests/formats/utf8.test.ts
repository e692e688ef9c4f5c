import { afterEach, describe, expect, test, vi } from "vitest";
import { utf8Bytes, utf8Text } from "../../src/formats/utf8.js";

const texts = [
  "",
  "conv1.weights",
  "100 % of größe, 网络, \u{1f642}",
  "\0\u007f\u0080\u07ff\u0800\uffff\u{10ffff}",
];
const broken = [
  [0xff],
  [0x61, 0xc3],
  [0xe2, 0x82],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf8, 0x88, 0x80, 0x80, 0x80],
];

afterEach(() => vi.unstubAllGlobals());

const withoutCoders = (): void => {
  vi.stubGlobal("TextEncoder", undefined);
  vi.stubGlobal("TextDecoder", undefined);
};

describe("without TextEncoder and TextDecoder, as in jsdom", () => {
  test.each(texts)("%j is the same bytes, and the same text again", (text) => {
    const bytes = utf8Bytes(text);
    withoutCoders();
    expect(utf8Bytes(text)).toEqual(bytes);
    expect(utf8Text(bytes)).toBe(text);
    expect(utf8Text(bytes, true)).toBe(text);
  });

  test("half a surrogate pair and a byte order mark are what TextEncoder and TextDecoder make of them", () => {
    const [half, marked] = [utf8Bytes("a\ud800b"), utf8Bytes("\ufeffa")];
    expect(utf8Text(marked)).toBe("a");
    withoutCoders();
    expect(utf8Bytes("a\ud800b")).toEqual(half);
    expect(utf8Text(marked)).toBe("a");
  });

  test.each(broken)("bytes that are no UTF-8 are refused, or replaced: %#", (...bytes) => {
    withoutCoders();
    expect(() => utf8Text(Uint8Array.from(bytes), true)).toThrow();
    expect(utf8Text(Uint8Array.from(bytes))).toMatch(/^a?\ufffd+$/);
  });
});
