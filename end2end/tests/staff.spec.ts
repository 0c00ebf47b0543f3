// The staff app: pairing, syncing, signing out, and what happens when network, server or browser fail.

import { expectAccessible } from "../axe";
import { readFile } from "node:fs/promises";
import { DOWN, DROPPED, expect, LANGS, OFFLINE, test as base } from "../servery";
import { pairingCode, DEVICE, DINER, id, pairDevice, SYNC_CALLS, connectionStatus, recordSentOps, deviceCalled, revokeDevice, STARTUP_CALLS, ApiDevice, storeInOutbox, refusals, SYNC, unsynced, words } from "../devices";

const test = base.extend<{ other: ApiDevice }>({
  other: async ({ servery }, use) => {
    const other = await ApiDevice.pair(servery);
    await use(other);
    // Refusals of this test are dismissed, so that the next one does not see them.
    await servery.start();
    for (const { op } of (await other.records("refused_op")) as { op: { id: string } }[]) await other.sync({ dismiss: { op: op.id } });
    await other.end();
  },
});

// In sequence: the tests of a worker share its server.
test.describe.configure({ mode: "default" });

test.afterEach(async ({ servery }) => servery.start());

test("the app opens without a server, also on a page that was not visited", async ({ page, servery, context }) => {
  await pairDevice(page, servery);
  await page.close();
  await servery.stop();
  for (const [path, title] of [["/till", "till.title"], ["/floor", "floor.title"], ["", "device.title"]]) {
    const opened = await context.newPage();
    await opened.goto(`${DEVICE}${path}`);
    await expect(opened.getByRole("heading", { level: 1 })).toHaveText(words[title]);
    await expect(connectionStatus(opened)).toContainText(words["line.offline"]);
    await expect(unsynced(opened)).toHaveText(words["unsynced.none"]);
    await opened.close();
  }
});

test("case_odoo_267799: an offline change survives closing the page right after it", async ({ page, servery, context, other, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...SYNC_CALLS);
  await pairDevice(page, servery);
  await other.causeRefusals(2);
  await expect(refusals(page)).toHaveCount(2);
  await context.setOffline(true);
  await refusals(page).first().getByRole("button").click();
  await expect(refusals(page)).toHaveCount(1);
  await page.close({ runBeforeUnload: false });
  const again = await context.newPage();
  await again.goto(DEVICE);
  await expect(unsynced(again)).toContainText("1");
  await expect(refusals(again)).toHaveCount(1);
  await context.setOffline(false);
  await expect(unsynced(again)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  expect(await other.records("refused_op")).toHaveLength(1);
});

test("case_odoo_152259: two tabs are one device, and no op is sent under two numbers", async ({ page, servery, context, other, complaints }) => {
  complaints.expectNoAnswer(DOWN, ...SYNC_CALLS);
  const sent = recordSentOps(context);
  await pairDevice(page, servery);
  const second = await context.newPage();
  await second.goto(DEVICE);
  await other.causeRefusals(6);
  await expect(refusals(page)).toHaveCount(6);
  await expect(refusals(second)).toHaveCount(6);
  await servery.stop();
  await expect(connectionStatus(second)).toContainText(words["line.offline"], { timeout: 15_000 });
  await Promise.all([refusals(page).nth(0).getByRole("button").click(), refusals(second).nth(5).getByRole("button").click()]);
  await expect(refusals(page)).toHaveCount(4);
  await expect(refusals(second)).toHaveCount(4);
  for (const tab of [page, second]) await expect(unsynced(tab)).toContainText("2");
  await servery.start();
  for (const tab of [page, second]) await expect(unsynced(tab)).toHaveText(words["unsynced.none"], { timeout: 15_000 });
  expect(await other.records("refused_op")).toHaveLength(4);
  const numbers = new Map(sent.map((op) => [op.id, op.n]));
  expect([...numbers.values()].sort()).toEqual([1, 2]);
  // The tab that syncs is closed: the other one takes over.
  await page.close();
  await refusals(second).first().getByRole("button").click();
  await expect.poll(async () => (await other.records("refused_op")).length, { timeout: 15_000 }).toBe(3);
  await expect(unsynced(second)).toHaveText(words["unsynced.none"]);
});

test("case_odoo_261096: when the connection is lost during a sync, the rest stays in the outbox", async ({ page, servery, context, other, complaints }) => {
  complaints.expectNoAnswer(DROPPED, SYNC);
  const dish = id();
  await pairDevice(page, servery);
  await storeInOutbox(page, Array.from({ length: 500 }, (_, left) => ({ stock: { dish, left } })));
  let batches = 0;
  await context.route("**/sync", async (route) => {
    batches += 1;
    if (batches === 1) return route.continue();
    // The server gets the request, and its answer is lost.
    if (batches === 2) await route.fetch();
    await route.abort();
  });
  await page.reload();
  await expect(unsynced(page)).toContainText("300");
  await expect(connectionStatus(page)).toContainText(words["line.offline"]);
  expect(await other.records("stock")).toContainEqual({ dish, left: 399 });
  await context.unroute("**/sync");
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 15_000 });
  expect(await other.records("stock")).toContainEqual({ dish, left: 499 });
  expect(await other.records("refused_op")).toEqual([]);
});

