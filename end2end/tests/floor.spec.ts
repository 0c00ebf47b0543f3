// The floor plan: arranging tables, their state, moving and merging bills.

import { expect, OFFLINE, test } from "../servery";
import { DEVICE, pairDevice, SYNC_CALLS, STARTUP_CALLS, unsynced, words } from "../devices";
import { cleanUp, Till, staffText } from "../till";
import type { Page } from "@playwright/test";

test.describe.configure({ mode: "default" });

test.beforeEach(async ({ servery }) => cleanUp(servery));

test.afterEach(async ({ servery }) => cleanUp(servery));

const table = (page: Page, name: string) => page.locator(".room .table", { hasText: name });

async function openFloor(page: Page) {
  await page.goto(`${DEVICE}/floor`);
  await expect(table(page, "Booth 1")).toBeVisible();
}

const middle = async (page: Page, name: string) => {
  const box = (await table(page, name).boundingBox())!;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
};

test("tables are moved with mouse and arrow keys, and other devices show the new position", async ({ page, browser, servery, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...STARTUP_CALLS, ...SYNC_CALLS);
  await pairDevice(page, servery, "till", "Bar till");
  const others = await browser.newContext({ baseURL: servery.url });
  const other = await others.newPage();
  await pairDevice(other, servery, "till", "Door till");
  await openFloor(page);
  await openFloor(other);
  const was = await middle(other, "Booth 1");
  await context.setOffline(true);
  await page.getByRole("button", { name: words["floor.arrange"] }).click();
  const from = await middle(page, "Booth 1");
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 90, from.y + 60, { steps: 6 });
  await page.mouse.up();
  const dragged = await middle(page, "Booth 1");
  expect(dragged.x - from.x).toBeGreaterThan(60);
  expect(dragged.y - from.y).toBeGreaterThan(40);
  const key = table(page, "Booth 1");
  await key.focus();
  for (let step = 0; step < 5; step++) await page.keyboard.press("ArrowLeft");
  await expect(key).toBeFocused();
  await expect.poll(async () => (await middle(page, "Booth 1")).x).toBeLessThan(dragged.x - 30);
  expect((await middle(other, "Booth 1")).x).toBe(was.x);
  await context.setOffline(false);
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  const now = await middle(page, "Booth 1");
  await expect.poll(async () => Math.abs((await middle(other, "Booth 1")).x - now.x)).toBeLessThan(2);
  await expect.poll(async () => Math.abs((await middle(other, "Booth 1")).y - now.y)).toBeLessThan(2);
  await others.close();
});

test("a table shows its state on all devices and opens its bill", async ({ page, browser, servery }) => {
  await pairDevice(page, servery, "till", "Bar till");
  const others = await browser.newContext({ baseURL: servery.url });
  const other = await others.newPage();
  await pairDevice(other, servery, "till", "Door till");
  await openFloor(other);
  const state = (name: string) => expect(table(other, "Booth 2")).toHaveAttribute("data-state", name);
  await state("free");
  await openFloor(page);
  await table(page, "Booth 2").click();
  const till = new Till(page);
  await expect(till.bill.locator("h2")).toHaveText("Booth 2");
  await state("seated");
  await till.ringUp("Onion Rings");
  await state("unsent");
  await till.send();
  await state("ordered");
  await till.more("do.guests");
  await till.sheet.getByRole("button", { name: "3", exact: true }).click();
  await expect(table(other, "Booth 2")).toContainText(staffText("bill.guests", { n: 3 }));
  await expect(table(other, "Booth 2")).toContainText((await till.due()).replace("$", ""));
  await table(other, "Booth 2").click();
  await expect(other.locator("section.bill .lines > li")).toHaveText(/Onion Rings/);
  await till.openShift();
  await page.locator(".doings .pay").click();
  await till.sheet.getByRole("button", { name: staffText("pay.more-guests") }).click();
  await till.sheet.locator("button.main").click();
  await expect(till.sheet.locator(".slip")).toBeVisible();
  await openFloor(other);
  await state("paying");
  await others.close();
});

test("a bill is merged and moved to another table without losing lines", async ({ page, servery, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...STARTUP_CALLS, ...SYNC_CALLS);
  await pairDevice(page, servery, "till", "Bar till");
  const till = new Till(page);
  await till.open();
  await context.setOffline(true);
  await till.openTableBill("Booth 1");
  await till.ringUp("Onion Rings");
  await till.openTableBill("Booth 3");
  await till.ringUp("Coleslaw");
  await till.more("do.merge");
  await till.sheet.getByRole("button", { name: "Booth 1" }).click();
  await expect(till.lines).toHaveCount(2);
  await expect(till.bill.locator("h2")).toHaveText("Booth 1");
  await till.more("do.move");
  await till.sheet.getByRole("button", { name: "Booth 2", exact: true }).click();
  await expect(till.bill.locator("h2")).toHaveText("Booth 2");
  await context.setOffline(false);
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  await openFloor(page);
  for (const [name, state] of [["Booth 1", "free"], ["Booth 2", "unsent"], ["Booth 3", "free"]]) await expect(table(page, name)).toHaveAttribute("data-state", state);
});
