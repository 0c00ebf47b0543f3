// What people do at a till, by what they see of it.

import { DINER, id, ApiDevice, words } from "./devices";
import type { Servery } from "./servery";
import { expect, type Page } from "@playwright/test";

export const TILL = `/staff/${DINER}/till`;
export const KITCHEN = `/staff/${DINER}/kitchen`;

/** `{name}` and `{n}` filled in; of a plural the form for many. */
export function staffText(key: string, values: Record<string, string | number> = {}): string {
  const found = words[key] as unknown as string | Record<string, string>;
  let text = typeof found === "string" ? found : found[values.n === 1 ? "one" : "other"];
  for (const [name, value] of Object.entries(values)) text = text.replaceAll(`{${name}}`, String(value));
  return text;
}

interface StoredBill {
  id: string;
  closed?: boolean;
  merged?: string;
  lines?: { id: string; count: number }[];
  payments?: { tender: { id: string; amount: number }; refunds?: { back: { amount: number } }[] }[];
}

/** Nobody sits anywhere, no order is unanswered, nothing is to be made and nothing was refused: what a test leaves behind is not the next one's. */
export async function cleanUp(servery: Servery) {
  const other = await ApiDevice.pair(servery);
  const shift = id();
  const bills = ((await other.records("bill")) as unknown as StoredBill[]).filter((bill) => !bill.closed && !bill.merged);
  if (bills.length > 0) await other.sync({ open_shift: { shift, float: 0 } });
  for (const bill of bills) {
    const removals = (bill.lines ?? []).filter((line) => line.count > 0).map((line) => ({ count: { bill: bill.id, line: line.id, by: -line.count } }));
    const refunds = (bill.payments ?? []).map(({ tender, refunds = [] }) => {
      const amount = tender.amount - refunds.reduce((sum, refund) => sum + refund.back.amount, 0);
      return { refund: { payable: { bill: bill.id }, payment: tender.id, back: { id: id(), amount, reason: "tidied" }, shift } };
    });
    await other.sync(...removals, ...refunds.filter(({ refund }) => refund.back.amount > 0), { close: { bill: bill.id } });
  }
  const orders = (await other.records("order")) as { id: string; progress: { state: unknown } }[];
  for (const { id } of orders.filter(({ progress }) => progress.state === "placed")) await other.sync({ order: { order: id, event: { rejected: { reason: "tidied" } } } });
  const tickets = (await other.records("ticket")) as { id: string; items: { done?: boolean }[] }[];
  for (const ticket of tickets.filter((ticket) => ticket.items.some((item) => !item.done))) await other.sync({ bump: { ticket: ticket.id } });
  for (const { id } of (await other.records("cashier")) as { id: string }[]) await other.sync({ remove_cashier: { cashier: id } });
  for (const { op } of (await other.records("refused_op")) as { op: { id: string } }[]) await other.sync({ dismiss: { op: op.id } });
  await other.end();
}

/** Waits until the clock shows another second: tickets are sorted by the second in which they were sent. */
export async function waitForNextSecond(page: Page) {
  const second = () => page.evaluate(() => Math.floor(Date.now() / 1000));
  const start = await second();
  await expect.poll(second, { intervals: [50] }).toBeGreaterThan(start);
}

export class Till {
  constructor(readonly page: Page) {}

  async open() {
    await this.page.goto(TILL);
    await expect(this.page.locator("article.till")).toBeVisible();
  }

  get bill() {
    return this.page.locator("section.bill");
  }

  get lines() {
    return this.bill.locator(".lines > li");
  }

  get sheet() {
    return this.page.locator("dialog.sheet");
  }

  button(key: string, values?: Record<string, string | number>) {
    return this.page.getByRole("button", { name: staffText(key, values), exact: true });
  }

  async openShift(float = "100") {
    await this.page.locator(".shift").getByRole("button", { name: staffText("shift.open") }).click();
    await this.sheet.getByLabel(staffText("shift.float")).fill(float);
    await this.sheet.getByRole("button", { name: staffText("shift.open") }).click();
    await expect(this.sheet).toHaveCount(0);
  }

  async openCounterBill() {
    await this.page.locator(".bills .new").getByRole("button", { name: staffText("seat.counter") }).click();
    await expect(this.bill.locator("h2")).toHaveText(staffText("seat.counter"));
  }

  async openTableBill(name: string) {
    await this.page.locator(".bills .new").getByRole("button", { name: staffText("bills.table") }).click();
    await this.sheet.getByRole("button", { name, exact: true }).click();
    await expect(this.bill.locator("h2")).toHaveText(name);
  }

  /** Finds the dish by its name, and takes its options as they are. */
  async ringUp(name: string) {
    // Nothing is typed into a page that a sheet still covers.
    await expect(this.sheet).toHaveCount(0);
    const search = this.page.getByRole("searchbox");
    await search.fill(name);
    await this.page.locator(".dish-key", { hasText: name }).first().click();
    if (await this.sheet.isVisible()) await this.sheet.locator("button.main").click();
    await expect(this.sheet).toHaveCount(0);
    await expect(this.lines.filter({ hasText: name })).not.toHaveCount(0);
    await search.fill("");
  }

  /** Opens what is done more rarely. */
  async more(key: string) {
    await this.page.locator(".doings").getByRole("button", { name: staffText("do.more") }).click();
    await this.sheet.getByRole("button", { name: staffText(key), exact: true }).click();
  }

  async send() {
    await this.page.locator(".doings .send").click();
    await expect(this.page.locator(".doings .send")).toBeDisabled();
  }

  /** What somebody has to approve, over any other dialog. */
  get approval() {
    return this.page.getByRole("dialog", { name: staffText("approval.title") });
  }

  /** Takes one of a dish back that the kitchen has been told; without a reason, ends on the question for it. */
  async takeBack(name: string, reason: string | undefined) {
    await this.lines.filter({ hasText: name }).getByRole("button", { name: staffText("line.less", { name }) }).click();
    await expect(this.sheet).toContainText(staffText("void.hint"));
    if (reason) await this.sheet.getByRole("button", { name: staffText(reason) }).click();
  }

  /** In cash, exactly; ends on the receipt. */
  async pay() {
    await this.page.locator(".doings .pay").click();
    await this.sheet.locator("button.main").click();
    await expect(this.sheet.locator(".slip")).toBeVisible();
  }

  async next() {
    await this.sheet.getByRole("button", { name: staffText("receipt.next") }).click();
    await expect(this.sheet).toHaveCount(0);
  }

  async due(): Promise<string> {
    return this.bill.locator(".sums .due dd").innerText();
  }
}