test("case_odoo_203431: ten thousand ops are sent in order within a minute, and the page stays responsive", async ({ page, servery, context, other, complaints }) => {
  complaints.expectNoAnswer(DOWN, ...STARTUP_CALLS, ...SYNC_CALLS);
  test.setTimeout(150_000);
  const dishes = Array.from({ length: 50 }, id);
  await pairDevice(page, servery);
  await servery.stop();
  await storeInOutbox(page, Array.from({ length: 10_000 }, (_, n) => ({ stock: { dish: dishes[n % 50], left: n } })));
  await page.reload();
  await expect(unsynced(page)).toContainText("10,000");
  const sent = recordSentOps(context);
  await servery.start();
  const began = Date.now();
  await expect(unsynced(page)).not.toContainText("10,000", { timeout: 20_000 });
  // The page responds while it syncs.
  await page.getByRole("button", { name: words["device.bright"] }).click({ timeout: 1_000 });
  await expect(page.locator("html")).toHaveAttribute("data-ground", "bright", { timeout: 1_000 });
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 60_000 });
  expect(Date.now() - began).toBeLessThan(60_000);
  const numbers = [...new Set(sent.map((op) => op.n))];
  expect(numbers).toEqual(Array.from({ length: 10_000 }, (_, at) => at + 1));
  const left = new Map((await other.records("stock")).map((stock) => [stock.dish, stock.left]));
  expect(dishes.map((dish) => left.get(dish))).toEqual(dishes.map((_, at) => 9_950 + at));
});

/** Actions for a bill of one soup and the shift that it is paid into. */
function soup() {
  const [bill, shift] = [id(), id()];
  const line = { id: id(), dish: id(), name: "Soup", price: 500, taxed: [[70_000, 500]], count: 1 };
  const pay = (into = shift) => ({ pay: { bill, shift: into, tender: { id: id(), method: "cash", amount: 500 } } });
  return { bill, shift, pay, begin: [{ open_shift: { shift, float: 10_000 } }, { open: { bill, seat: "counter" } }, { add: { bill, line } }] };
}

