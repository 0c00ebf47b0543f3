// Language negotiation, language links, and prices formatted as the browser's Intl does.

import { expect, LANGS, test, texts } from "../servery";
import { dishes, getMenu, getRestaurants } from "../restaurants";
import type { Page } from "@playwright/test";

const OWN_NAMES = { en: "English", de: "Deutsch", ar: "العربية" };
const DIRECTION = { en: "ltr", de: "ltr", ar: "rtl" };

for (const lang of LANGS) {
  test(`${OWN_NAMES[lang]} is selected by its link and kept on the next pages`, async ({ browser, servery, complaints }) => {
    // Coming from another language.
    const context = await browser.newContext({ locale: lang === "de" ? "en-GB" : "de-DE", baseURL: servery.url });
    const visitor = await context.newPage();
    complaints.watch(visitor);
    await visitor.goto("/?q=lantern");
    await expect(visitor.locator("html")).not.toHaveAttribute("lang", lang);
    await visitor.getByRole("link", { name: OWN_NAMES[lang], exact: true }).click();
    const html = visitor.locator("html");
    await expect(html).toHaveAttribute("lang", lang);
    await expect(html).toHaveAttribute("dir", DIRECTION[lang]);
    await expect(visitor.locator(".town h2"), "the search goes along").toHaveText(["Jade Lantern"]);
    await expect(visitor.getByRole("link", { name: OWN_NAMES[lang], exact: true })).toHaveAttribute("aria-current", "true");
    const next = await visitor.goto("/about");
    expect(next?.headers()["content-language"]).toBe(lang);
    await expect(visitor.getByRole("heading", { level: 1 })).toHaveText(texts[lang]["about.title"]);
    await context.close();
  });
}

for (const [accepted, lang] of [["de-AT,de;q=0.9,en;q=0.8", "de"], ["ar-KW", "ar"], ["fr;q=0.9,ar;q=0.5,en;q=0.1", "ar"], ["fr", "en"], ["en;q=0.2,de;q=0.7", "de"]]) {
  test(`Accept-Language ${accepted} gives ${lang}`, async ({ request }) => {
    const answer = await request.get("/", { headers: { accept: "text/html", "accept-language": accepted } });
    expect(answer.headers()["content-language"]).toBe(lang);
    expect(await answer.text()).toContain(`<html lang="${lang}"`);
  });
}

/** Prices as the browser itself writes them. */
const formatPrices = (page: Page, lang: string, currency: string, prices: number[]) =>
  page.evaluate(
    ({ lang, currency, prices }) => {
      const format = new Intl.NumberFormat(lang, { style: "currency", currency });
      const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
      return prices.map((minor) => format.format(minor / 10 ** digits));
    },
    { lang, currency, prices },
  );

for (const lang of LANGS) {
  test(`every price is formatted for ${OWN_NAMES[lang]}`, async ({ page, request }) => {
    const town = await getRestaurants(request);
    expect(new Set(town.map(({ restaurant }) => restaurant.currency)).size).toBeGreaterThan(5);
    for (const { restaurant } of town) {
      const served = await getMenu(request, restaurant.slug);
      await page.goto(`/restaurants/${restaurant.slug}?render=thin&lang=${lang}`);
      // An invisible mark keeps the two halves of "US$" together where a line runs from right to left.
      const shown = (await page.locator(".price").allTextContents()).map((price) => price.replace(/\u200e$/, ""));
      const expected = await formatPrices(page, lang, served.currency, dishes(served).map((dish) => dish.price));
      expect(shown, `${restaurant.name}, ${served.currency}`).toEqual(expected);
    }
  });
}

test("a menu in another language has its own lang and dir", async ({ page }) => {
  await page.goto("/restaurants/diwaniyat-al-bahar?lang=en&render=thin");
  await expect(page.getByRole("heading", { level: 1 })).toHaveAttribute("lang", "ar");
  await expect(page.locator(".menu")).toHaveAttribute("lang", "ar");
  await expect(page.locator(".menu")).toHaveAttribute("dir", "rtl");
  await expect(page.locator("html")).toHaveAttribute("dir", "ltr");
});

test("every page links to its alternates in the other languages", async ({ page }) => {
  await page.goto("/restaurants/jade-lantern?render=thin");
  const alternates = page.locator("link[rel=alternate]");
  expect(await alternates.evaluateAll((links) => links.map((link) => link.getAttribute("hreflang")))).toEqual(LANGS);
  for (const address of await alternates.evaluateAll((links: HTMLLinkElement[]) => links.map((link) => link.href))) {
    const answer = await page.goto(address);
    expect(answer?.headers()["content-language"]).toBe(new URL(address).searchParams.get("lang"));
  }
});
