/** The README's page with a worker, in bundlers that follow `new URL("receptive/worker", import.meta.url)`. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hasChromium, trainInChromium } from "../packages/in-chromium.js";
import { project } from "../packages/project.js";
import { figure } from "./figures.js";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const block = (heading: string, language: string): string =>
  new RegExp(`${heading}.*?\`\`\`${language}\\n(.*?)\`\`\``, "s").exec(readme)![1];

const page = block("## In a worker", "ts");
const html = (script: string) =>
  `<!doctype html><meta charset="utf-8"><title>t</title><canvas width="28" height="28"></canvas><script type="module" src="${script}"></script>`;

describe.skipIf(!hasChromium)("the README's page with a worker", () => {
  const check = async (name: string, folder: string, address?: string): Promise<void> => {
    const { printed } = await trainInChromium(folder, { awaited: "accuracy ", address });
    figure(name, printed);
    expect(Number(/accuracy ([\d.]+)/.exec(printed)?.[1])).toBeGreaterThan(0.9);
  };

  test.each(["8", "7", "6"])("Vite %s, built and by its server", async (version) => {
    const { run, folder } = await project(`worker-vite-${version}`, {
      packages: [`vite@${version}`],
      files: {
        "main.ts": page,
        "index.html": html("./main.ts"),
        "vite.config.js": block("`vite.config.js`:", "js"),
      },
    });
    // The page waits at its top level, which Vite's usual target before 7 does not allow.
    await run("vite", "build", "--target", "esnext");
    await check(`Vite ${version}`, join(folder, "dist"));
    const server = spawn("node_modules/.bin/vite", ["--port", "0"], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: "1" },
    });
    try {
      const address = await new Promise<string>((resolve) => {
        server.stdout.on("data", (text) => {
          const [found] = /http:\/\/localhost:\d+\//.exec(String(text)) ?? [];
          if (found) resolve(found);
        });
      });
      const { headers } = await fetch(address);
      expect(headers.get("Cross-Origin-Embedder-Policy")).toBe("require-corp");
      await check(`Vite ${version}, its server`, folder, address);
    } finally {
      server.kill();
    }
  });

  test("webpack", async () => {
    const plain = page.replaceAll(/!(?=[);[.])/g, "");
    const { run, folder } = await project("worker-webpack", {
      packages: ["webpack", "webpack-cli"],
      files: { "main.js": plain, "dist/index.html": html("./main.js") },
    });
    await run("webpack", "--mode=production", "--entry=./main.js");
    await check("webpack", join(folder, "dist"));
  });
});
