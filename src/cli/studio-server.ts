/** Where the studio's built site is, its server on a port of this machine, and the browser that looks at it. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../door/usage-error.js";

export const usualPort = 4880;

/** Where the built site is: the package beside this one or in the project at hand, or this repository's own build. */
export function siteFolder(): string {
  const here = fileURLToPath(import.meta.url);
  for (const from of [join(process.cwd(), "x.js"), here])
    try {
      const site = join(dirname(createRequire(from).resolve("receptive-studio/package.json")), "dist");
      if (existsSync(join(site, "index.html"))) return site;
    } catch {
      // Not installed there.
    }
  const built = join(dirname(here), "../../studio/dist");
  if (existsSync(join(built, "index.html"))) return built;
  throw new UsageError(
    "the studio's site is a package of its own, which is not there: npm install receptive-studio",
  );
}

/** @throws where the port that was asked for is taken; the usual one gives way to a free one */
export async function listening(server: Server, asked: number | undefined): Promise<void> {
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        server.off("error", reject);
        resolve();
      });
    });
  try {
    await listen(asked ?? usualPort);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE" && asked === undefined) await listen(0);
    else if (code === "EADDRINUSE")
      throw new UsageError(`port ${asked} is taken: leave --port out for a free one`);
    else if (code === "EACCES")
      throw new UsageError(`port ${asked} is not allowed here: take one above 1023`);
    else throw error;
  }
}

/** Browsers keep connections open: the port is free at once. */
export async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

/**
 * With what the system opens addresses; where it has nothing, the printed address is there.
 * @returns whether there is something that opens it
 */
export function openBrowser(address: string): Promise<boolean> {
  const [command, ...args] =
    process.platform === "darwin"
      ? ["open", address]
      : process.platform === "win32"
        ? ["cmd", "/c", "start", "", address]
        : ["xdg-open", address];
  const opener = spawn(command, args, { stdio: "ignore", detached: true });
  opener.unref();
  return new Promise((resolve) => {
    opener.on("error", () => resolve(false)).on("spawn", () => resolve(true));
  });
}
