// Search gives the same results in every mode.

import { appReady, expect, test, texts, type Mode } from "../servery";
import { getRestaurants } from "../restaurants";
import type { Page } from "@playwright/test";

const MODES: Mode[] = ["thin", "hydrated", "thick"];

/** Open a page in a mode, and remember the document, so that a load of another one shows. */
async function open(page: Page, path: string, mode: Mode) {
  await page.goto(`${path}?render=${mode}`);
  if (mode !== "thin") await appReady(page);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
}

const sameDocument = (page: Page) => page.evaluate(() => "sameDocument" in window);

for (const mode of MODES) {
  test(`restaurants are searched by name, ${mode}`, async ({ page, request }) => {
    const found = (await getRestaurants(request, "?q=lantern")).map((listing) => listing.restaurant.name);
    expect(found).toEqual(["Jade Lantern"]);
    await open(page, "/", mode);
    await page.getByLabel(texts.en["home.search"]).fill("lantern");
    if (mode === "thin") await page.getByRole("button", { name: texts.en["home.submit"] }).click();
    await expect(page.locator(".town h2")).toHaveText(found);
    await expect(page.locator(".count")).toHaveText("1 restaurant");
    await expect(page).toHaveURL(/\?q=lantern(&|$)/);
    expect(await sameDocument(page)).toBe(mode !== "thin");
  });

  test(`restaurants are filtered by cuisine, ${mode}`, async ({ page, request }) => {
    const found = (await getRestaurants(request, "?cuisine=german")).map((listing) => listing.restaurant.name);
    expect(found.length).toBeGreaterThan(0);
    await open(page, "/", mode);
    await page.getByRole("combobox", { name: texts.en["home.cuisine"], exact: true }).selectOption("german");
    if (mode === "thin") await page.getByRole("button", { name: texts.en["home.submit"] }).click();
    await expect(page.locator(".count")).toHaveText(new RegExp(`^${found.length} restaurants?$`));
    expect((await page.locator(".town h2").allTextContents()).toSorted()).toEqual(found.toSorted());
  });

  test(`a search without results says so and links to all restaurants, ${mode}`, async ({ page, request }) => {
    const all = await getRestaurants(request);
    await open(page, "/", mode);
    await page.getByLabel(texts.en["home.search"]).fill("no restaurant has this name");
    if (mode === "thin") await page.getByRole("button", { name: texts.en["home.submit"] }).click();
    await expect(page.getByText(texts.en["home.nothing"])).toBeVisible();
    await expect(page.locator(".town li")).toHaveCount(0);
    await page.getByRole("link", { name: texts.en["home.show-all"] }).click();
    await expect(page.locator(".town li")).toHaveCount(all.length);
    await expect(page.getByLabel(texts.en["home.search"])).toHaveValue("");
  });

  test(`words with typing errors find what is similar, and the page says so, ${mode}`, async ({ page }) => {
    const near = texts.en["search.near"];
    await open(page, "/", mode);
    await page.getByLabel(texts.en["home.search"]).fill("lantrn");
    if (mode === "thin") await page.getByRole("button", { name: texts.en["home.submit"] }).click();
    await expect(page.locator(".town h2")).toHaveText(["Jade Lantern"]);
    await expect(page.locator(".count")).toHaveText(`${near} 1 restaurant`);
    const path = "/restaurants/trattoria-da-lucia";
    await open(page, path, mode);
    await page.getByLabel(texts.en["menu.search"]).fill("tiramsu");
    if (mode === "thin") await page.getByRole("button", { name: texts.en["menu.submit"] }).click();
    await expect(page.locator(".dishes h3")).toHaveText([/^Tiramis/]);
    await expect(page.getByRole("status").filter({ hasText: near })).toBeVisible();
    await page.goto(`${path}?render=${mode}&q=tiramsu`);
    await expect(page.getByRole("status").filter({ hasText: near })).toBeVisible();
    await page.goto(`${path}?render=${mode}&q=tiramisu`);
    await expect(page.locator(".dishes h3")).toHaveText([/^Tiramis/]);
    await expect(page.getByText(near)).toHaveCount(0);
  });

  test(`a menu is searched by word and diet, ${mode}`, async ({ page }) => {
    const path = "/restaurants/trattoria-da-lucia";
    await page.goto(`${path}?render=thin&q=tomato&diet=vegan`);
    const found = await page.locator(".dishes h3").allTextContents();
    await open(page, path, mode);
    const whole = await page.locator(".dishes h3").count();
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThan(whole);
    await page.getByLabel(texts.en["menu.search"]).fill("tomato");
    await page.getByRole("combobox", { name: texts.en["menu.diet"], exact: true }).selectOption("vegan");
    if (mode === "thin") await page.getByRole("button", { name: texts.en["menu.submit"] }).click();
    await expect(page.locator(".dishes h3")).toHaveText(found);
    await expect(page).toHaveURL(/q=tomato&diet=vegan/);
    expect(await sameDocument(page)).toBe(mode !== "thin");
    await page.reload();
    await expect(page.locator(".dishes h3")).toHaveText(found);
    await expect(page.getByLabel(texts.en["menu.search"])).toHaveValue("tomato");
  });
}

test("the search is kept in another mode and another language", async ({ page }) => {
  await open(page, "/restaurants/jade-lantern", "hydrated");
  // Lemon sauce and lemongrass, with each of twenty mains.
  await page.getByLabel(texts.en["menu.search"]).fill("lemon");
  const found = page.locator(".dishes li");
  await expect(found).toHaveCount(40);
  await expect(page.getByRole("link", { name: "Deutsch" })).toHaveAttribute("href", "/restaurants/jade-lantern?q=lemon&lang=de");
  await page.locator(".made summary").click();
  await page.getByRole("button", { name: texts.en["mode.thin"], exact: true }).click();
  await expect(page.locator(".made summary")).toContainText(texts.en["mode.thin"]);
  await expect(found).toHaveCount(40);
});
