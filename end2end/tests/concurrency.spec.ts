// Two clients that change the same record at once, and one that sends the same request twice.

import { appReady, expect, OFFLINE, test, texts, type Complaints } from "../servery";
import { DINER, pairDevice, SYNC_CALLS, STARTUP_CALLS, ApiDevice, refusals, unsynced, words } from "../devices";
import { addToBasket, findDish, fillContact, submitOrder, goToCheckout } from "../ordering";
import { cleanUp, Till } from "../till";
import type { Browser, Page } from "@playwright/test";

test.describe.configure({ mode: "default" });

test.beforeEach(async ({ servery }) => cleanUp(servery));

test.afterEach(async ({ servery }) => cleanUp(servery));

/** Each in a browser of its own. */
async function openTwoBrowsers(browser: Browser, url: string, complaints: Complaints): Promise<[Page, Page]> {
  const page = async () => {
    const page = await (await browser.newContext({ baseURL: url, locale: "en-GB" })).newPage();
    complaints.watch(page);
    return page;
  };
  return [await page(), await page()];
}

const isPlaced = (page: Page) => /\/orders\/[0-9a-f]{44}$/.test(page.url());

/** Where orders are placed. */
const ORDERS = `/api/v1/restaurants/${DINER}/orders`;

/** Both submit at the same time. One order is placed, the other page shows why not. */
async function race(pages: [Page, Page]): Promise<{ won: Page; lost: Page }> {
  await Promise.all(pages.map(submitOrder));
  await expect.poll(() => pages.filter(isPlaced).length).toBe(1);
  const [won] = pages.filter(isPlaced);
  const [lost] = pages.filter((page) => page !== won);
  await expect(lost.locator(".news")).toContainText("Nothing was ordered");
  return { won, lost };
}

test("case_kitchenasty_55: two diners order the last portion: one order is placed, the other diner is shown which dish is sold out", async ({ browser, servery, request, complaints }) => {
  complaints.expectStatus(409, ORDERS);
  test.slow();
  const till = await ApiDevice.pair(servery);
  const salad = await findDish(request, "Cobb Salad");
  const pages = await openTwoBrowsers(browser, servery.url, complaints);
  for (const page of pages) {
    await addToBasket(page, request, "Cobb Salad", "hydrated");
    await goToCheckout(page, "hydrated");
    await fillContact(page);
  }
  await till.sync({ stock: { dish: salad.id, left: 1 } });
  const { lost } = await race(pages);
  await expect(lost.locator("main")).toContainText("Cobb Salad");
  expect(await till.records("stock")).toContainEqual({ dish: salad.id, left: 0 });
  await till.sync({ stock: { dish: salad.id, left: null } });
  await till.end();
  for (const page of pages) await page.context().close();
});

test("case_kitchenasty_55: two offline tills sell the last portion: one bill has it, the other is shown as a refusal", async ({ browser, servery, request, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...STARTUP_CALLS, ...SYNC_CALLS);
  test.slow();
  const other = await ApiDevice.pair(servery);
  const slaw = await findDish(request, "Coleslaw");
  await other.sync({ stock: { dish: slaw.id, left: 1 } });
  const pages = await openTwoBrowsers(browser, servery.url, complaints);
  const tills: Till[] = [];
  for (const [index, page] of pages.entries()) {
    await pairDevice(page, servery, "till", `Till ${index}`);
    const till = new Till(page);
    await till.open();
    await page.context().setOffline(true);
    await till.openCounterBill();
    await till.ringUp("Coleslaw");
    tills.push(till);
  }
  for (const page of pages) await page.context().setOffline(false);
  for (const page of pages) await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  const bills = ((await other.records("bill")) as { closed?: boolean; lines?: { dish: string; count: number }[] }[]).filter((bill) => !bill.closed);
  expect(bills.flatMap((bill) => bill.lines ?? []).filter((line) => line.dish === slaw.id).map((line) => line.count)).toEqual([1]);
  expect(await other.records("stock")).toContainEqual({ dish: slaw.id, left: 0 });
  // Every screen shows the number of refusals, with a link to them.
  for (const page of pages) {
    await page.locator(".bar .refusals").click();
    await expect(refusals(page)).toHaveCount(1);
    await expect(refusals(page)).toContainText("Coleslaw");
  }
  await other.sync({ stock: { dish: slaw.id, left: null } });
  await other.end();
  for (const page of pages) await page.context().close();
});

test("case_saleor_544: a single-use coupon in two concurrent checkouts is used once", async ({ browser, servery, request, complaints }) => {
  complaints.expectStatus(409, ORDERS);
  test.slow();
  const pages = await openTwoBrowsers(browser, servery.url, complaints);
  for (const page of pages) {
    await addToBasket(page, request, "Cobb Salad", "hydrated");
    await goToCheckout(page, "hydrated");
    await page.getByLabel(texts.en["checkout.coupon"]).fill("LASTBOAT");
    await page.getByRole("button", { name: texts.en["checkout.apply"] }).click();
    await expect(page.locator(".sums")).toContainText("LASTBOAT");
    await fillContact(page);
  }
  const { won, lost } = await race(pages);
  await appReady(won);
  await expect(won.locator(".sums")).toContainText("LASTBOAT");
  await expect(lost.locator("#wrong-coupon")).not.toHaveText("");
  for (const page of pages) await page.context().close();
});

test("case_wepos_50: a double click places one order and takes one payment", async ({ page, servery, request }) => {
  test.slow();
  await addToBasket(page, request, "Cobb Salad", "hydrated");
  await goToCheckout(page, "hydrated");
  await fillContact(page);
  await page.locator("button[name=place]").dblclick();
  await expect(page).toHaveURL(/\/orders\/[0-9a-f]{44}$/);
  expect(await (await page.request.get("/api/v1/orders")).json()).toHaveLength(1);

  await pairDevice(page, servery, "till", "Quick till");
  const till = new Till(page);
  await till.open();
  await till.openShift();
  await till.openCounterBill();
  await till.ringUp("Onion Rings");
  await page.locator(".doings .pay").click();
  await till.sheet.locator("button.main").dblclick();
  await expect(till.sheet.locator(".slip")).toBeVisible();
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  const other = await ApiDevice.pair(servery);
  const bills = (await other.records("bill")) as { opened_at: number; lines?: { name: string }[]; payments?: object[] }[];
  const latest = bills.filter((bill) => bill.lines?.some((line) => line.name === "Onion Rings")).sort((a, b) => b.opened_at - a.opened_at)[0];
  expect(latest.payments).toHaveLength(1);
  expect(await other.records("refused_op")).toEqual([]);
  await other.end();
});
