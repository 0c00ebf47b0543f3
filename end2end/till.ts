// What people do at a till, by what they see of it.

import { DINER, words } from "./devices";
import { expect, type Page } from "@playwright/test";

export const TILL = `/staff/${DINER}/till`;
export const KITCHEN = `/staff/${DINER}/kitchen`;

/** `{name}` and `{n}` filled in; of a plural the form for many. */
export function word(key: string, values: Record<string, string | number> = {}): string {
  const found = words[key] as unknown as string | Record<string, string>;
  let text = typeof found === "string" ? found : found[values.n === 1 ? "one" : "other"];
  for (const [name, value] of Object.entries(values)) text = text.replaceAll(`{${name}}`, String(value));
  return text;
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
    return this.page.getByRole("button", { name: word(key, values), exact: true });
  }

  async openShift(float = "100") {
    await this.page.locator(".shift").getByRole("button", { name: word("shift.open") }).click();
    await this.sheet.getByLabel(word("shift.float")).fill(float);
    await this.sheet.getByRole("button", { name: word("shift.open") }).click();
    await expect(this.sheet).toHaveCount(0);
  }

  async atCounter() {
    await this.page.locator(".bills .new").getByRole("button", { name: word("seat.counter") }).click();
    await expect(this.bill.locator("h2")).toHaveText(word("seat.counter"));
  }

  async atTable(name: string) {
    await this.page.locator(".bills .new").getByRole("button", { name: word("bills.table") }).click();
    await this.sheet.getByRole("button", { name, exact: true }).click();
    await expect(this.bill.locator("h2")).toHaveText(word("seat.table", { name }));
  }

  /** Finds the dish by its name, and takes its options as they are. */
  async ring(name: string) {
    const search = this.page.getByRole("searchbox");
    await search.fill(name);
    await this.page.locator(".dish-key", { hasText: name }).first().click();
    if (await this.sheet.isVisible()) await this.sheet.locator("button.main").click();
    await expect(this.sheet).toHaveCount(0);
    await expect(this.lines.filter({ hasText: name })).not.toHaveCount(0);
    await search.fill("");
  }

  async send() {
    await this.page.locator(".doings .send").click();
    await expect(this.page.locator(".doings .send")).toBeDisabled();
  }

  /** In cash, exactly; ends on the receipt. */
  async pay() {
    await this.page.locator(".doings .pay").click();
    await this.sheet.locator("button.main").click();
    await expect(this.sheet.locator(".slip")).toBeVisible();
  }

  async next() {
    await this.sheet.getByRole("button", { name: word("receipt.next") }).click();
    await expect(this.sheet).toHaveCount(0);
  }

  async due(): Promise<string> {
    return this.bill.locator(".sums .due dd").innerText();
  }
}
