// What a device has seen, it can show when the server is away.

import { alive, controlled, expect, test, texts } from "../servery";
import { dishes, menu, restaurants } from "../town";
import type { Page } from "@playwright/test";

const MENU = "/restaurants/trattoria-da-lucia";

test.beforeEach(({ complaints }) => {
  // Of what is asked for while there is no server: the pages' data, and pictures that were never seen.
  complaints.expect(/net::ERR_CONNECTION_REFUSED/, /net::ERR_FAILED \(.*\/pictures\//, /^request: .*\/pictures\/.* net::ERR_FAILED$/);
});

test.afterEach(async ({ servery }) => servery.start());

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const notice = (page: Page) => page.locator(".offline");

/** The API's answer is in the device's keeping. */
async function kept(page: Page, ...addresses: string[]) {
  for (const address of addresses) {
    const found = () => page.evaluate(async (address) => !!(await (await caches.open("answers-v1")).match(address)), address);
    await expect.poll(found, { message: `${address} is kept` }).toBe(true);
  }
}

/** Be at the town and at one menu, as anybody would, until the device has both. */
async function visit(page: Page, mode: "hydrated" | "thick") {
  await page.goto(`/?render=${mode}`);
  await alive(page);
  await controlled(page);
  await kept(page, "/api/v1/restaurants");
  await page.goto(MENU);
  await alive(page);
  await expect(heading(page)).toHaveText("Trattoria da Lucia");
  await kept(page, "/api/v1/restaurants/trattoria-da-lucia", "/api/v1/restaurants/trattoria-da-lucia/menu");
}

for (const mode of ["hydrated", "thick"] as const) {
  test(`a menu that was ${mode} is read without a server, and says so until the server is back`, async ({ page, servery, request }) => {
    const served = dishes(await menu(request, "trattoria-da-lucia"));
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
    await alive(page);
    await expect(heading(page)).toHaveText("Trattoria da Lucia");
    await expect(notice(page)).toBeEmpty();
    await expect(page.locator("html")).toHaveAttribute("data-mode", mode);
  });

  test(`a town that was ${mode} is searched without a server`, async ({ page, servery, request }) => {
    const town = await restaurants(request);
    const german = (await restaurants(request, "?cuisine=german")).map((listed) => listed.restaurant.name);
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

  test(`a menu that nobody looked at is missed kindly, when pages were ${mode}`, async ({ page, servery }) => {
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

test("a search that was never asked is answered from the address, too", async ({ page, servery }) => {
  await visit(page, "hydrated");
  await servery.stop();
  await page.goto("/?q=lantern");
  await expect(page.locator(".town h2")).toHaveText(["Jade Lantern"]);
  await page.goto(`${MENU}?q=tomato`);
  await expect(heading(page)).toHaveText("Trattoria da Lucia");
  await expect(page.getByLabel(texts.en["menu.search"])).toHaveValue("tomato");
});

test("without a server the pages stay in the language of the visit", async ({ page, servery }) => {
  await page.goto("/?lang=ar&render=hydrated");
  await alive(page, "ar");
  await controlled(page);
  await page.goto(MENU);
  await alive(page, "ar");
  await kept(page, "/api/v1/restaurants/trattoria-da-lucia/menu");
  await servery.stop();
  await page.reload();
  await expect(notice(page)).toHaveText(texts.ar["offline.notice"]);
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
});

test("pictures that were seen are seen without a server", async ({ page, servery }) => {
  await visit(page, "hydrated");
  // The first visit was before the service worker; this one goes through it.
  await page.reload();
  await alive(page);
  const picture = page.locator(".masthead img");
  const address = await picture.evaluate((image: HTMLImageElement) => image.currentSrc);
  const found = () => page.evaluate(async (address) => !!(await (await caches.open("pictures")).match(address)), address);
  await expect.poll(found).toBe(true);
  await servery.stop();
  await page.reload();
  await expect(notice(page)).toHaveText(texts.en["offline.notice"]);
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0)).toBe(true);
});
