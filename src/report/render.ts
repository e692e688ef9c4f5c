import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { packageFile } from "../platform/node-packages.js";

/** An SVG document as a PNG file, drawn with fonts that we bring: it looks the same on a machine that has none. */
export async function renderSvg(svg: string): Promise<Uint8Array> {
  const fontBuffers = await loadRenderer();
  const renderer = new Resvg(svg, {
    font: { fontBuffers, defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" },
  });
  const rendered = renderer.render();
  const png = rendered.asPng();
  rendered.free();
  renderer.free();
  return png;
}

let fonts: Promise<Uint8Array[]> | undefined;

/** Once in a process: the renderer refuses to be started twice. */
function loadRenderer(): Promise<Uint8Array[]> {
  fonts ??= startRenderer().catch((error) => {
    fonts = undefined; // the next call may find what was missing
    throw error;
  });
  return fonts;
}

async function startRenderer(): Promise<Uint8Array[]> {
  // As far from src/report as from the bundle in dist/cli.
  const unpacked = async (path: string) =>
    promisify(brotliDecompress)(await readFile(new URL(`../../${path}.br`, import.meta.url)));
  const font = (name: string) => unpacked(`fonts/${name}`);
  const [program, ...files] = await Promise.all([
    unpacked("dist/cli/resvg.wasm").catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      // What is not built has the package itself.
      return readFile(packageFile("@resvg/resvg-wasm/index_bg.wasm"));
    }),
    font("DejaVuSans.ttf"),
    font("DejaVuSans-Bold.ttf"),
  ]);
  await initWasm(program);
  return files;
}
