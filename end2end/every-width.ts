// A page at the widths of a phone, a tablet and a desk: whether it fits, whether it is accessible, and pictures for people to look at.

import { join } from "node:path";
import { COLOURS, expectAccessible } from "./axe";
import { expect } from "./servery";
import type { Page } from "@playwright/test";

const WIDTHS = [360, 820, 1440];

/** The page fits each width, and axe finds nothing, light and dark. */
export async function expectFitsAndAccessible(page: Page, name: string) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow, `${name} at ${width} px`).toBeLessThanOrEqual(0);
  }
  await page.emulateMedia({ colorScheme: "dark" });
  await expectAccessible(page, { rules: COLOURS });
  await page.emulateMedia({ colorScheme: "light" });
  await expectAccessible(page);
}

/** Pictures of the page in the folder `LOOKS`. */
export async function takePictures(page: Page, name: string) {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: join(process.env.LOOKS!, `${name}-${width}-${colorScheme}.png`), fullPage: true, animations: "disabled" });
    }
  }
}
