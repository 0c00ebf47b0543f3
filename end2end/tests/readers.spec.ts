// A till puts its amount on a card reader: a manager chooses the reader, a guest pays, is declined or cancels, and nobody types an amount twice.

import { expectAccessible } from "../axe";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page, Request } from "@playwright/test";
import { cardTest as test } from "../card-provider";
import { placeOrder, prepareOrders } from "../api-orders";
import { BOARD, signInToBoard } from "../board";
import { ApiDevice, connectionStatus, pairDevice, STARTUP_CALLS, SYNC, SYNC_CALLS, words } from "../devices";
import { expect, LANGS, OFFLINE, texts, type Servery } from "../servery";
import { cleanUp, Till } from "../till";

test.describe.configure({ mode: "default" });

const DISH = "Coleslaw";
const READER_CALLS = [SYNC.replace(/sync$/, "reader-payments")];

/** A till with a bill to be paid, and with a reader that its manager has chosen on the board. */
async function tillWithReader(page: Page, board: Page, servery: Servery, name: string) {
  await pairDevice(page, servery, "till", name);
  await signInToBoard(board, servery);
  await board.goto(`${BOARD}/devices`);
  const row = board.getByRole("listitem").filter({ hasText: name });
  await row.getByLabel(texts.en["devices.reader"]).selectOption("tmr_bar");
  await expectAccessible(board);
  await row.getByRole("button", { name: texts.en["devices.reader-choose"] }).click();
  await expect(board.getByRole("status").filter({ hasText: texts.en["devices.reader-chosen"] })).toBeVisible();
  await expect(row.getByLabel(texts.en["devices.reader"])).toHaveValue("tmr_bar");
  const till = new Till(page);
  await till.open();
  await till.openShift();
  await till.ringUp(DISH);
  return till;
}

/** As a keyboard does it: the choice, then the button. */
async function putOnReader(till: Till) {
  await till.page.locator(".doings .pay").click();
  await till.sheet.getByRole("button", { name: words["pay.reader"], exact: true }).press("Enter");
  await till.sheet.locator("button.main").press("Enter");
  await expect(till.sheet.getByRole("status")).toHaveText(words["reader.waiting"]);
}

const amount = async (till: Till) => Math.round(Number((await till.due()).replace("$", "")) * 100);

test.afterEach(async ({ servery }) => cleanUp(servery));

test("a guest pays on the reader, after a card that was declined", async ({ page, board, servery, provider }) => {
  test.slow();
  const till = await tillWithReader(page, board, servery, "Reader till");
  const due = await amount(till);
  await putOnReader(till);
  await expect(till.sheet.getByText("Bar reader")).toBeVisible();
  await expectAccessible(page);
  await provider.holdCard("insufficient_funds");
  await expect(till.sheet.getByRole("status")).toHaveText(words["reader.declined-funds"]);
  await expectAccessible(page);
  await till.sheet.getByRole("button", { name: words["reader.again"] }).press("Enter");
  await provider.holdCard();
  await expect(till.sheet.getByRole("status")).toHaveText(words["reader.paid"]);
  const receipt = till.sheet.getByRole("button", { name: words["reader.receipt"] });
  await expect(receipt, "the till has the payment").toBeFocused();
  await page.keyboard.press("Enter");
  await expect(till.sheet.locator(".slip")).toContainText(words["pay.card"]);
  await till.next();
  expect(await provider.chargedOnReader()).toEqual([due]);
});

test("a diner's order is paid on the reader and handed over", async ({ page, board, servery, provider, request }) => {
  const till = await tillWithReader(page, board, servery, "Order till");
  const other = await ApiDevice.pair(servery);
  const order = await placeOrder(request, { name: "Grace Hopper" });
  await prepareOrders(other, order);
  await other.end();
  const card = page.locator(".ready-orders li", { hasText: `#${order.number}` });
  await card.locator("summary").click();
  await card.getByRole("button", { name: words["pay.reader"] }).click();
  await provider.holdCard();
  await expect(till.sheet.getByRole("status")).toHaveText(words["reader.paid"]);
  await till.sheet.getByRole("button", { name: words["reader.receipt"] }).click();
  await expect(till.sheet.locator(".slip")).toContainText("Grace Hopper");
  await expect(card).toHaveCount(0);
  expect(await provider.chargedOnReader()).toContain(order.total);
});

test("a payment is cancelled, and paid in cash instead", async ({ page, board, servery, provider }) => {
  const till = await tillWithReader(page, board, servery, "Cancelling till");
  const before = await provider.chargedOnReader();
  await putOnReader(till);
  await expect.poll(() => provider.reader.action?.status).toBe("in_progress");
  await till.sheet.getByRole("button", { name: words["reader.cancel"] }).press("Enter");
  await expect(till.sheet.getByRole("status")).toHaveText(words["reader.cancelled"]);
  expect(provider.reader.action).toBeNull();
  const otherwise = till.sheet.getByRole("button", { name: words["reader.otherwise"] });
  await expect(otherwise, "the focused button has gone").toBeFocused();
  await otherwise.press("Enter");
  await till.sheet.locator("button.main").click();
  await expect(till.sheet.locator(".slip")).toBeVisible();
  await till.next();
  expect(await provider.chargedOnReader()).toEqual(before);
});

