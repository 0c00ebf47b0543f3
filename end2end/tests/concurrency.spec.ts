// Two who want one record at once, and one who asks for it twice.

import { alive, expect, OFFLINE, test, texts, type Complaints } from "../servery";
import { DINER, letIn, LINE, OPENING, Other, refused, unsynced, words } from "../devices";
import { add, dish, fillIn, place, toCheckout } from "../ordering";
import { tidy, Till } from "../till";
import type { Browser, Page } from "@playwright/test";

test.describe.configure({ mode: "default" });

test.beforeEach(async ({ servery }) => tidy(servery));

test.afterEach(async ({ servery }) => tidy(servery));

/** Each in a browser of its own. */
async function two(browser: Browser, url: string, complaints: Complaints): Promise<[Page, Page]> {
  const page = async () => {
    const page = await (await browser.newContext({ baseURL: url, locale: "en-GB" })).newPage();
    complaints.hear(page);
    return page;
  };
  return [await page(), await page()];
}

const isPlaced = (page: Page) => /\/orders\/[0-9a-f]{44}$/.test(page.url());

/** Where orders are placed. */
const ORDERS = `/api/v1/restaurants/${DINER}/orders`;

/** Both press the button in one moment; one of them has an order then, and the other is told why not. */
async function race(pages: [Page, Page]): Promise<{ won: Page; lost: Page }> {
  await Promise.all(pages.map(place));
  await expect.poll(() => pages.filter(isPlaced).length).toBe(1);
  const [won] = pages.filter(isPlaced);
  const [lost] = pages.filter((page) => page !== won);
  await expect(lost.locator(".news")).toContainText("Nothing was ordered");
  return { won, lost };
}

test("case_kitchenasty_55: two diners order the last portion: one has it, the other learns which dish ran out", async ({ browser, servery, request, complaints }) => {
  complaints.expectStatus(409, ORDERS);
  test.slow();
  const till = await Other.letIn(servery);
  const salad = await dish(request, "Cobb Salad");
  const pages = await two(browser, servery.url, complaints);
  for (const page of pages) {
    await add(page, request, "Cobb Salad", "hydrated");
    await toCheckout(page, "hydrated");
    await fillIn(page);
  }
  await till.sync({ stock: { dish: salad.id, left: 1 } });
  const { lost } = await race(pages);
  await expect(lost.locator("main")).toContainText("Cobb Salad");
  expect(await till.records("stock")).toContainEqual({ dish: salad.id, left: 0 });
  await till.sync({ stock: { dish: salad.id, left: null } });
  await till.end();
  for (const page of pages) await page.context().close();
});

test("case_kitchenasty_55: two tills without a network sell the last portion: one bill has it, and somebody is told of the other", async ({ browser, servery, request, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...OPENING, ...LINE);
  test.slow();
  const other = await Other.letIn(servery);
  const slaw = await dish(request, "Coleslaw");
  await other.sync({ stock: { dish: slaw.id, left: 1 } });
  const pages = await two(browser, servery.url, complaints);
  const tills: Till[] = [];
  for (const [at, page] of pages.entries()) {
    await letIn(page, servery, "till", `Till ${at}`);
    const till = new Till(page);
    await till.open();
    await page.context().setOffline(true);
    await till.atCounter();
    await till.ring("Coleslaw");
    tills.push(till);
  }
  for (const page of pages) await page.context().setOffline(false);
  for (const page of pages) await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  const bills = ((await other.records("bill")) as { closed?: boolean; lines?: { dish: string; count: number }[] }[]).filter((bill) => !bill.closed);
  expect(bills.flatMap((bill) => bill.lines ?? []).filter((line) => line.dish === slaw.id).map((line) => line.count)).toEqual([1]);
  expect(await other.records("stock")).toContainEqual({ dish: slaw.id, left: 0 });
  // Wherever one looks, a count says that something was refused, and leads to what it was.
  for (const page of pages) {
    await page.locator(".bar .refusals").click();
    await expect(refused(page)).toHaveCount(1);
    await expect(refused(page)).toContainText("Coleslaw");
  }
  await other.sync({ stock: { dish: slaw.id, left: null } });
  await other.end();
  for (const page of pages) await page.context().close();
});

test("case_saleor_544: a voucher that is good once, in two checkouts at once: one has it", async ({ browser, servery, request, complaints }) => {
  complaints.expectStatus(409, ORDERS);
  test.slow();
  const pages = await two(browser, servery.url, complaints);
  for (const page of pages) {
    await add(page, request, "Cobb Salad", "hydrated");
    await toCheckout(page, "hydrated");
    await page.getByLabel(texts.en["checkout.coupon"]).fill("LASTBOAT");
    await page.getByRole("button", { name: texts.en["checkout.apply"] }).click();
    await expect(page.locator(".sums")).toContainText("LASTBOAT");
    await fillIn(page);
  }
  const { won, lost } = await race(pages);
  await alive(won);
  await expect(won.locator(".sums")).toContainText("LASTBOAT");
  await expect(lost.locator("#wrong-coupon")).not.toHaveText("");
  for (const page of pages) await page.context().close();
});

test("case_wepos_50: a double click on the button places one order, and takes one payment", async ({ page, servery, request }) => {
  test.slow();
  await add(page, request, "Cobb Salad", "hydrated");
  await toCheckout(page, "hydrated");
  await fillIn(page);
  await page.locator("button[name=place]").dblclick();
  await expect(page).toHaveURL(/\/orders\/[0-9a-f]{44}$/);
  expect(await (await page.request.get("/api/v1/orders")).json()).toHaveLength(1);

  await letIn(page, servery, "till", "Quick till");
  const at = new Till(page);
  await at.open();
  await at.openShift();
  await at.atCounter();
  await at.ring("Onion Rings");
  await page.locator(".doings .pay").click();
  await at.sheet.locator("button.main").dblclick();
  await expect(at.sheet.locator(".slip")).toBeVisible();
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  const other = await Other.letIn(servery);
  const bills = (await other.records("bill")) as { opened_at: number; lines?: { name: string }[]; payments?: object[] }[];
  const latest = bills.filter((bill) => bill.lines?.some((line) => line.name === "Onion Rings")).sort((a, b) => b.opened_at - a.opened_at)[0];
  expect(latest.payments).toHaveLength(1);
  expect(await other.records("refused_op")).toEqual([]);
  await other.end();
});
