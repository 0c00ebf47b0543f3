// Receipts: search, printing and refunds.

import { expect, OFFLINE, test } from "../servery";
import { DEVICE, id, pairDevice, SYNC_CALLS, STARTUP_CALLS, ApiDevice, unsynced, words } from "../devices";
import { prepareOrders, placeOrder } from "../api-orders";
import { cleanUp, Till, staffText } from "../till";
import type { Page } from "@playwright/test";

test.describe.configure({ mode: "default" });

test.beforeEach(async ({ servery }) => cleanUp(servery));

test.afterEach(async ({ servery }) => cleanUp(servery));

const clickShiftButton = (page: Page, key: string) => page.locator(".shift").getByRole("button", { name: staffText(key), exact: true }).click();

/** A value of the X report. */
async function reportValue(till: Till, key: string): Promise<string> {
  await clickShiftButton(till.page, "report.x");
  const said = await till.sheet.locator(".slip dl > div", { hasText: staffText(key) }).first().locator("dd").innerText();
  await till.page.keyboard.press("Escape");
  await expect(till.sheet).toHaveCount(0);
  return said;
}

async function refund(till: Till, amount: string) {
  await till.sheet.getByLabel(staffText("payments.back-amount")).fill(amount);
  await till.sheet.getByLabel(staffText("discount.reason")).fill("cold");
  await till.sheet.locator("button.main").click();
  await expect(till.sheet).toHaveCount(0);
}

