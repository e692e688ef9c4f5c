/** What tests do in rooms where something is trained. */
import { join } from "node:path";
import type { Page } from "playwright-core";

export const headline = async (page: Page): Promise<string> =>
  (await page.locator("main h1").textContent()) ?? "";

/** Until Start can be pressed. */
export const ready = (page: Page): Promise<void> =>
  page.locator(".drive .first:not(:disabled)").waitFor({ timeout: 60_000 });

/** A 7 as a hand draws it, on the pad. */
export async function drawSeven(page: Page): Promise<void> {
  const pad = page.getByRole("application", { name: /^Draw one of/ }).locator("canvas");
  await pad.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await pad.boundingBox())!;
  const at = (right: number, down: number) => [x + right * width, y + down * height] as const;
  await page.mouse.move(...at(0.28, 0.22));
  await page.mouse.down();
  await page.mouse.move(...at(0.72, 0.22), { steps: 8 });
  await page.mouse.move(...at(0.45, 0.82), { steps: 10 });
  await page.mouse.up();
}

/** @returns the path of what a button gives */
export async function downloaded(page: Page, button: string, folder: string, name?: string): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button, exact: true }).click(),
  ]);
  const path = join(folder, name ?? file.suggestedFilename());
  await file.saveAs(path);
  return path;
}
