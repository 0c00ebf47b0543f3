// Pictures of every page for people to look at, in the folder that LOOKS names: LOOKS=/tmp/looks npx playwright test

import { join } from "node:path";
import type { APIRequestContext, Page } from "@playwright/test";
import { alive, test } from "../servery";
import { ORDERING_PAGES } from "../ordering";
import { SIGNED_PAGES } from "../signed";
import { resolved } from "../town";

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

/** As much of a page as one can look at. */
const TALLEST = 8_000;

type Come = (page: Page, request: APIRequestContext) => Promise<string>;
const WAYS: [string, Come][] = Object.entries(PAGES).map(([name, path]) => [name, (_, request) => resolved(request, path)]);

for (const [name, come] of [...WAYS, ...Object.entries({ ...ORDERING_PAGES, ...SIGNED_PAGES })]) {
  for (const width of [360, 820, 1440]) {
    test(`${name} at ${width} @looks`, async ({ page, context, request, servery, complaints }) => {
      test.setTimeout(60_000);
      complaints.expect(/status of 404/);
      await page.setViewportSize({ width, height: 900 });
      // The way there is the same in every language.
      await context.addCookies([{ name: "servery_render", value: "thin", url: servery.url }]);
      const path = await come(page, request);
      await context.clearCookies({ name: "servery_render" });
      for (const lang of ["en", "ar"] as const) {
        await context.addCookies([{ name: "servery_lang", value: lang, url: servery.url }]);
        await page.goto(path);
        if ((await page.locator("html").getAttribute("data-mode")) === "hydrated") await alive(page, lang);
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
