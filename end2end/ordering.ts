// What a diner does, by the names of records on the pages, so that it is the same whatever the pages run on.

import { appReady, expect, texts, type Lang, type Mode, type Servery } from "./servery";
import { dishes, getMenu, type Dish } from "./restaurants";
import type { APIRequestContext, BrowserContext, Page } from "@playwright/test";

/** Open around the clock, in dollars, with a tax that is added. */
export const DINER = "lighthouse-diner";

const words = texts.en;

/** `{name}` filled in; names stand between isolates. */
export const formatText = (key: string, values: Record<string, string>) =>
  words[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

export async function findDish(request: APIRequestContext, name: string, slug = DINER): Promise<Dish> {
  return dishes(await getMenu(request, slug)).find((dish) => dish.name === name)!;
}

/** Puts a dish into the basket by its page; ends on the basket. */
export async function addToBasket(page: Page, request: APIRequestContext, name: string, mode: Mode | "none", choices: string[] = [], count = 1) {
  const { id } = await findDish(request, name);
  await page.goto(`/restaurants/${DINER}/dishes/${id}`);
  if (mode === "hydrated" || mode === "thick") await appReady(page);
  for (const choice of choices) await page.getByLabel(choice).first().check();
  await page.getByLabel(words["dish.count"]).fill(String(count));
  await page.getByRole("button", { name: words["dish.add"] }).click();
  await expect(page).toHaveURL(/\/basket$/);
  if (mode === "hydrated" || mode === "thick") await appReady(page);
  await expect(page.locator(".lines > li .name").filter({ hasText: name }).first()).toBeVisible();
}

export async function goToCheckout(page: Page, mode: Mode | "none") {
  await page.getByRole("button", { name: words["basket.checkout"] }).click();
  await expect(page).toHaveURL(/\/checkout/);
  if (mode === "hydrated" || mode === "thick") await appReady(page);
}

type Visit = { page: Page; context: BrowserContext; request: APIRequestContext; servery: Servery };

export const CHECKOUT = `/restaurants/${DINER}/checkout`;

/** The checkout of two salads that are to be brought. */
export async function openDeliveryCheckout({ page, context, request, servery }: Visit, mode: Mode, lang: Lang = "en") {
  await context.clearCookies({ name: "servery_lang" });
  await context.addCookies([{ name: "servery_render", value: "thin", url: servery.url }]);
  await addToBasket(page, request, "Cobb Salad", "thin", [], 2);
  await context.addCookies([{ name: "servery_render", value: mode, url: servery.url }, { name: "servery_lang", value: lang, url: servery.url }]);
  await page.goto(CHECKOUT);
  if (mode !== "thin") await appReady(page, lang);
  await page.getByLabel(texts[lang]["checkout.delivery"]).check();
}

export async function fillAddress(page: Page, street: string, postcode: string) {
  await page.getByLabel(words["checkout.street"]).fill(street);
  await page.getByLabel(words["checkout.postcode"]).fill(postcode);
  await page.getByLabel(words["checkout.city"]).fill("Millbrook");
}

export async function fillContact(page: Page) {
  await page.getByLabel(words["checkout.name"], { exact: true }).fill("Ada Lovelace");
  await page.getByLabel(words["checkout.phone"]).fill("+1 212 555 0199");
  await page.getByLabel(words["checkout.allergies"]).fill("peanuts");
}

export const submitOrder = (page: Page) => page.locator("button[name=place]").click();

/** A page without a script learns the new total only when it asks: it says so, and asks again. */
export async function placeOrder(page: Page): Promise<string> {
  const newTotal = page.locator(".news").filter({ hasText: "Nothing was ordered" });
  await submitOrder(page);
  await expect(page.locator(".state").or(newTotal)).toBeVisible();
  if (await newTotal.isVisible()) await submitOrder(page);
  await expect(page).toHaveURL(/\/orders\/[0-9a-f]{44}$/);
  return page.url().split("/").at(-1)!;
}

/** The pages of somebody who orders, and how they are come to. */
export const ORDERING_PAGES: Record<string, (page: Page, request: APIRequestContext) => Promise<string>> = {
  "basket-empty": async () => `/restaurants/${DINER}/basket`,
  "history-empty": async () => "/orders",
  basket: async (page, request) => {
    // Not the preselected meatloaf, of which there are only so many.
    await addToBasket(page, request, "Blue Plate Special", "none", ["Half Roast Chicken"]);
    await addToBasket(page, request, "Cobb Salad", "none", [], 2);
    return `/restaurants/${DINER}/basket`;
  },
  checkout: async (page, request) => {
    await ORDERING_PAGES.basket(page, request);
    return `/restaurants/${DINER}/checkout`;
  },
  "checkout-wrong": async (page, request) => {
    await ORDERING_PAGES.basket(page, request);
    await goToCheckout(page, "none");
    await page.getByLabel(words["checkout.delivery"]).check();
    await submitOrder(page);
    await expect(page).toHaveURL(/wrong=/);
    return new URL(page.url()).pathname + new URL(page.url()).search;
  },
  order: async (page, request) => {
    await ORDERING_PAGES.basket(page, request);
    await goToCheckout(page, "none");
    await fillContact(page);
    return `/orders/${await placeOrder(page)}`;
  },
  history: async (page, request) => {
    await ORDERING_PAGES.order(page, request);
    return "/orders";
  },
};
