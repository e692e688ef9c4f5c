/** WebAssembly that is written by hand (`*.wat`), beside loops that give the same numbers. */

export interface SimdCode {
  readonly memory: WebAssembly.Memory;
}

/** @returns undefined where this engine has no WebAssembly, none with SIMD, or the page forbids it */
export function instantiated<Code extends object>(
  base64: string,
  imports?: WebAssembly.Imports,
): Code | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    return new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports as unknown as Code;
  } catch {
    return undefined;
  }
}

const page = 65536;

/** The code's memory, grown to so many bytes; undefined where there is no more. */
export function memoryOf({ memory }: SimdCode, bytes: number): ArrayBuffer | undefined {
  const more = Math.ceil((bytes - memory.buffer.byteLength) / page);
  if (more > 0)
    try {
      memory.grow(more);
    } catch {
      return undefined;
    }
  return memory.buffer as ArrayBuffer;
}
