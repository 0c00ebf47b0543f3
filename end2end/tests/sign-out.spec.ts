// Somebody signs out on a computer that others use: nothing of theirs is left on it.

import { controlled, expect, test, texts } from "../servery";
import { add, fillIn, placed, toCheckout } from "../ordering";
import { signIn, signUp } from "../signed";

const words = texts.en;

/** What the browser keeps of a person: stored answers of the API, drafts, the visitor cookie. */
const left = async (page: import("@playwright/test").Page) => {
  const cookies = (await page.context().cookies()).map((cookie) => cookie.name);
  return page.evaluate(async (cookies) => {
    const kept = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
    const answers = kept.flat().map((request) => new URL(request.url).pathname).filter((path) => /^\/api\/.*(orders|draft|account)/.test(path));
    const drafts = Object.keys(localStorage).filter((name) => /^(draft|begun):/.test(name));
    return { answers, drafts, cookies: cookies.filter((name) => /visitor|session/.test(name)) };
  }, cookies);
};

test("who signs out leaves no order, no name and no token behind", async ({ page, request }) => {
  await add(page, request, "Cobb Salad", "hydrated");
  await controlled(page);
  await toCheckout(page, "hydrated");
  await fillIn(page);
  await placed(page);
  await add(page, request, "Cobb Salad", "hydrated");
  await signIn(page, await signUp(page.request), "hydrated");
  const before = await left(page);
  expect(before.answers).not.toEqual([]);
  expect(before.drafts).not.toEqual([]);
  expect(before.cookies.length).toBe(2);
  await page.getByRole("button", { name: words["account.sign-out"], exact: true }).click();
  await expect(page).toHaveURL(/\/$/);
  expect(await left(page)).toEqual({ answers: [], drafts: [], cookies: [] });
  await page.goto("/orders");
  await expect(page.locator("main")).not.toContainText("Lighthouse");
});
