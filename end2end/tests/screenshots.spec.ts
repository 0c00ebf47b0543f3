// Screenshots of every page, written to the folder in LOOKS: LOOKS=/tmp/looks npx playwright test

import { join } from "node:path";
import type { APIRequestContext, Page } from "@playwright/test";
import { appReady, test } from "../servery";
import { ORDERING_PAGES } from "../ordering";
import { ACCOUNT_PAGES } from "../accounts";
import { resolvePath } from "../restaurants";

const PAGES = {
  home: "/",
  "home-nothing": "/?q=nothing+has+this+name",
  trattoria: "/restaurants/trattoria-da-lucia",
  jade: "/restaurants/jade-lantern",
  diwaniyat: "/restaurants/diwaniyat-al-bahar",
  "dish-trattoria": "/restaurants/trattoria-da-lucia/dishes/*",
  "dish-diwaniyat": "/restaurants/diwaniyat-al-bahar/dishes/*",
  "dish-diner": "/restaurants/lighthouse-diner/dishes/*",
  about: "/about",
  "not-found": "/no/such/page",
};

/** Taller pages are cut off here, in pixels. */
const TALLEST = 8_000;

type Visit = (page: Page, request: APIRequestContext) => Promise<string>;
const VISITS: [string, Visit][] = Object.entries(PAGES).map(([name, path]) => [name, (_, request) => resolvePath(request, path)]);

for (const [name, visit] of [...VISITS, ...Object.entries({ ...ORDERING_PAGES, ...ACCOUNT_PAGES })]) {
  for (const width of [360, 820, 1440]) {
    test(`${name} at ${width} @looks`, async ({ page, context, request, servery, complaints }) => {
      test.setTimeout(60_000);
      complaints.expect(/status of 404/);
      await page.setViewportSize({ width, height: 900 });
      // The page is reached in thin mode, whatever the language.
      await context.addCookies([{ name: "servery_render", value: "thin", url: servery.url }]);
      const path = await visit(page, request);
      await context.clearCookies({ name: "servery_render" });
      for (const lang of ["en", "ar"] as const) {
        await context.addCookies([{ name: "servery_lang", value: lang, url: servery.url }]);
        await page.goto(path);
        if ((await page.locator("html").getAttribute("data-mode")) === "hydrated") await appReady(page, lang);
        await page.locator("img").evaluateAll(async (images: HTMLImageElement[]) => {
          for (const image of images.slice(0, 120)) image.loading = "eager";
          await Promise.all(images.slice(0, 120).map((image) => image.decode().catch(() => {})));
        });
        const height = Math.min(TALLEST, await page.evaluate(() => document.documentElement.scrollHeight));
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          await page.screenshot({ path: join(process.env.LOOKS!, `${name}-${width}-${lang}-${colorScheme}.png`), fullPage: true, clip: { x: 0, y: 0, width, height }, animations: "disabled" });
        }
      }
    });
  }
}
