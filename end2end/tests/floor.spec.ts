// The plan of the room: arranged by hand, and the same on every device.

import { expect, OFFLINE, test } from "../servery";
import { DEVICE, letIn, LINE, OPENING, unsynced, words } from "../devices";
import { tidy, Till, word } from "../till";
import type { Page } from "@playwright/test";

test.describe.configure({ mode: "default" });

test.beforeEach(async ({ servery }) => tidy(servery));

test.afterEach(async ({ servery }) => tidy(servery));

const table = (page: Page, name: string) => page.locator(".room .table", { hasText: name });

async function floor(page: Page) {
  await page.goto(`${DEVICE}/floor`);
  await expect(table(page, "Booth 1")).toBeVisible();
}

const middle = async (page: Page, name: string) => {
  const box = (await table(page, name).boundingBox())!;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
};

test("tables are dragged, or moved by arrow keys, and stand there on the other device, too", async ({ page, browser, servery, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...OPENING, ...LINE);
  await letIn(page, servery, "till", "Bar till");
  const others = await browser.newContext({ baseURL: servery.url });
  const other = await others.newPage();
  await letIn(other, servery, "till", "Door till");
  await floor(page);
  await floor(other);
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

test("a table says what is the matter with it, on all devices at once, and leads to its bill", async ({ page, browser, servery }) => {
  await letIn(page, servery, "till", "Bar till");
  const others = await browser.newContext({ baseURL: servery.url });
  const other = await others.newPage();
  await letIn(other, servery, "till", "Door till");
  await floor(other);
  const state = (name: string) => expect(table(other, "Booth 2")).toHaveAttribute("data-state", name);
  await state("free");
  await floor(page);
  await table(page, "Booth 2").click();
  const till = new Till(page);
  await expect(till.bill.locator("h2")).toHaveText("Booth 2");
  await state("seated");
  await till.ring("Onion Rings");
  await state("unsent");
  await till.send();
  await state("ordered");
  await till.more("do.guests");
  await till.sheet.getByRole("button", { name: "3", exact: true }).click();
  await expect(table(other, "Booth 2")).toContainText(word("bill.guests", { n: 3 }));
  await expect(table(other, "Booth 2")).toContainText((await till.due()).replace("$", ""));
  await table(other, "Booth 2").click();
  await expect(other.locator("section.bill .lines > li")).toHaveText(/Onion Rings/);
  await till.openShift();
  await page.locator(".doings .pay").click();
  await till.sheet.getByRole("button", { name: word("pay.more-guests") }).click();
  await till.sheet.locator("button.main").click();
  await expect(till.sheet.locator(".slip")).toBeVisible();
  await floor(other);
  await state("paying");
  await others.close();
});

test("guests move to another table and join others, and no dish is lost", async ({ page, servery, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...OPENING, ...LINE);
  await letIn(page, servery, "till", "Bar till");
  const till = new Till(page);
  await till.open();
  await context.setOffline(true);
  await till.atTable("Booth 1");
  await till.ring("Onion Rings");
  await till.atTable("Booth 3");
  await till.ring("Coleslaw");
  await till.more("do.merge");
  await till.sheet.getByRole("button", { name: "Booth 1" }).click();
  await expect(till.lines).toHaveCount(2);
  await expect(till.bill.locator("h2")).toHaveText("Booth 1");
  await till.more("do.move");
  await till.sheet.getByRole("button", { name: "Booth 2", exact: true }).click();
  await expect(till.bill.locator("h2")).toHaveText("Booth 2");
  await context.setOffline(false);
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  await floor(page);
  for (const [name, state] of [["Booth 1", "free"], ["Booth 2", "unsent"], ["Booth 3", "free"]]) await expect(table(page, name)).toHaveAttribute("data-state", state);
});
