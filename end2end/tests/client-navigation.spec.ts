// In thick mode a link loads data instead of a document. History, focus, scrolling and titles behave as with a document.

import { appReady, expect, test, texts } from "../servery";
import { getRestaurant } from "../restaurants";
import type { Page } from "@playwright/test";

test.beforeEach(async ({ page }) => {
  await page.goto("/?render=thick");
  await appReady(page);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
});

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const sameDocument = (page: Page) => page.evaluate(() => "sameDocument" in window);

test("a link opens a menu in the same document", async ({ page, request }) => {
  const { name, description } = (await getRestaurant(request, "jade-lantern")).restaurant;
  await page.getByRole("link", { name }).click();
  await expect(heading(page)).toHaveText(name);
  await expect(page.locator("article .lead")).toHaveText(description);
  await expect(page).toHaveURL(/\/restaurants\/jade-lantern$/);
  await expect(page).toHaveTitle(`${name} · Servery`);
  expect(await sameDocument(page)).toBe(true);
});

test("back and forward restore page, address and title", async ({ page }) => {
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

test("back goes through several pages in order", async ({ page }) => {
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

test("the accent colour is that of the restaurant on the page", async ({ page }) => {
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

test("with two clicks in a row the last one wins, also if the first answer is late", async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/api/v1/restaurants/trattoria-da-lucia/menu*", async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole("link", { name: "Trattoria da Lucia" }).click();
  await expect(page).toHaveURL(/trattoria-da-lucia$/);
  await page.getByRole("link", { name: "Jade Lantern" }).click();
  await expect(heading(page)).toHaveText("Jade Lantern");
  const late = page.waitForResponse("**/trattoria-da-lucia/menu*");
  release();
  await (await late).finished();
  // The late answer is cached. Once it is, the app has processed it.
  const cached = () => page.evaluate(async () => !!(await (await caches.open("answers-v1")).match("/api/v1/restaurants/trattoria-da-lucia/menu?lang=en")));
  await expect.poll(cached).toBe(true);
  await expect(heading(page)).toHaveText("Jade Lantern");
  await expect(page).toHaveTitle("Jade Lantern · Servery");
  await expect(page.locator("#app")).toHaveAttribute("aria-busy", "false");
});

test("aria-busy is set while a menu is loading", async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/api/v1/restaurants/jade-lantern/menu*", async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole("link", { name: "Jade Lantern" }).click();
  await expect(page.locator("#app")).toHaveAttribute("aria-busy", "true");
  release();
  await expect(heading(page)).toHaveText("Jade Lantern");
  await expect(page.locator("#app")).toHaveAttribute("aria-busy", "false");
});

test("links with a modifier key, and links out of the app, are left to the browser", async ({ page, context }) => {
  const opened = context.waitForEvent("page");
  await page.getByRole("link", { name: "Jade Lantern" }).click({ modifiers: ["ControlOrMeta"] });
  await (await opened).close();
  await expect(heading(page)).toHaveText(texts.en["home.title"]);
  await page.getByRole("link", { name: texts.en["about.title"] }).click();
  await expect(heading(page)).toHaveText(texts.en["about.title"]);
  expect(await sameDocument(page)).toBe(false);
});

test("a category link scrolls to its heading, and Back returns to the top", async ({ page }) => {
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

test("a language link keeps the current page", async ({ page }) => {
  await page.getByRole("link", { name: "Trattoria da Lucia" }).click();
  await expect(heading(page)).toHaveText("Trattoria da Lucia");
  await page.getByRole("link", { name: "Deutsch" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await expect(heading(page)).toHaveText("Trattoria da Lucia");
});

test("a category link keeps the search", async ({ page }) => {
  await page.getByRole("link", { name: "Jade Lantern" }).click();
  // Lemon sauce and lemongrass, with each of twenty mains.
  await page.getByLabel(texts.en["menu.search"]).fill("lemon");
  await expect(page.locator(".dishes li")).toHaveCount(40);
  await page.locator("nav.categories").getByRole("link", { name: "Beef", exact: true }).click();
  await expect(page).toHaveURL(/\?q=lemon#c\d+$/);
  await expect(page.locator(".dishes li")).toHaveCount(40);
  await expect(page.getByRole("heading", { level: 2, name: "Beef", exact: true })).toBeInViewport();
});
