// The map of deliveries on the board.

import { placeOrder } from "../api-orders";
import { expectAccessible } from "../axe";
import { BOARD, setRenderMode, signInToBoard } from "../board";
import { expectFitsAndAccessible, takePictures } from "../every-width";
import { expectDrawn, mapTest as test } from "../map";
import { appReady, expect, texts, type Lang, type Servery } from "../servery";
import type { APIRequestContext, Page } from "@playwright/test";

const words = texts.en;

const map = (page: Page) => page.locator("order-map");
const marker = (page: Page, number: number) => map(page).locator(`a[href="#o${number}"]`);
const row = (page: Page, number: number) => page.locator(".order-places li", { has: page.locator(`a[href="#o${number}"]`) });
const opener = (page: Page, lang: Lang = "en") => page.getByRole("button", { name: texts[lang]["board.map-open"] });

const address = (street: string, postcode: string, location?: unknown) => ({ delivery: { street, postcode, city: "Millbrook", location } });
const pin = { point: { latitude: 40_750_000, longitude: -74_020_000 }, source: "pin" };
const deliver = (request: APIRequestContext, ...where: Parameters<typeof address>) => placeOrder(request, { fulfilment: address(...where), count: 6 });

async function openBoard(page: Page, servery: Servery, role = "manager", lang: Lang = "en") {
  await signInToBoard(page, servery, role);
  await setRenderMode(page.context(), servery.url, "hydrated");
  await page.context().addCookies([{ name: "servery_lang", value: lang, url: servery.url }]);
  await page.goto(BOARD);
  await appReady(page, lang);
}

async function openMap(page: Page, lang: Lang = "en") {
  await opener(page, lang).click();
  await expectDrawn(map(page));
}

test("deliveries with a point are markers that lead to their cards and follow the board", async ({ page, board, request, servery, loaded }) => {
  test.slow();
  const pinned = await deliver(request, "1 Unknown Street", "10012", pin);
  const listed = await deliver(request, "5 Harbor Lane", "10012");
  const unknown = await deliver(request, "9 Quay", "10014");
  const collected = await placeOrder(request);
  await openBoard(page, servery);
  expect(loaded, "nothing of the map is loaded before the click").toEqual([]);
  await openMap(page);
  for (const { number } of [pinned, listed]) {
    await expect(marker(page, number)).toHaveText(`● ${number}`);
    await expect(marker(page, number)).toHaveAccessibleName(words["board.map-order"].replace("{n}", String(number)).replace("{state}", words["board.new"]));
  }
  await expect(marker(page, unknown.number)).toHaveCount(0);
  await expect(page.locator(".order-places [role=status]").filter({ hasText: "1 order has no point on the map." })).toBeVisible();
  await expect(page.locator(".order-places li")).toHaveCount(3);
  await expect(row(page, unknown.number)).toContainText(words["board.map-no-point"]);
  await expect(page.locator(`.order-places a[href="#o${collected.number}"]`)).toHaveCount(0);

  const card = page.locator(`#o${pinned.number}`);
  await marker(page, pinned.number).click();
  await expect(page).toHaveURL(new RegExp(`#o${pinned.number}$`));
  await expect(card).toBeInViewport();

  // The board follows, and so does the map.
  await setRenderMode(board.context(), servery.url, "thin");
  await signInToBoard(board, servery);
  await board.locator(`#o${pinned.number}`).getByRole("button", { name: words["board.accept"] }).click();
  await expect(marker(page, pinned.number)).toHaveText(`▲ ${pinned.number}`);
  const next = await deliver(request, "7 Harbor Lane", "10012");
  await expect(marker(page, next.number)).toBeVisible();
  await expectAccessible(page);
});

test("who does not see addresses has no map of them, and no areas", async ({ page, servery }) => {
  await openBoard(page, servery, "kitchen");
  await expect(opener(page)).toHaveCount(0);
  const { areas } = await (await page.request.get("/api/v1/restaurants/lighthouse-diner/board")).json();
  expect(areas).toBeUndefined();
});

test("a map that cannot be loaded says so, and the list goes on", async ({ page, request, context, servery, complaints }) => {
  complaints.expect(/\/assets\/map-library\.[0-9a-f]+\.js\b/, /^console\.warning: TypeError: Failed to fetch dynamically imported module/);
  const { number } = await deliver(request, "1 Unknown Street", "10012", pin);
  await context.route("**/assets/map-library.*", (route) => route.abort("failed"));
  await openBoard(page, servery);
  await opener(page).click();
  await expect(map(page).getByRole("status")).toHaveText(words["board.map-failed"]);
  await expect(row(page, number)).toBeVisible();
});

for (const lang of ["en", "ar"] as const) {
  test(`the board with its map is accessible and fits, ${lang}`, async ({ page, request, servery }) => {
    test.slow();
    await deliver(request, "1 Unknown Street", "10012", pin);
    await page.emulateMedia({ reducedMotion: "reduce" });
    await openBoard(page, servery, "manager", lang);
    await openMap(page, lang);
    await expect(map(page).locator("a").first()).toBeVisible();
    await expectFitsAndAccessible(page, `board ${lang}`);
  });

  test(`pictures of the board with its map, ${lang} @looks`, async ({ page, request, servery }) => {
    test.setTimeout(90_000);
    await deliver(request, "1 Unknown Street", "10012", pin);
    await deliver(request, "9 Quay", "10014");
    await openBoard(page, servery, "manager", lang);
    await openMap(page, lang);
    await takePictures(page, `board-map-${lang}`);
  });
}