test("a receipt is found by its number, printed again, and partly refunded", async ({ page, servery, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...STARTUP_CALLS, ...SYNC_CALLS);
  await pairDevice(page, servery, "till", "Bar till");
  const till = new Till(page);
  await till.open();
  await till.openShift("100");
  await till.openCounterBill();
  await till.ringUp("Onion Rings");
  await till.pay();
  const number = /[0-9A-F]{4}-\d+/.exec(await till.sheet.locator(".slip header").innerText())![0];
  await till.next();
  await till.openCounterBill();
  await till.ringUp("Coleslaw");
  await context.setOffline(true);
  await clickShiftButton(page, "receipts.title");
  await till.sheet.getByRole("searchbox").fill("nobody");
  await expect(till.sheet.locator(".rows li")).toHaveCount(0);
  await till.sheet.getByRole("searchbox").fill(number.toLowerCase());
  await expect(till.sheet.locator(".rows li")).toHaveCount(1);
  await till.sheet.getByRole("button", { name: staffText("receipt.title"), exact: true }).click();
  await expect(till.sheet.locator(".slip")).toContainText("Onion Rings");
  await page.evaluate(() => ((window as unknown as { printed: number }).printed = 0));
  await page.evaluate(() => (window.print = () => void ((window as unknown as { printed: number }).printed += 1)));
  await till.sheet.getByRole("button", { name: staffText("receipt.print") }).click();
  expect(await page.evaluate(() => (window as unknown as { printed: number }).printed)).toBe(1);
  // The open bill is another one and stays open.
  await expect(till.sheet.getByRole("button", { name: staffText("receipt.next") })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(till.lines).toHaveText(/Coleslaw/);

  const before = await reportValue(till, "report.cash");
  await clickShiftButton(page, "receipts.title");
  await till.sheet.locator(".rows li", { hasText: number }).getByRole("button", { name: staffText("payments.give-back") }).click();
  await refund(till, "2.50");
  const dollars = (text: string) => Math.round(Number(text.replace(/[^0-9.]/g, "")) * 100);
  expect(dollars(await reportValue(till, "report.refunds"))).toBe(250);
  expect(dollars(await reportValue(till, "report.cash"))).toBe(dollars(before) - 250);
  await context.setOffline(false);
  await clickShiftButton(page, "receipts.title");
  await expect(till.sheet.locator(".rows li", { hasText: number })).toContainText(staffText("payments.given-back", { amount: "$2.50" }));
});

test("a diner's order is paid at the till, has a receipt, and a double click refunds once", async ({ page, servery, request }) => {
  await pairDevice(page, servery, "till", "Bar till");
  const till = new Till(page);
  await till.open();
  await till.openShift("100");
  const kitchen = await ApiDevice.pair(servery);
  const order = await placeOrder(request, { name: "Grace Hopper" });
  await prepareOrders(kitchen, order);
  const card = page.locator(".ready-orders li", { hasText: `#${order.number}` });
  await card.locator("summary").click();
  await card.getByRole("button", { name: staffText("pay.cash") }).click();
  await expect(till.sheet.locator(".slip")).toContainText("Grace Hopper");
  await expect(till.sheet.locator(".slip")).toContainText("2 × Onion Rings");
  await expect(till.sheet.locator(".slip .total dd")).toHaveText(`$${(order.total / 100).toFixed(2)}`);
  await expect(card).toHaveCount(0);
  await page.keyboard.press("Escape");
  await clickShiftButton(page, "receipts.title");
  await till.sheet.locator(".rows li", { hasText: "Grace Hopper" }).getByRole("button", { name: staffText("payments.give-back") }).click();
  await till.sheet.getByLabel(staffText("payments.back-amount")).fill("1");
  await till.sheet.getByLabel(staffText("discount.reason")).fill("one was cold");
  // Tapped twice, given once.
  await till.sheet.locator("button.main").dblclick();
  await expect(till.sheet).toHaveCount(0);
  expect(await reportValue(till, "report.refunds")).toBe("$1.00");
  const taken = ((await kitchen.records("order_payment")) as { order: string; payments: { refunds?: { back: { amount: number; reason: string } }[] }[] }[]).find((taken) => taken.order === order.id)!;
  expect(taken.payments.flatMap((payment) => (payment.refunds ?? []).map(({ back }) => [back.amount, back.reason]))).toEqual([[100, "one was cold"]]);
  await kitchen.end();
});

test("a phone order is taken offline, put on hold, and moved to a table", async ({ page, servery, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...STARTUP_CALLS, ...SYNC_CALLS);
  await pairDevice(page, servery, "till", "Bar till");
  const till = new Till(page);
  await till.open();
  await context.setOffline(true);
  await page.locator(".bills .new").getByRole("button", { name: staffText("bills.phone") }).click();
  await till.sheet.getByLabel(staffText("phone.name")).fill("Katherine");
  await till.sheet.getByLabel(staffText("phone.number")).fill("+1 212 555 0142");
  await till.sheet.locator("button.main").click();
  await till.ringUp("Coleslaw");
  await page.getByRole("button", { name: staffText("do.hold") }).click();
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

test("an order paid at two tills is shown until the money is refunded, and is in the report", async ({ page, servery, request }) => {
  await pairDevice(page, servery, "till", "Bar till");
  const till = new Till(page);
  await till.open();
  await till.openShift("100");
  const other = await ApiDevice.pair(servery);
  const order = await placeOrder(request, { name: "Grace Hopper" });
  await prepareOrders(other, order);
  const ready = page.locator(".ready-orders li", { hasText: `#${order.number}` });
  await ready.locator("summary").click();
  await ready.getByRole("button", { name: staffText("pay.cash") }).click();
  await expect(till.sheet.locator(".slip")).toContainText("Grace Hopper");
  await page.keyboard.press("Escape");
  await expect(unsynced(page)).toHaveText(words["unsynced.none"]);
  const [elsewhere, payment] = [id(), id()];
  const tender = { id: payment, method: "card", amount: order.total };
  await other.sync({ open_shift: { shift: elsewhere, float: 0 } }, { take_order: { order: order.id, shift: elsewhere, tender } });

  const overpaid = page.locator(".overpaid-orders li", { hasText: "Grace Hopper" });
  const amount = `$${(order.total / 100).toFixed(2)}`;
  await expect(overpaid).toContainText(staffText("order.overpaid", { amount }));
  await overpaid.getByRole("button", { name: staffText("payments.give-back") }).click();
  await till.sheet.getByLabel(staffText("discount.reason")).fill("paid twice");
  await till.sheet.locator("button.main").click();
  await expect(overpaid).toHaveCount(0);
  await clickShiftButton(page, "report.x");
  await expect(till.sheet.locator(".slip h4").first()).toHaveText(staffText("report.differences"));
  await expect(till.sheet.locator(".slip h4 + dl").first()).toContainText(`-${amount}`);
  await other.end();
});