test("two payments of one bill, one of them offline, are both recorded", async ({ page, servery, context, other, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...STARTUP_CALLS, ...SYNC_CALLS);
  const { bill, shift, pay, begin } = soup();
  await pairDevice(page, servery);
  await storeInOutbox(page, begin);
  await page.reload();
  await expect.poll(async () => (await other.records("bill")).some((known) => known.id === bill)).toBe(true);
  await context.setOffline(true);
  const paid = pay();
  await storeInOutbox(page, [paid]);
  await page.goto(DEVICE);
  await expect(unsynced(page)).toContainText("1");
  const elsewhere = id();
  const theirs = pay(elsewhere);
  await other.sync({ open_shift: { shift: elsewhere, float: 0 } }, theirs, { close: { bill } });
  await context.setOffline(false);
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  const known = (await other.records("bill")).find((known) => known.id === bill) as unknown as { payments: { tender: { id: string }; shift: string }[] };
  expect(known.payments.map(({ tender, shift }) => [tender.id, shift])).toEqual([[theirs.pay.tender.id, elsewhere], [paid.pay.tender.id, shift]]);
  expect(await other.records("refused_op")).toEqual([]);
});

test("an offline payment is recorded although its shift was closed meanwhile", async ({ page, servery, context, other, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...STARTUP_CALLS, ...SYNC_CALLS);
  const { bill, shift, pay, begin } = soup();
  await pairDevice(page, servery);
  await storeInOutbox(page, begin);
  await page.reload();
  await expect.poll(async () => (await other.records("shift")).some((known) => known.id === shift)).toBe(true);
  await context.setOffline(true);
  await storeInOutbox(page, [pay()]);
  await page.goto(DEVICE);
  await expect(unsynced(page)).toContainText("1");
  await other.sync({ close_shift: { shift, counted: 10_000 } });
  await context.setOffline(false);
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  const known = (await other.records("bill")).find((known) => known.id === bill) as unknown as { payments: { shift: string }[] };
  expect(known.payments.map((payment) => payment.shift)).toEqual([shift]);
  expect(await other.records("refused_op")).toEqual([]);
});

for (const answer of [true, false]) {
  test(`case_odoo_284784: persistent storage is requested and ${answer ? "granted" : "denied"}, and every screen shows the outbox`, async ({ page, servery }) => {
    await page.addInitScript((answer) => {
      const asked = () => ((window as unknown as { asked: boolean }).asked = true);
      navigator.storage.persisted = async () => false;
      navigator.storage.persist = async () => (asked(), answer);
    }, answer);
    await pairDevice(page, servery);
    await expect(page.locator(".storage")).toContainText(words[answer ? "device.storage-kept" : "device.storage-not"]);
    await expect(page.locator(".storage")).toContainText("MB");
    expect(await page.evaluate(() => (window as unknown as { asked?: boolean }).asked)).toBe(true);
    for (const path of ["", "/till", "/floor", "/kitchen", "/runs"]) {
      await page.goto(`${DEVICE}${path}`);
      await expect(unsynced(page)).toBeVisible();
    }
  });
}

test("a wrong pairing code is reported, and the right one works in lower case", async ({ page, servery, complaints }) => {
  complaints.expectStatus(422, "/api/v1/devices");
  await page.goto(DEVICE);
  const [field, button] = [page.getByLabel(words["device.code"]), page.getByRole("button", { name: words["device.pair"] })];
  await field.fill("WRNG-CDE2");
  await button.click();
  await expect(page.getByRole("alert")).toHaveText(words["device.code-wrong"]);
  await field.fill((await pairingCode(servery, "kitchen", "Pass")).toLowerCase().replace("-", " "));
  await button.click();
  await expect(page.locator(".health")).toContainText("Pass");
  await expect(page.locator(".bar nav a")).toHaveText([words["kitchen.title"], words["device.title"]]);
});

test("every screen of a browser that is not paired links to the page for pairing", async ({ page }) => {
  for (const path of ["/till", "/floor", "/kitchen", "/runs"]) {
    await page.goto(`${DEVICE}${path}`);
    const notice = page.locator(".notice");
    await expect(notice).toContainText(words["device.unpaired"]);
    await expect(notice.getByRole("link")).toHaveAttribute("href", DEVICE);
  }
});

test("a browser without IndexedDB cannot be paired", async ({ page }) => {
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("not here", "SecurityError");
    };
  });
  await page.goto(DEVICE);
  await expect(page.getByRole("alert")).toContainText(words["device.no-storage"]);
  await expect(page.getByLabel(words["device.code"])).toHaveCount(0);
});

