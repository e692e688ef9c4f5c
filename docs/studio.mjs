/**
 * Makes the pictures of docs/studio/ and the short animation of a training: `npm run studio:pictures`, or some of them by
 * name. The studio is built, served as the command line serves it, and seen in Chromium; nothing is painted over.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import sharp from "sharp";
import { siteServer } from "../dist/cli/studio-site.js";
import { buildSite } from "../studio/build/site.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "receptive-pictures-"));
await buildSite(folder);

const server = siteServer(folder);
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${server.address().port}/`;
const browser = await chromium.launch({
  executablePath: process.env.RECEPTIVE_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-quic", "--no-first-run", "--use-gl=angle", "--use-angle=swiftshader"],
});
mkdirSync(at("studio"), { recursive: true });

const desk = { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1.25 };
const phone = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};

async function opened(hash, { dark = false, ...options } = desk) {
  const context = await browser.newContext({
    serviceWorkers: "block",
    colorScheme: dark ? "dark" : "light",
    ...options,
  });
  const page = await context.newPage();
  await page.goto(address + hash);
  await page.locator("main h1").waitFor();
  return page;
}

const text = (page, said) => page.getByText(said).first().waitFor({ timeout: 120_000 });
const still = (page) => page.waitForTimeout(1500);

/** A file of less than 300 kB, as good as that allows. */
async function publish(name, png) {
  for (const quality of [90, 84, 78, 70, 60, 50]) {
    const bytes = await sharp(png).webp({ quality, effort: 6 }).toBuffer();
    if (bytes.length < 300_000 || quality === 50) {
      writeFileSync(at(`studio/${name}.webp`), bytes);
      return console.log(`docs/studio/${name}.webp  ${Math.round(bytes.length / 1000)} kB`);
    }
  }
}

async function trained(page) {
  await page.locator(".drive .first:not(:disabled)").waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "all", exact: true }).click();
  await page.getByRole("button", { name: "Start" }).click();
  await page.getByRole("button", { name: "3 epochs more" }).waitFor({ timeout: 120_000 });
  await text(page, "of 2,000 unseen pictures");
}

/** A 7 as a hand draws it, on the pad. */
async function drawSeven(page) {
  const pad = page.getByRole("application", { name: /^Draw one of/ }).locator("canvas");
  await pad.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await pad.boundingBox();
  const go = (right, down) => [x + right * width, y + down * height];
  await page.mouse.move(...go(0.28, 0.22));
  await page.mouse.down();
  await page.mouse.move(...go(0.72, 0.22), { steps: 8 });
  await page.mouse.move(...go(0.45, 0.82), { steps: 10 });
  await page.mouse.up();
}

/** Each: what makes the picture. */
const views = {
  async convolve() {
    const page = await opened("#/convolve/forward?t=6");
    await still(page);
    return page.screenshot();
  },
  async kernels() {
    const page = await opened("#/kernels/sift?src=coffee", { dark: true, ...desk });
    await text(page, "128 numbers");
    await still(page);
    return page.screenshot();
  },
  async train() {
    const page = await opened("#/train");
    await trained(page);
    await drawSeven(page);
    await text(page, /Your drawing is read as 7/);
    await page.evaluate(() => scrollTo(0, 0));
    await still(page);
    return page.screenshot();
  },
  async inside() {
    const page = await opened("#/inside/flat?test=47&unit=conv2.11@4,7", { dark: true, ...desk });
    await text(page, "The sum written out");
    await page.waitForTimeout(4000);
    return page.screenshot();
  },
  async space() {
    const page = await opened("#/inside/space?test=47&unit=conv2.11@4,7");
    await page.waitForTimeout(5000);
    return page.screenshot();
  },
  async learned() {
    const page = await opened("#/learned/codes?test=47");
    await text(page, "Nearest codes");
    await still(page);
    return page.screenshot();
  },
  async networks() {
    const page = await opened("#/networks/graph?net=googlenet&open=inception3a&at=inception3a", {
      dark: true,
      ...desk,
    });
    await still(page);
    return page.screenshot();
  },
  /** Three views as a phone shows them, side by side. */
  async phone() {
    const hashes = [
      ["#/lecture/pooling/1", "Winners"],
      ["#/learned/filters?test=47", /conv1 has 6 filters/],
      ["#/inside/flat?test=47&unit=conv1.3@10,10", "The sum written out"],
    ];
    const shots = [];
    for (const [i, [hash, said]] of hashes.entries()) {
      const page = await opened(hash, { dark: i === 1, ...phone });
      await text(page, said);
      await page.waitForTimeout(3000);
      shots.push(await page.screenshot());
      await page.context().close();
    }
    const [width, height, gap] = [390 * 2, 844 * 2, 40];
    return sharp({
      create: { width: 3 * width + 2 * gap, height, channels: 4, background: "#00000000" },
    })
      .composite(shots.map((input, i) => ({ input, left: i * (width + gap), top: 0 })))
      .png()
      .toBuffer();
  },
};

/** The first steps of LeNet-5 one by one, then ever more at once. */
async function training() {
  const page = await opened("#/train?test=47", {
    viewport: { width: 1200, height: 760 },
    deviceScaleFactor: 1,
  });
  await page.locator(".drive .first:not(:disabled)").waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "25", exact: true }).click();
  await page.getByRole("button", { name: "Start" }).click();
  await text(page, /Step \d+ of/);
  const frames = [];
  const shot = async () =>
    sharp(await page.screenshot())
      .resize({ width: 960 })
      .png()
      .toBuffer();
  const step = async () =>
    Number(/Step ([\d,]+)/.exec(await page.locator("h1").textContent())?.[1].replace(",", ""));
  let due = 0;
  while (true) {
    const now = await step();
    if (!(now < 282)) break;
    if (now >= due) {
      frames.push(await shot());
      due = now + Math.max(2, Math.round(now / 9));
    }
    await page.waitForTimeout(40);
  }
  await text(page, "of 2,000 unseen pictures");
  await still(page);
  const last = await shot();
  const images = [...frames, last];
  const bytes = await sharp(images, { join: { animated: true } })
    .webp({
      quality: 55,
      effort: 6,
      loop: 1,
      delay: images.map((_, i) => (i === images.length - 1 ? 4000 : 160)),
    })
    .toBuffer();
  writeFileSync(at("studio/training.webp"), bytes);
  console.log(`docs/studio/training.webp  ${Math.round(bytes.length / 1000)} kB, ${images.length} frames`);
}

const wanted = process.argv.slice(2);
for (const [name, make] of Object.entries(views)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  await publish(name, await make());
}
if (wanted.length === 0 || wanted.includes("training")) await training();
await browser.close();
server.closeAllConnections();
server.close();
rmSync(folder, { recursive: true, force: true });
