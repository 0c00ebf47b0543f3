// Faults of a staff device: storage that is full, closed or cleared, an update during a sale, a gateway that answers for a stopped server.

import { expect, OFFLINE, test } from "../servery";
import { pairDevice, SYNC_CALLS, STARTUP_CALLS, ApiDevice, unsynced, words } from "../devices";
import { NextRelease } from "../next-release";
import { cleanUp, TILL, Till, staffText } from "../till";

test.describe.configure({ mode: "default" });

test.beforeEach(async ({ servery }) => cleanUp(servery));

test.afterEach(async ({ servery }) => {
  await servery.start();
  await cleanUp(servery);
});

test("a full disk is reported, the change is not shown as done, and it works again when there is room", async ({ page, servery }) => {
  // A quota cannot be set from outside, so every write is aborted with the error of a full disk.
  await page.addInitScript(() => {
    const full = Object.assign(window, { full: false });
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...what) {
      const request = put.apply(this, what);
      if (full.full) {
        Object.defineProperty(this.transaction, "error", { value: new DOMException("no room", "QuotaExceededError") });
        this.transaction.abort();
      }
      return request;
    };
  });
  const isFull = (full: boolean) => page.evaluate((full) => void Object.assign(window, { full }), full);
  await pairDevice(page, servery, "till", "Full till");
  const till = new Till(page);
  await till.open();
  await till.openCounterBill();
  await till.ringUp("Coleslaw");
  await expect(unsynced(page)).toHaveText(words["unsynced.none"]);
  await isFull(true);
  const more = till.lines.getByRole("button", { name: staffText("line.more", { name: "Coleslaw" }) });
  await more.click();
  await expect(page.locator(".wrong")).toContainText(words["not-done.no-room"]);
  await expect(till.lines.locator(".count")).toHaveText("1");
  await isFull(false);
  await more.click();
  await expect(till.lines.locator(".count")).toHaveText("2");
  await expect(page.locator(".wrong")).toHaveCount(0);
});

test("an IndexedDB connection that closes between two taps is reopened, and no tap is lost or applied twice", async ({ page, servery, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...STARTUP_CALLS, ...SYNC_CALLS);
  // As in Safari: open connections are closed without an event.
  await page.addInitScript(() => {
    const handles: IDBDatabase[] = [];
    Object.assign(window, { handles });
    const open = IDBFactory.prototype.open;
    IDBFactory.prototype.open = function (...asked) {
      const request = open.apply(this, asked);
      request.addEventListener("success", () => handles.push(request.result));
      return request;
    };
  });
  await pairDevice(page, servery, "till", "Old tablet");
  const till = new Till(page);
  await till.open();
  await till.openCounterBill();
  await till.ringUp("Coleslaw");
  await context.setOffline(true);
  const more = till.lines.getByRole("button", { name: staffText("line.more", { name: "Coleslaw" }) });
  for (let tap = 0; tap < 3; tap++) {
    await page.evaluate(() => (window as unknown as { handles: IDBDatabase[] }).handles.forEach((handle) => handle.close()));
    await more.click();
    await expect(till.lines.locator(".count")).toHaveText(String(tap + 2));
  }
  await context.setOffline(false);
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  const other = await ApiDevice.pair(servery);
  const bills = ((await other.records("bill")) as { closed?: boolean; lines?: { name: string; count: number }[] }[]).filter((bill) => !bill.closed);
  expect(bills.flatMap((bill) => bill.lines ?? []).filter((line) => line.count > 0).map((line) => [line.name, line.count])).toEqual([["Coleslaw", 4]]);
  await other.end();
});

test("after its storage is cleared, a device shows that it is not paired", async ({ page, servery, context }) => {
  await pairDevice(page, servery, "till", "Cleared till");
  const till = new Till(page);
  await till.open();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Storage.clearDataForOrigin", { origin: servery.url, storageTypes: "indexeddb" });
  await page.reload();
  await expect(page.locator(".notice")).toContainText(words["device.unpaired"]);
});

test("a new release waits for the end of the sale and is installed right after it", async ({ servery, browser }) => {
  test.slow();
  const release = await NextRelease.inFrontOf(servery.port);
  const context = await browser.newContext({ baseURL: release.url });
  const page = await context.newPage();
  await pairDevice(page, servery, "till", "Updated till");
  const till = new Till(page);
  await till.open();
  await till.openShift();
  await till.openCounterBill();
  await till.ringUp("Coleslaw");
  await page.evaluate(() => ((window as unknown as { same: boolean }).same = true));
  // A page that is being loaded is another document.
  const same = () => page.evaluate(() => "same" in window).catch(() => false);
  release.version = "thenext";
  // An update check that was already running finds the old release.
  const waits = () =>
    page.evaluate(async () => {
      const registration = (await navigator.serviceWorker.getRegistration())!;
      await registration.update();
      return !!registration.waiting;
    });
  await expect.poll(waits, { timeout: 20_000 }).toBe(true);
  // The page is not reloaded during the sale.
  await till.ringUp("Onion Rings");
  await till.send();
  await till.pay();
  expect(await same()).toBe(true);
  await till.sheet.getByRole("button", { name: staffText("receipt.next") }).click();
  await expect.poll(same, { timeout: 10_000 }).toBe(false);
  await expect(page.locator("article.till")).toBeVisible();
  await expect.poll(() => page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("files-")))).toEqual(["files-thenext"]);
  // The installed release opens without a server.
  await release.close();
  await page.goto(TILL);
  await expect(page.locator("article.till")).toBeVisible();
  await context.close();
});

test("the outbox is sent within five seconds of the server's return, also after 502 answers of a gateway", async ({ page, servery, context, complaints }) => {
  complaints.expectStatus(502, ...SYNC_CALLS);
  test.slow();
  await pairDevice(page, servery, "till", "Patient till");
  const till = new Till(page);
  await till.open();
  await till.openCounterBill();
  await till.ringUp("Coleslaw");
  await expect(unsynced(page)).toHaveText(words["unsynced.none"]);
  let asked = 0;
  const gateway = /\/(sync|sync\/events)$/;
  await context.route(gateway, (route) => {
    asked += 1;
    return route.fulfill({ status: 502, body: "Bad Gateway" });
  });
  await servery.stop();
  const more = till.lines.getByRole("button", { name: staffText("line.more", { name: "Coleslaw" }) });
  for (let tap = 0; tap < 20; tap++) await more.click();
  await expect(unsynced(page)).toHaveText(staffText("unsynced.count", { n: 20 }));
  await expect.poll(() => asked, { timeout: 30_000 }).toBeGreaterThan(5);
  await servery.start();
  await context.unroute(gateway);
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 5_000 });
});