test("a dialog that is closed cancels the payment, and says first that nothing was charged", async ({ page, board, servery, provider }) => {
  const till = await tillWithReader(page, board, servery, "Closing till");
  const before = await provider.chargedOnReader();
  await putOnReader(till);
  await expect.poll(() => provider.reader.action?.status).toBe("in_progress");
  await page.keyboard.press("Escape");
  await expect(till.sheet.getByRole("status")).toHaveText(words["reader.cancelled"]);
  await page.keyboard.press("Escape");
  await expect(till.sheet).toHaveCount(0);
  expect(await provider.chargedOnReader()).toEqual(before);
});

test("a late answer about one payment does not end the next one", async ({ page, board, servery, provider, context }) => {
  const till = await tillWithReader(page, board, servery, "Slow till");
  await putOnReader(till);
  await expect.poll(() => provider.reader.action?.status).toBe("in_progress");
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const isQuestion = (request: Request) => request.method() === "POST" && request.url().endsWith(READER_CALLS[0]);
  const asked = page.waitForRequest(isQuestion);
  await context.route(`**${READER_CALLS[0]}`, (route) => held.then(() => route.continue()), { times: 1 });
  const late = await asked;
  await till.sheet.getByRole("button", { name: words["reader.cancel"] }).click();
  await expect(till.sheet.getByRole("status")).toHaveText(words["reader.cancelled"]);
  await till.sheet.getByRole("button", { name: words["reader.again"] }).click();
  await expect.poll(() => provider.reader.action?.status).toBe("in_progress");
  release();
  expect(await (await late.response())?.json()).toMatchObject({ state: "cancelled" });
  // The till goes on asking about the payment that is on the reader.
  await page.waitForRequest((request) => isQuestion(request) && request.postDataJSON().id !== late.postDataJSON().id);
  await expect(till.sheet.getByRole("status")).toHaveText(words["reader.waiting"]);
  await provider.holdCard();
  await expect(till.sheet.getByRole("status")).toHaveText(words["reader.paid"]);
  await till.sheet.getByRole("button", { name: words["reader.receipt"] }).click();
  await till.next();
});

test("without a network the till says that the reader cannot be used, and takes the card as before", async ({ page, board, servery, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...STARTUP_CALLS, ...SYNC_CALLS, ...READER_CALLS);
  const till = await tillWithReader(page, board, servery, "Offline till");
  await context.setOffline(true);
  await till.ringUp(DISH);
  await expect(connectionStatus(page)).toContainText(words["line.offline"], { timeout: 15_000 });
  await page.locator(".doings .pay").click();
  await till.sheet.getByRole("button", { name: words["pay.reader"], exact: true }).click();
  await expect(till.sheet.getByText(words["reader.offline"])).toBeVisible();
  await expect(till.sheet.locator("button.main")).toBeDisabled();
  await till.sheet.getByRole("button", { name: words["pay.card-elsewhere"] }).click();
  await till.sheet.locator("button.main").click();
  await expect(till.sheet.locator(".slip")).toBeVisible();
  await context.setOffline(false);
  await expect(connectionStatus(page)).toContainText(words["line.online"], { timeout: 15_000 });
});

test("the reader's dialog in every language @looks", async ({ page, board, servery, provider }) => {
  test.setTimeout(240_000);
  const till = await tillWithReader(page, board, servery, "Picture till");
  for (const lang of LANGS) {
    const said: Record<string, string> = JSON.parse(await readFile(new URL(`../../app/text/staff.${lang}.json`, import.meta.url), "utf8"));
    for (const width of [360, 820, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(`${new URL(page.url()).pathname}?lang=${lang}`);
      await page.locator("nav.bills > ol:not([class]) button").first().click();
      await page.locator(".doings .pay").click();
      await till.sheet.getByRole("button", { name: said["pay.reader"], exact: true }).click();
      await page.screenshot({ path: join(process.env.LOOKS!, `reader-pay-${width}-${lang}.png`) });
      await till.sheet.locator("button.main").click();
      await expect(till.sheet.getByRole("status")).toHaveText(said["reader.waiting"]);
      await page.screenshot({ path: join(process.env.LOOKS!, `reader-waiting-${width}-${lang}.png`) });
      await provider.holdCard("stolen_card");
      await expect(till.sheet.getByRole("status")).toHaveText(said["reader.declined"]);
      await page.screenshot({ path: join(process.env.LOOKS!, `reader-declined-${width}-${lang}.png`) });
      await page.keyboard.press("Escape");
    }
    await board.setViewportSize({ width: 820, height: 900 });
    await board.goto(`${BOARD}/devices?lang=${lang}`);
    await board.screenshot({ path: join(process.env.LOOKS!, `reader-devices-${lang}.png`), fullPage: true });
  }
});
