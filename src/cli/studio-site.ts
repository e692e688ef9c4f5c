/** The studio's built site over HTTP, on this machine alone: strict headers, and no path outside its folder. */
import { createReadStream } from "node:fs";
import { readFile, realpath, stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname, join, sep } from "node:path";
import { type BroughtNetwork, broughtFolder, pageWith } from "./studio-export.js";

/** What files of the site are. Others are not served. */
const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".webp": "image/webp",
  ".png": "image/png",
  ".wasm": "application/wasm",
  ".safetensors": "application/octet-stream",
  ".bin": "application/octet-stream",
  ".webmanifest": "application/manifest+json",
};

const policy = (framedBy: string): string =>
  [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self' blob:",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${framedBy}`,
    "require-trusted-types-for 'script'",
  ].join("; ");

const permissions = (own: string): string =>
  [
    ...["camera", "microphone", "fullscreen", "clipboard-write"].map((name) => `${name}=${own}`),
    ...["geolocation", "payment", "usb", "serial", "hid", "midi", "display-capture"].map(
      (name) => `${name}=()`,
    ),
  ].join(", ");

/** Of a page or file of the site; where another host sends none, the site's service worker adds them. */
export function headersOf(path: string): Record<string, string> {
  // The one page that may stand in slides and pages from elsewhere: it sees and hears nothing.
  const isEmbedded = path === "/embed.html";
  return {
    "Content-Security-Policy": policy(isEmbedded ? "*" : "'self'"),
    "Permissions-Policy": permissions(isEmbedded ? "()" : "(self)"),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": isEmbedded ? "cross-origin" : "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    // Names of assets have their content's hash in them, pages have not.
    "Cache-Control": path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
  };
}

/** The names by which a browser on this machine may ask. Others are pages elsewhere that point their own name here. */
const ownNames = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/** What is served beside the site, and named on its page. */
export interface Beside {
  /** Written into the page's head. */
  readonly page: (page: string) => string;
  /** @returns what lies at a path, or what writes it; undefined where nothing does */
  readonly at: (path: string) => Uint8Array | ((response: ServerResponse) => void) | undefined;
}

const dataPlace = `${broughtFolder}/data.safetensors`;

/** Networks that lie beside the page, and pictures that it learns from, where there are such. */
export const besideOf = (
  brought: readonly BroughtNetwork[],
  data?: { readonly bytes?: Uint8Array },
): Beside => ({
  page(page) {
    const named = pageWith(page, brought);
    return data?.bytes
      ? named.replace("</title>", `</title>\n    <meta name="receptive-data" content="${dataPlace}" />`)
      : named;
  },
  at: (path) =>
    path === `/${dataPlace}`
      ? data?.bytes
      : brought.find(({ name }) => path === `/${broughtFolder}/${name}`)?.bytes,
});

/**
 * @param folder   of the built site, with index.html in it
 * @param beside   what else the page is given, if anything
 */
export function siteServer(folder: string, beside?: Beside): Server {
  return createServer((request, response) => {
    answer(folder, beside, request, response).catch(() =>
      refuse(response, 500, "The file could not be read."),
    );
  });
}

async function answer(
  folder: string,
  beside: Beside | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!ownNames.test(request.headers.host ?? ""))
    return refuse(response, 403, "Only this machine is answered.");
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    return refuse(response, 405, "Only GET and HEAD are answered.");
  }
  const path = pathOf(request.url ?? "/");
  const made = path && beside && (await madeOf(path, folder, beside));
  if (typeof made === "function") return made(response);
  if (made) {
    response.writeHead(200, {
      ...headersOf(path),
      "Content-Type": types[extname(path)],
      "Content-Length": made.length,
      ...(path === "/index.html" ? {} : { "Cache-Control": "no-store" }),
    });
    response.end(request.method === "HEAD" ? undefined : made);
    return;
  }
  const file = path && (await fileAt(folder, path));
  if (!file) return refuse(response, 404, "There is no such file.");
  response.writeHead(200, {
    ...headersOf(path),
    "Content-Type": types[extname(file.path)],
    "Content-Length": file.size,
  });
  if (request.method === "HEAD") response.end();
  else
    createReadStream(file.path)
      .on("error", () => response.destroy())
      .pipe(response);
}

/** What is not as it lies in the folder. */
async function madeOf(path: string, folder: string, beside: Beside) {
  if (path !== "/index.html") return beside.at(path);
  return Buffer.from(beside.page(await readFile(join(folder, "index.html"), "utf8")));
}

/** @returns undefined where it is no path at all */
function pathOf(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.split(/[?#]/, 1)[0]);
    return path.startsWith("/") && !path.includes("\0") && !path.includes("\\")
      ? path.endsWith("/")
        ? `${path}index.html`
        : path
      : undefined;
  } catch {
    return undefined;
  }
}

async function fileAt(folder: string, path: string): Promise<{ path: string; size: number } | undefined> {
  if (types[extname(path)] === undefined || path.split("/").some((part) => part.startsWith(".")))
    return undefined;
  try {
    // A link in the folder may lead out of it.
    const [root, file] = await Promise.all([realpath(folder), realpath(join(folder, path))]);
    const found = await stat(file);
    return file.startsWith(root + sep) && found.isFile() && types[extname(file)]
      ? { path: file, size: found.size }
      : undefined;
  } catch {
    return undefined;
  }
}

function refuse(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, {
    "Content-Type": "text/plain; charset=utf-8",
    "X-Content-Type-Options": "nosniff",
  });
  response.end(`${text}\n`);
}