test("a revoked device keeps its outbox and sends it after pairing again", async ({ page, servery, context, other, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...SYNC_CALLS);
  complaints.expectStatus(403, ...SYNC_CALLS);
  await pairDevice(page, servery, "till", "Lost till");
  await other.causeRefusals(1);
  await expect(refusals(page)).toHaveCount(1);
  await context.setOffline(true);
  await refusals(page).first().getByRole("button").click();
  await expect(unsynced(page)).toContainText("1");
  await revokeDevice(servery, await deviceCalled(servery, "Lost till"));
  await context.setOffline(false);
  await expect(page.getByText(words["device.revoked"])).toBeVisible({ timeout: 15_000 });
  await expect(unsynced(page)).toContainText("1");
  await page.getByLabel(words["device.code"]).fill(await pairingCode(servery, "till", "Found till"));
  await page.getByRole("button", { name: words["device.pair"] }).click();
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 15_000 });
  expect(await other.records("refused_op")).toEqual([]);
});

test("signing out offline exports the outbox as a file first", async ({ page, servery, context, other, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, "/api/v1/device", ...SYNC_CALLS);
  await pairDevice(page, servery);
  await other.causeRefusals(1);
  await expect(refusals(page)).toHaveCount(1);
  await context.setOffline(true);
  await refusals(page).first().getByRole("button").click();
  await expect(unsynced(page)).toContainText("1");
  await page.getByRole("button", { name: words["device.sign-out"] }).click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: words["device.hand-over"] }).click()]);
  const requests = JSON.parse(await readFile(await file.path(), "utf8"));
  expect(requests).toHaveLength(1);
  expect(requests[0].ops.map((op: { action: object }) => Object.keys(op.action))).toEqual([["dismiss"]]);
  await page.getByRole("button", { name: words["device.sign-out-anyway"] }).click();
  await expect(page.getByLabel(words["device.code"])).toBeVisible({ timeout: 15_000 });
  expect(await page.evaluate(() => caches.has("answers-v1"))).toBe(false);
});

test("signing out sends the outbox first and deletes all data", async ({ page, servery, context, other, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...SYNC_CALLS);
  await pairDevice(page, servery);
  await other.causeRefusals(1);
  await expect(refusals(page)).toHaveCount(1);
  await context.setOffline(true);
  await refusals(page).first().getByRole("button").click();
  // It counts once it is stored; before that there is nothing to wait for the network with.
  await expect(unsynced(page)).toContainText("1");
  await page.getByRole("button", { name: words["device.sign-out"] }).click();
  await context.setOffline(false);
  await expect(page.getByLabel(words["device.code"])).toBeVisible({ timeout: 15_000 });
  expect(await other.records("refused_op")).toEqual([]);
  expect((await page.request.get("/api/v1/device")).status()).toBe(401);
});

test("without JavaScript the till redirects to the board, and the page for pairing works", async ({ browser, servery }) => {
  const context = await browser.newContext({ baseURL: servery.url, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${DEVICE}/till`);
  await expect(page).toHaveURL(new RegExp(`/board/${DINER}`));
  await page.goto(DEVICE);
  await expect(page.getByLabel(words["device.code"])).toBeVisible();
  await context.close();
});

for (const lang of LANGS) {
  test(`staff pages fit a phone, and axe finds no violations, in ${lang}`, async ({ page, servery }) => {
    test.slow();
    await pairDevice(page, servery);
    await page.setViewportSize({ width: 360, height: 740 });
    for (const path of ["", "/till"]) {
      await page.goto(`${DEVICE}${path}?lang=${lang}`);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(connectionStatus(page)).toBeVisible();
      expect(await page.evaluate(() => document.documentElement.scrollWidth), "nothing is wider than the screen").toBe(360);
      await expectAccessible(page);
    }
  });
}
