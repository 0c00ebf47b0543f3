// What was paid can be found again: to be printed, and to be given back.

import { expect, OFFLINE, test } from "../servery";
import { DEVICE, letIn, LINE, OPENING, Other, words } from "../devices";
import { cooked, placed } from "../diner";
import { tidy, Till, word } from "../till";
import type { Page } from "@playwright/test";

test.describe.configure({ mode: "default" });

test.beforeEach(async ({ servery }) => tidy(servery));

test.afterEach(async ({ servery }) => tidy(servery));

const shift = (page: Page, key: string) => page.locator(".shift").getByRole("button", { name: word(key), exact: true }).click();

/** What the X report says in a row. */
async function reported(till: Till, key: string): Promise<string> {
  await shift(till.page, "report.x");
  const said = await till.sheet.locator(".slip dl > div", { hasText: word(key) }).first().locator("dd").innerText();
  await till.page.keyboard.press("Escape");
  await expect(till.sheet).toHaveCount(0);
  return said;
}

async function giveBack(till: Till, amount: string) {
  await till.sheet.getByLabel(word("payments.back-amount")).fill(amount);
  await till.sheet.getByLabel(word("discount.reason")).fill("cold");
  await till.sheet.locator("button.main").click();
  await expect(till.sheet).toHaveCount(0);
}

test("a guest comes back with the receipt: it is found by its number, printed again, and a part of it is given back", async ({ page, servery, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...OPENING, ...LINE);
  await letIn(page, servery, "till", "Bar till");
  const till = new Till(page);
  await till.open();
  await till.openShift("100");
  await till.atCounter();
  await till.ring("Onion Rings");
  await till.pay();
  const number = /[0-9A-F]{4}-\d+/.exec(await till.sheet.locator(".slip header").innerText())![0];
  await till.next();
  await till.atCounter();
  await till.ring("Coleslaw");
  await context.setOffline(true);
  await shift(page, "receipts.title");
  await till.sheet.getByRole("searchbox").fill("nobody");
  await expect(till.sheet.locator(".rows li")).toHaveCount(0);
  await till.sheet.getByRole("searchbox").fill(number.toLowerCase());
  await expect(till.sheet.locator(".rows li")).toHaveCount(1);
  await till.sheet.getByRole("button", { name: word("receipt.title"), exact: true }).click();
  await expect(till.sheet.locator(".slip")).toContainText("Onion Rings");
  await page.evaluate(() => ((window as unknown as { printed: number }).printed = 0));
  await page.evaluate(() => (window.print = () => void ((window as unknown as { printed: number }).printed += 1)));
  await till.sheet.getByRole("button", { name: word("receipt.print") }).click();
  expect(await page.evaluate(() => (window as unknown as { printed: number }).printed)).toBe(1);
  // The bill in hand is somebody else's and stays.
  await expect(till.sheet.getByRole("button", { name: word("receipt.next") })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(till.lines).toHaveText(/Coleslaw/);

  const before = await reported(till, "report.cash");
  await shift(page, "receipts.title");
  await till.sheet.locator(".rows li", { hasText: number }).getByRole("button", { name: word("payments.give-back") }).click();
  await giveBack(till, "2.50");
  const dollars = (text: string) => Math.round(Number(text.replace(/[^0-9.]/g, "")) * 100);
  expect(dollars(await reported(till, "report.refunds"))).toBe(250);
  expect(dollars(await reported(till, "report.cash"))).toBe(dollars(before) - 250);
  await context.setOffline(false);
  await shift(page, "receipts.title");
  await expect(till.sheet.locator(".rows li", { hasText: number })).toContainText(word("payments.given-back", { amount: "$2.50" }));
});

test("a diner's order is paid at the counter, has a receipt, and a part of it is given back once", async ({ page, servery, request }) => {
  await letIn(page, servery, "till", "Bar till");
  const till = new Till(page);
  await till.open();
  await till.openShift("100");
  const kitchen = await Other.letIn(servery);
  const order = await placed(request, { name: "Grace Hopper" });
  await cooked(kitchen, order);
  const card = page.locator(".ready-orders li", { hasText: `#${order.number}` });
  await card.locator("summary").click();
  await card.getByRole("button", { name: word("pay.cash") }).click();
  await expect(till.sheet.locator(".slip")).toContainText("Grace Hopper");
  await expect(till.sheet.locator(".slip")).toContainText("2 × Onion Rings");
  await expect(till.sheet.locator(".slip .total dd")).toHaveText(`$${(order.total / 100).toFixed(2)}`);
  await expect(card).toHaveCount(0);
  await page.keyboard.press("Escape");
  await shift(page, "receipts.title");
  await till.sheet.locator(".rows li", { hasText: "Grace Hopper" }).getByRole("button", { name: word("payments.give-back") }).click();
  await till.sheet.getByLabel(word("payments.back-amount")).fill("1");
  await till.sheet.getByLabel(word("discount.reason")).fill("one was cold");
  // Tapped twice, given once.
  await till.sheet.locator("button.main").dblclick();
  await expect(till.sheet).toHaveCount(0);
  expect(await reported(till, "report.refunds")).toBe("$1.00");
  const taken = ((await kitchen.records("order_payment")) as { order: string; payments: { refunds?: { back: { amount: number; reason: string } }[] }[] }[]).find((taken) => taken.order === order.id)!;
  expect(taken.payments.flatMap((payment) => (payment.refunds ?? []).map(({ back }) => [back.amount, back.reason]))).toEqual([[100, "one was cold"]]);
  await kitchen.end();
});

test("a phone order is taken without a network, put aside under a name, and moved to a table", async ({ page, servery, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...OPENING, ...LINE);
  await letIn(page, servery, "till", "Bar till");
  const till = new Till(page);
  await till.open();
  await context.setOffline(true);
  await page.locator(".bills .new").getByRole("button", { name: word("bills.phone") }).click();
  await till.sheet.getByLabel(word("phone.name")).fill("Katherine");
  await till.sheet.getByLabel(word("phone.number")).fill("+1 212 555 0142");
  await till.sheet.locator("button.main").click();
  await till.ring("Coleslaw");
  await page.getByRole("button", { name: word("do.hold") }).click();
  const bill = page.locator("nav.bills > ol:not([class]) button", { hasText: "Katherine" });
  await bill.click();
  await expect(till.lines).toHaveText(/Coleslaw/);
  await till.more("do.move");
  await till.sheet.getByRole("button", { name: "Booth 1", exact: true }).click();
  await expect(till.bill.locator("h2")).toContainText("Booth 1");
  await context.setOffline(false);
  await page.goto(`${DEVICE}/floor`);
  await expect(page.locator(".room .table", { hasText: "Booth 1" })).toHaveAttribute("data-state", "unsent");
});
