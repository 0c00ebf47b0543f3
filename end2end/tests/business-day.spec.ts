// A business day with three tills, two kitchen screens and thirty orders. The network is cut for the middle third. At the end payments and reports agree to the cent.

import { mkdir } from "node:fs/promises";
import type { BrowserContext, Page } from "@playwright/test";
import { expect, test } from "../servery";
import { pairDevice, ApiDevice, unsynced, words } from "../devices";
import { KITCHEN, cleanUp, Till, staffText } from "../till";

const ORDERS = 30;
const DISHES = ["Onion Rings", "Coleslaw", "Apple Pie", "Chicken Noodle Soup", "Tuna Melt"];
const TABLES = ["Booth 1", "Booth 2", "Booth 3"];
/** The folder for screenshots; without it there are none. */
const PICTURES = process.env.SERVERY_PICTURES;

async function picture(page: Page, name: string) {
  if (!PICTURES) return;
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: `${PICTURES}/${name}.png` });
}

interface Payment {
  tender: { id: string; amount: number };
  receipt: { till: string; number: number };
}

async function payments(books: ApiDevice): Promise<Payment[]> {
  return ((await books.records("bill")) as { payments?: Payment[] }[]).flatMap((bill) => bill.payments ?? []);
}

test.beforeEach(async ({ servery }) => cleanUp(servery));
test.afterEach(async ({ servery }) => cleanUp(servery));

test("a business day on three tills and two kitchen screens", async ({ servery, browser, complaints }) => {
  test.setTimeout(300_000);
  complaints.expect(/./);
  const books = await ApiDevice.pair(servery);
  const before = new Set((await payments(books)).map((payment) => payment.tender.id));
  const contexts: BrowserContext[] = [];
  const screen = async (kind: string, name: string) => {
    const context = await browser.newContext({ baseURL: servery.url });
    contexts.push(context);
    const page = await context.newPage();
    await pairDevice(page, servery, kind, name);
    return page;
  };
  const tills: Till[] = [];
  for (const name of ["Door", "Bar", "Terrace"]) {
    const till = new Till(await screen("till", name));
    await till.open();
    await till.openShift("100");
    tills.push(till);
  }
  const kitchens = [await screen("kitchen", "Hot pass"), await screen("kitchen", "Cold pass")];
  for (const kitchen of kitchens) await kitchen.goto(KITCHEN);

  for (let order = 0; order < ORDERS; order++) {
    if (order === ORDERS / 3) await Promise.all(contexts.map((context) => context.setOffline(true)));
    if (order === (ORDERS * 2) / 3) {
      await picture(tills[0].page, "offline");
      await Promise.all(contexts.map((context) => context.setOffline(false)));
    }
    const at = order % tills.length;
    const till = tills[at];
    if (order % 4 === 3) await till.openTableBill(TABLES[at]);
    else await till.openCounterBill();
    for (let dish = 0; dish <= order % 3; dish++) await till.ringUp(DISHES[(order + dish) % DISHES.length]);
    await till.send();
    // One page is reloaded during the outage, another closed. The newest of the open bills is the till's own: those of other tills
    // may have been paid since the outage began.
    if (order === 13) {
      await till.page.reload();
      await till.page.locator("nav.bills > ol:not([class]) button").last().click();
    }
    if (order === 17) {
      const page = await till.page.context().newPage();
      await till.page.close({ runBeforeUnload: false });
      tills[at] = new Till(page);
      await tills[at].open();
      await page.locator("nav.bills > ol:not([class]) button").last().click();
    }
    await tills[at].pay();
    await tills[at].next();
  }
  for (const { page } of tills) await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 20_000 });
  await expect(kitchens[0].locator(".kitchen-ticket")).toHaveCount(ORDERS, { timeout: 20_000 });
  await picture(kitchens[0], "kitchen");
  for (let ticket = 0; ticket < ORDERS; ticket++) {
    const kitchen = kitchens[ticket % 2];
    await expect(kitchen.locator(".kitchen-ticket")).toHaveCount(ORDERS - ticket, { timeout: 10_000 });
    await kitchen.locator(".kitchen-ticket .bump").first().click();
    await expect(kitchen.locator(".kitchen-ticket")).toHaveCount(ORDERS - ticket - 1);
  }

  const paid = (await payments(books)).filter((payment) => !before.has(payment.tender.id));
  expect(paid).toHaveLength(ORDERS);
  const taken = paid.reduce((sum, { tender }) => sum + tender.amount, 0);
  let reported = 0;
  for (const { page, sheet } of tills) {
    await page.locator(".shift").getByRole("button", { name: staffText("shift.close") }).click();
    const expected = (await sheet.locator(".sums dd").first().innerText()).replace(/[^0-9.]/g, "");
    await sheet.getByLabel(staffText("shift.counted")).fill(expected);
    await sheet.locator("button.main").click();
    const slip = sheet.locator(".slip");
    const sales = await slip.locator("dl > .total", { hasText: staffText("report.sales") }).locator("dd").innerText();
    await expect(slip.locator("dl > div", { hasText: staffText("shift.difference") }).locator("dd")).toHaveText(/0\.00$/);
    reported += Math.round(Number(sales.replace(/[^0-9.]/g, "")) * 100);
    await picture(page, `report-${tills.findIndex((till) => till.page === page)}`);
  }
  expect(reported).toBe(taken);
  expect(await books.records("refused_op")).toEqual([]);
  // The receipt numbers of each till have no gaps.
  const numbers = new Map<string, number[]>();
  for (const { receipt } of paid) numbers.set(receipt.till, [...(numbers.get(receipt.till) ?? []), receipt.number]);
  for (const each of numbers.values()) expect(each.sort((a, b) => a - b)).toEqual(each.map((_, at) => at + 1));
  await books.end();
  await Promise.all(contexts.map((context) => context.close()));
});
