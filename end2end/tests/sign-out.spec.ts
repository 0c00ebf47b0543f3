// Somebody signs out on a computer that others use: nothing of theirs is stored on it.

import { serviceWorkerReady, expect, test, texts } from "../servery";
import { addToBasket, fillContact, goToCheckout, placeOrder } from "../ordering";
import { signIn, signUp } from "../accounts";

const words = texts.en;

/** What the browser stores about a person: stored answers of the API, drafts, the visitor cookie. */
const storedData = async (page: import("@playwright/test").Page) => {
  const cookies = (await page.context().cookies()).map((cookie) => cookie.name);
  return page.evaluate(async (cookies) => {
    const stored = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
    const answers = stored.flat().map((request) => new URL(request.url).pathname).filter((path) => /^\/api\/.*(orders|draft|account)/.test(path));
    const drafts = Object.keys(localStorage).filter((name) => /^(draft|begun):/.test(name));
    return { answers, drafts, cookies: cookies.filter((name) => /visitor|session/.test(name)) };
  }, cookies);
};

test("signing out deletes orders, drafts and tokens from the browser", async ({ page, request }) => {
  await addToBasket(page, request, "Cobb Salad", "hydrated");
  await serviceWorkerReady(page);
  await goToCheckout(page, "hydrated");
  await fillContact(page);
  await placeOrder(page);
  // The page stores what it shows in the background.
  await expect.poll(async () => (await storedData(page)).answers).not.toEqual([]);
  await addToBasket(page, request, "Cobb Salad", "hydrated");
  await signIn(page, await signUp(page.request), "hydrated");
  const before = await storedData(page);
  expect(before.answers).not.toEqual([]);
  expect(before.drafts).not.toEqual([]);
  expect(before.cookies.length).toBe(2);
  await page.getByRole("button", { name: words["account.sign-out"], exact: true }).click();
  await expect(page).toHaveURL(/\/$/);
  expect(await storedData(page)).toEqual({ answers: [], drafts: [], cookies: [] });
  await page.goto("/orders");
  await expect(page.locator("main")).not.toContainText("Lighthouse");
});
