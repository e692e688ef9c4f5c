import type { WasmFeatures } from "./emitter.js";

const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** A module with one function () → v128 that consists of these instructions. */
const accepts = (...code: number[]): boolean =>
  WebAssembly.validate(
    new Uint8Array([
      ...header,
      ...[1, 5, 1, 0x60, 0, 1, 0x7b],
      ...[3, 2, 1, 0],
      ...[10, code.length + 4, 1, code.length + 2, 0, ...code, 0x0b],
    ]),
  );

const zero = [0x41, 0, 0xfd, 0x11];

/** What the engine at hand understands; asked by validating tiny modules. */
export function detectFeatures(): WasmFeatures & { simd: boolean } {
  return {
    simd: accepts(...zero),
    relaxedSimd: accepts(...zero, ...zero, ...zero, 0xfd, 0x85, 0x02),
  };
}

/** Why there is no WebAssembly that kernels could be written for; null: there is. */
export function whyNoWasm(): string | null {
  if (typeof WebAssembly === "undefined")
    return "this JavaScript engine has no WebAssembly (Node has none under --jitless)";
  try {
    // Validating is allowed where compiling is not.
    new WebAssembly.Module(new Uint8Array(header));
  } catch {
    return "the page's Content-Security-Policy forbids WebAssembly: script-src needs 'wasm-unsafe-eval'";
  }
  return detectFeatures().simd
    ? null
    : "this JavaScript engine has no WebAssembly SIMD; Node 16.4, Chrome 91, Firefox 89 and Safari 16.4 have it";
}
