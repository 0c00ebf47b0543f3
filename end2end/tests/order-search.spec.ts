// All orders of a restaurant: found again by name, phone, number and day, and shown with what has happened.

import { placeOrder } from "../api-orders";
import { BOARD, setRenderMode, signInToBoard } from "../board";
import { expectFitsAndAccessible, takePictures } from "../every-width";
import { DINER } from "../ordering";
import { expect, LANGS, officeTexts, test, texts, type Lang, type Servery } from "../servery";
import type { APIRequestContext, Page } from "@playwright/test";

const words = officeTexts.en;

/** Signed in at the board; the pages of all orders need no program. */
async function openAs(page: Page, servery: Servery, role: string) {
  await setRenderMode(page.context(), servery.url, "thin");
  await signInToBoard(page, servery, role);
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a guest calls, and the order is found by the end of the phone number", async ({ page, request, servery }) => {
    const { number } = await placeOrder(request, { name: "Grace Hopper" });
    await openAs(page, servery, "cashier");
    await page.getByRole("link", { name: texts.en["board.all-orders"] }).click();
    await page.getByLabel(words["orders.search"]).fill("5550199 grace");
    await page.getByRole("button", { name: words["orders.find"] }).click();
    await page.getByRole("link", { name: `#${number}`, exact: true }).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText(String(number));
    await expect(page.locator(".ordered")).toContainText("Onion Rings");
    await expect(page.locator(".whom")).toContainText("Grace Hopper");
    await expect(page.locator(".history li")).toHaveCount(1);
    await page.getByRole("link", { name: words["order.on-board"] }).click();
    await expect(page.locator(`#o${number}`)).toBeVisible();
    await page.locator(`#o${number}`).getByRole("link", { name: `#${number}` }).click();
    await expect(page.locator(".whom")).toContainText("Grace Hopper");
  });

  test("a search that finds nothing says so, and a rejected order is filtered out", async ({ page, request, servery }) => {
    const { id, number } = await placeOrder(request);
    await openAs(page, servery, "owner");
    await page.goto(`${BOARD}/orders?q=nobody-is-called-so`);
    await expect(page.getByText(words["orders.not-found"])).toBeVisible();
    await page.goto(`${BOARD}/orders?q=%23${number}&show=called_off`);
    await expect(page.getByText(words["orders.not-found"])).toBeVisible();
    const rejected = { event: { rejected: { reason: "busy" } } };
    await page.request.post(`/api/v1/restaurants/${DINER}/orders/${id}/events`, { data: rejected });
    await page.reload();
    await expect(page.getByRole("link", { name: `#${number}`, exact: true })).toBeVisible();
    await page.goto(`${BOARD}/orders?from=yesterday`);
    await expect(page.getByRole("alert")).toHaveText(words["orders.malformed"]);
  });
});

test("an order prints as a receipt, without what only staff need", async ({ page, request, servery }) => {
  await openOrder(page, request, servery, "en");
  await page.emulateMedia({ media: "print" });
  await expect(page.locator(".history")).toBeHidden();
  await expect(page.locator(".on-paper")).toBeVisible();
  await expect(page.locator(".sums")).toBeVisible();
});

async function openOrder(page: Page, request: APIRequestContext, servery: Servery, lang: Lang) {
  const { id } = await placeOrder(request);
  await openAs(page, servery, "owner");
  await page.context().addCookies([{ name: "servery_lang", value: lang, url: servery.url }]);
  await page.goto(`${BOARD}/orders/${id}`);
}

async function visitAll(page: Page, request: APIRequestContext, servery: Servery, lang: Lang, look: (name: string) => Promise<void>) {
  await openOrder(page, request, servery, lang);
  await look("record");
  await page.goto(`${BOARD}/orders`);
  await look("list");
  await page.goto(`${BOARD}/orders?q=nobody-is-called-so`);
  await look("not-found");
}

for (const lang of LANGS) {
  test(`the pages of all orders are accessible and fit, ${lang}`, async ({ page, request, servery }) => {
    await visitAll(page, request, servery, lang, (name) => expectFitsAndAccessible(page, name));
  });

  test(`pictures of all orders, ${lang} @looks`, async ({ page, request, servery }) => {
    await visitAll(page, request, servery, lang, (name) => takePictures(page, `orders-${name}-${lang}`));
  });
}
