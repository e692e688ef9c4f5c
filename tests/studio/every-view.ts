/** What is asked of all views of a room. */
import axe from "axe-core";
import type { BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";
import { desk, type Site } from "./built-site.js";

interface Views {
  readonly site: Site;
  readonly addresses: readonly string[];
  /** Waits until a view shows what it shall. */
  readonly settle: (page: Page) => Promise<unknown>;
}

async function each(
  { site, addresses, settle }: Views,
  options: BrowserContextOptions,
  check: (page: Page, address: string) => Promise<void>,
): Promise<void> {
  const { page, faults, go } = await site.open(addresses[0], options);
  for (const address of addresses) {
    await go(address);
    await settle(page);
    await check(page, address);
  }
  expect(faults).toEqual([]);
  await page.context().close();
}

/** In the dark the colours alone are others: what else axe asks for is asked in the light, and that nothing is wider than a desk. */
export const expectAccessible = (views: Views, colorScheme: "light" | "dark"): Promise<void> =>
  each(views, { colorScheme }, async (page, address) => {
    const isLight = colorScheme === "light";
    if (isLight) await expectNothingWider(page, address, desk.viewport.width);
    await expectNoViolations(page, address, isLight || process.env.RECEPTIVE_WHOLE !== undefined);
  });

/** Of what a page shows now. */
export async function expectNoViolations(page: Page, address: string, isWhole: boolean): Promise<void> {
  if (await page.evaluate(() => !("axe" in globalThis))) await page.evaluate(axe.source);
  // A colour that is on its way to another one is neither.
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)
        .map(({ finished }) => finished.catch(() => {})),
    ),
  );
  const { violations } = await page.evaluate(
    (isWhole) =>
      (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
        resultTypes: ["violations"],
        // By its tag comes a rule of 7:1 as well, which the light is not asked for either: numbers on colours have 4.5:1.
        ...(isWhole
          ? {}
          : {
              runOnly: { type: "tag", values: ["cat.color"] },
              rules: { "color-contrast-enhanced": { enabled: false } },
            }),
      }),
    isWhole,
  );
  expect(
    violations.map(
      ({ id, nodes }) => `${address}: ${id} ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary}`,
    ),
  ).toEqual([]);
}

/** What scrolls in itself, the rows of links and drawings of networks, may go on beyond the edge. */
export const expectWithin = (views: Views, options: BrowserContextOptions, width: number): Promise<void> =>
  each(views, options, (page, address) => expectNothingWider(page, address, width));

export async function expectNothingWider(page: Page, address: string, width: number): Promise<void> {
  const wide = await page.evaluate(
    (most) =>
      [...document.querySelectorAll("main *, header *, .bar *")]
        .filter(
          (one) =>
            !one.closest("nav, .mark, .hidden-text, main svg") &&
            one.getBoundingClientRect().right > most + 0.5,
        )
        .map((one) => `${one.tagName} ${one.className} ${Math.round(one.getBoundingClientRect().right)}`),
    width,
  );
  expect(wide, address).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth), address).toBeLessThanOrEqual(width);
}
