// Inside the app a link loads data and no document; everything else is as if it had.

import { alive, expect, test, texts } from "../servery";
import { restaurant } from "../town";
import type { Page } from "@playwright/test";

test.beforeEach(async ({ page }) => {
  await page.goto("/?render=thick");
  await alive(page);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
});

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const sameDocument = (page: Page) => page.evaluate(() => "sameDocument" in window);

test("a link opens a menu in the same document", async ({ page, request }) => {
  const { name, description } = (await restaurant(request, "jade-lantern")).restaurant;
  await page.getByRole("link", { name }).click();
  await expect(heading(page)).toHaveText(name);
  await expect(page.locator("article .lead")).toHaveText(description);
  await expect(page).toHaveURL(/\/restaurants\/jade-lantern$/);
  await expect(page).toHaveTitle(`${name} · Servery`);
  expect(await sameDocument(page)).toBe(true);
});

test("back and forward show what they should", async ({ page }) => {
  const title = await page.title();
  await page.getByRole("link", { name: "Trattoria da Lucia" }).click();
  await expect(heading(page)).toHaveText("Trattoria da Lucia");
  await page.goBack();
  await expect(heading(page)).toHaveText(texts.en["home.title"]);
  await expect(page).toHaveTitle(title);
  await page.goForward();
  await expect(heading(page)).toHaveText("Trattoria da Lucia");
  await expect(page).toHaveTitle("Trattoria da Lucia · Servery");
  expect(await sameDocument(page)).toBe(true);
});

test("two menus in a row, and all the way back", async ({ page }) => {
  for (const name of ["Trattoria da Lucia", "Jade Lantern"]) {
    await page.getByRole("link", { name }).click();
    await expect(heading(page)).toHaveText(name);
    await page.getByRole("link", { name: "Servery", exact: true }).click();
    await expect(heading(page)).toHaveText(texts.en["home.title"]);
  }
  for (const name of ["Jade Lantern", texts.en["home.title"], "Trattoria da Lucia", texts.en["home.title"]]) {
    await page.goBack();
    await expect(heading(page)).toHaveText(name);
  }
  expect(await sameDocument(page)).toBe(true);
});

test("the colour is the restaurant's while it is shown", async ({ page }) => {
  const colour = () => page.locator(".search button").evaluate((button) => getComputedStyle(button).color);
  const ofTheTown = await colour();
  await page.getByRole("link", { name: "Backstube Morgenrot" }).click();
  await expect(heading(page)).toHaveText("Backstube Morgenrot");
  const inTheApp = await colour();
  expect(inTheApp).not.toBe(ofTheTown);
  await page.getByRole("link", { name: "Servery", exact: true }).click();
  await expect(heading(page)).toHaveText(texts.en["home.title"]);
  expect(await colour()).toBe(ofTheTown);
  await page.goto("/restaurants/backstube-morgenrot?render=thin");
  expect(await colour()).toBe(inTheApp);
});

test("focus and scroll start at the top of the new page", async ({ page }) => {
  const link = page.getByRole("link", { name: "Jade Lantern" });
  await link.scrollIntoViewIfNeeded();
  await link.click();
  await expect(heading(page)).toHaveText("Jade Lantern");
  await expect(page.locator("#main")).toBeFocused();
  expect(await page.evaluate(() => scrollY)).toBe(0);
});

test("of two impatient clicks the last one counts", async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/api/v1/restaurants/trattoria-da-lucia/menu", async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole("link", { name: "Trattoria da Lucia" }).click();
  await expect(page).toHaveURL(/trattoria-da-lucia$/);
  await page.getByRole("link", { name: "Jade Lantern" }).click();
  await expect(heading(page)).toHaveText("Jade Lantern");
  const late = page.waitForResponse("**/trattoria-da-lucia/menu");
  release();
  await (await late).finished();
  // The late answer is kept for later: once it is, the app is done with it.
  const kept = () => page.evaluate(async () => !!(await (await caches.open("answers-v1")).match("/api/v1/restaurants/trattoria-da-lucia/menu")));
  await expect.poll(kept).toBe(true);
  await expect(heading(page)).toHaveText("Jade Lantern");
  await expect(page).toHaveTitle("Jade Lantern · Servery");
  await expect(page.locator("#app")).toHaveAttribute("aria-busy", "false");
});

test("while a menu is on its way the page says that it is busy", async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/api/v1/restaurants/jade-lantern/menu", async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole("link", { name: "Jade Lantern" }).click();
  await expect(page.locator("#app")).toHaveAttribute("aria-busy", "true");
  release();
  await expect(heading(page)).toHaveText("Jade Lantern");
  await expect(page.locator("#app")).toHaveAttribute("aria-busy", "false");
});

test("a link with a modifier key, and one to a page that is no part of the app, are the browser's", async ({ page, context }) => {
  const opened = context.waitForEvent("page");
  await page.getByRole("link", { name: "Jade Lantern" }).click({ modifiers: ["ControlOrMeta"] });
  await (await opened).close();
  await expect(heading(page)).toHaveText(texts.en["home.title"]);
  await page.getByRole("link", { name: texts.en["about.title"] }).click();
  await expect(heading(page)).toHaveText(texts.en["about.title"]);
  expect(await sameDocument(page)).toBe(false);
});

test("a heading of the menu is jumped to, and Back returns to the top of it", async ({ page }) => {
  await page.getByRole("link", { name: "Trattoria da Lucia" }).click();
  await expect(heading(page)).toHaveText("Trattoria da Lucia");
  await page.locator(".categories a").last().click();
  await expect(page.locator(".menu section").last()).toBeInViewport();
  await expect(page).toHaveURL(/#c\d+$/);
  await page.goBack();
  await expect(page).not.toHaveURL(/#/);
  await expect(heading(page)).toHaveText("Trattoria da Lucia");
  expect(await sameDocument(page)).toBe(true);
});

test("the other languages are those of the page that is shown", async ({ page }) => {
  await page.getByRole("link", { name: "Trattoria da Lucia" }).click();
  await expect(heading(page)).toHaveText("Trattoria da Lucia");
  await page.getByRole("link", { name: "Deutsch" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await expect(heading(page)).toHaveText("Trattoria da Lucia");
});

test("a heading is jumped to in a menu that was searched", async ({ page }) => {
  await page.getByRole("link", { name: "Jade Lantern" }).click();
  // Lemon sauce and lemongrass, with each of twenty mains.
  await page.getByLabel(texts.en["menu.search"]).fill("lemon");
  await expect(page.locator(".dishes li")).toHaveCount(40);
  await page.locator("nav.categories").getByRole("link", { name: "Beef", exact: true }).click();
  await expect(page).toHaveURL(/\?q=lemon#c\d+$/);
  await expect(page.locator(".dishes li")).toHaveCount(40);
  await expect(page.getByRole("heading", { level: 2, name: "Beef", exact: true })).toBeInViewport();
});
