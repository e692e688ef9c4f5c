/// <reference lib="webworker" />
/**
 * What stands between the page and its server: it keeps the site's files, so that all rooms work without a network, and adds
 * the headers by which a page may have threads, which most hosts of static files do not send.
 *
 * It never loads a page again by itself. Pages come from the network while there is one, and from what is kept where it is
 * silent; files with their content's hash in their name come from what is kept.
 */
import type { Asked, Kept, Told } from "../src/offline/protocol.js";

/** Put in by the build, and by `receptive studio --export`. */
declare const site: {
  /** The name of the store: another one with every change of the site. */
  readonly store: string;
  /** Kept at the first visit. */
  readonly files: readonly string[];
  /** Kept once they were opened, or when it is asked for. */
  readonly later: readonly string[];
  readonly headers: { readonly [name: string]: string };
  readonly embeddedHeaders: { readonly [name: string]: string };
};
declare const self: ServiceWorkerGlobalScope;

const stores = "receptive ";
const address = (file: string) => new URL(file, self.registration.scope).href;
const pages = site.files.filter((file) => file.endsWith(".html")).map(address);
const known = new Set([...site.files, ...site.later].map(address));
/** A page that the network does not bring by then comes from what is kept, in milliseconds. */
const patience = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(keep(site.files));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const store = await caches.open(site.store);
      for (const name of await caches.keys()) {
        if (!name.startsWith(stores) || name === site.store) continue;
        // Photographs that were opened before stay.
        const former = await caches.open(name);
        for (const file of site.later) {
          const found = await former.match(address(file));
          if (found) await store.put(address(file), found);
        }
        await caches.delete(name);
      }
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  const file = `${origin}${pathname.endsWith("/") ? `${pathname}index.html` : pathname}`;
  if (pages.includes(file)) event.respondWith(page(request, file));
  else if (known.has(file)) event.respondWith(keptFile(file));
  // Of a newer site than this: its workers need the headers that its page was given.
  else if (file.startsWith(address("assets/")))
    event.respondWith(fetch(request).then((answer) => withHeaders(answer)));
});

self.addEventListener("message", (event) => {
  const asked = event.data as Asked;
  const tell = (told: Told) => event.ports[0]?.postMessage(told);
  event.waitUntil(
    (asked.want === "all" ? keep(site.later) : Promise.resolve())
      .then(kept)
      .then(tell, (error: Error) => tell({ failure: error.message })),
  );
});

async function page(request: Request, file: string): Promise<Response> {
  const fromStore = async () => (await caches.open(site.store)).match(file);
  const fromNetwork = fetch(request);
  // Whatever comes first; a network that fails waits for the store, whose answer it then is.
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, patience, undefined));
  const answer = await Promise.race([fromNetwork.catch(() => undefined), late]);
  if (answer?.ok) return (await isOfTheStudio(answer.clone())) ? withHeaders(answer) : answer;
  const found = await fromStore();
  return withHeaders(found ?? answer ?? (await fromNetwork), file);
}

/** Another site may have come to stand at the same port: it is left as it is. */
const isOfTheStudio = async (page: Response): Promise<boolean> =>
  (await page.text()).includes("<title>Receptive Studio");

async function keptFile(file: string): Promise<Response> {
  const store = await caches.open(site.store);
  const found = await store.match(file);
  if (found) return withHeaders(found, file);
  const answer = await fetch(file);
  if (answer.ok) await store.put(file, answer.clone()).catch(() => {});
  return withHeaders(answer, file);
}

async function keep(files: readonly string[]): Promise<void> {
  const store = await caches.open(site.store);
  const missing: string[] = [];
  for (const file of files) if (!(await store.match(address(file)))) missing.push(address(file));
  await store.addAll(missing.map((file) => new Request(file, { cache: "no-cache" })));
}

async function kept(): Promise<Kept> {
  const store = await caches.open(site.store);
  const found = await Promise.all(
    site.later.map(async (file) => (await store.match(address(file))) !== undefined),
  );
  return { files: site.files.length, later: site.later.length, kept: found.filter(Boolean).length };
}

/** What a server has said already stays as it is. */
function withHeaders(response: Response, file = response.url): Response {
  // Nothing can be added to answers that hide what they are, or that lead elsewhere.
  if (response.type === "opaque" || response.type === "opaqueredirect" || response.type === "error")
    return response;
  const headers = new Headers(response.headers);
  const isEmbedded = new URL(file || self.location.href).pathname.endsWith("/embed.html");
  for (const [name, value] of Object.entries(isEmbedded ? site.embeddedHeaders : site.headers))
    if (!headers.has(name)) headers.set(name, value);
  const hasBody = ![101, 204, 205, 304].includes(response.status);
  return new Response(hasBody ? response.body : null, {
    status: response.status,
    statusText: response.statusText,
    headers,
  });
}
