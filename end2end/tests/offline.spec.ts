// Pages that were visited are shown without a server.

import { appReady, serviceWorkerReady, expect, test, texts } from "../servery";
import { dishes, getMenu, getRestaurants } from "../restaurants";
import type { Page } from "@playwright/test";

const MENU = "/restaurants/trattoria-da-lucia";

test.beforeEach(({ complaints }) => {
  // Calls fail while the server is stopped, and so do pictures that are not cached.
  complaints.expect(/net::ERR_CONNECTION_REFUSED/, /net::ERR_FAILED \(.*\/pictures\//, /^request: .*\/pictures\/.* net::ERR_FAILED$/);
});

test.afterEach(async ({ servery }) => servery.start());

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const notice = (page: Page) => page.locator(".offline");

/** Resolves once the answers of these calls are cached. */
async function waitUntilCached(page: Page, ...addresses: string[]) {
  for (const address of addresses) {
    const found = () => page.evaluate(async (address) => !!(await (await caches.open("answers-v1")).match(address)), address);
    await expect.poll(found, { message: `${address} is cached` }).toBe(true);
  }
}

/** Visits the home page and one menu, until both are cached. */
async function visit(page: Page, mode: "hydrated" | "thick") {
  await page.goto(`/?render=${mode}`);
  await appReady(page);
  await serviceWorkerReady(page);
  await waitUntilCached(page, "/api/v1/restaurants");
  await page.goto(MENU);
  await appReady(page);
  await expect(heading(page)).toHaveText("Trattoria da Lucia");
  await waitUntilCached(page, "/api/v1/restaurants/trattoria-da-lucia", "/api/v1/restaurants/trattoria-da-lucia/menu?lang=en");
}

for (const mode of ["hydrated", "thick"] as const) {
  test(`a visited ${mode} menu is shown without a server, with a notice until the server is back`, async ({ page, servery, request }) => {
    const served = dishes(await getMenu(request, "trattoria-da-lucia"));
    await visit(page, mode);
    const prices = await page.locator(".price").allTextContents();
    expect(prices).toHaveLength(served.length);
    await expect(notice(page)).toBeEmpty();

    await servery.stop();
    await page.reload();
    await expect(heading(page)).toHaveText("Trattoria da Lucia");
    await expect(notice(page)).toHaveText(texts.en["offline.notice"]);
    await expect(notice(page)).toBeVisible();
    await expect(page).toHaveTitle("Trattoria da Lucia · Servery");
    await expect(page.locator(".dishes h3")).toHaveText(served.map((dish) => dish.name));
    await expect(page.locator(".price")).toHaveText(prices);

    await servery.start();
    await page.reload();
    await appReady(page);
    await expect(heading(page)).toHaveText("Trattoria da Lucia");
    await expect(notice(page)).toBeEmpty();
    await expect(page.locator("html")).toHaveAttribute("data-mode", mode);
  });

  test(`a visited ${mode} home page is searched without a server`, async ({ page, servery, request }) => {
    const town = await getRestaurants(request);
    const german = (await getRestaurants(request, "?cuisine=german")).map((listing) => listing.restaurant.name);
    await visit(page, mode);
    await servery.stop();
    await page.goto("/");
    await expect(page.locator(".town li")).toHaveCount(town.length);
    await expect(notice(page)).toHaveText(texts.en["offline.notice"]);
    await page.getByLabel(texts.en["home.search"]).fill("lantern");
    await expect(page.locator(".town h2")).toHaveText(["Jade Lantern"]);
    await page.getByLabel(texts.en["home.search"]).fill("");
    await page.getByRole("combobox", { name: texts.en["home.cuisine"], exact: true }).selectOption("german");
    await expect(page.locator(".town h2")).toHaveText(german);
  });

  test(`a menu that was not visited gives the page for an unreachable server, ${mode}`, async ({ page, servery }) => {
    await visit(page, mode);
    await servery.stop();
    await page.goto("/restaurants/jade-lantern");
    await expect(heading(page)).toHaveText(texts.en["problem.unreachable-title"]);
    await expect(page.locator("main")).toContainText(texts.en["problem.unreachable"]);
    await expect(page).toHaveTitle(`${texts.en["problem.unreachable-title"]} · Servery`);
    await page.getByRole("link", { name: texts.en["problem.home"] }).click();
    await expect(heading(page)).toHaveText(texts.en["home.title"]);
    await page.getByRole("link", { name: "Trattoria da Lucia" }).click();
    await expect(heading(page)).toHaveText("Trattoria da Lucia");
  });
}

test("a search in the address works without a server", async ({ page, servery }) => {
  await visit(page, "hydrated");
  await servery.stop();
  await page.goto("/?q=lantern");
  await expect(page.locator(".town h2")).toHaveText(["Jade Lantern"]);
  await page.goto(`${MENU}?q=tomato`);
  await expect(heading(page)).toHaveText("Trattoria da Lucia");
  await expect(page.getByLabel(texts.en["menu.search"])).toHaveValue("tomato");
});

test("without a server pages keep the language of the visit", async ({ page, servery }) => {
  await page.goto("/?lang=ar&render=hydrated");
  await appReady(page, "ar");
  await serviceWorkerReady(page);
  await page.goto(MENU);
  await appReady(page, "ar");
  await waitUntilCached(page, "/api/v1/restaurants/trattoria-da-lucia/menu?lang=ar");
  await servery.stop();
  await page.reload();
  await expect(notice(page)).toHaveText(texts.ar["offline.notice"]);
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
});

test("pictures that were loaded are shown without a server", async ({ page, servery }) => {
  await visit(page, "hydrated");
  // The first visit was before the service worker was active; this one goes through it.
  await page.reload();
  await appReady(page);
  const picture = page.locator(".masthead img");
  const address = await picture.evaluate((image: HTMLImageElement) => image.currentSrc);
  const found = () => page.evaluate(async (address) => !!(await (await caches.open("pictures")).match(address)), address);
  await expect.poll(found).toBe(true);
  await servery.stop();
  await page.reload();
  await expect(notice(page)).toHaveText(texts.en["offline.notice"]);
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0)).toBe(true);
});
