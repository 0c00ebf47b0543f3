// A device whose disk fails, and one that gets a new version in the middle of a sale.

import { expect, OFFLINE, test } from "../servery";
import { letIn, LINE, OPENING, Other, unsynced, words } from "../devices";
import { NextVersion } from "../next-version";
import { tidy, TILL, Till, word } from "../till";

test.describe.configure({ mode: "default" });

test.beforeEach(async ({ servery }) => tidy(servery));

test.afterEach(async ({ servery }) => {
  await servery.start();
  await tidy(servery);
});

test("a disk without room says so at once, nothing is shown as done, and it goes on when there is room", async ({ page, servery }) => {
  // No quota can be set from outside: every write is taken back, with the word that a full disk gives for it.
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
  await letIn(page, servery, "till", "Full till");
  const at = new Till(page);
  await at.open();
  await at.atCounter();
  await at.ring("Coleslaw");
  await expect(unsynced(page)).toHaveText(words["unsynced.none"]);
  await isFull(true);
  const more = at.lines.getByRole("button", { name: word("line.more", { name: "Coleslaw" }) });
  await more.click();
  await expect(page.locator(".wrong")).toContainText(words["not-done.no-room"]);
  await expect(at.lines.locator(".count")).toHaveText("1");
  await isFull(false);
  await more.click();
  await expect(at.lines.locator(".count")).toHaveText("2");
  await expect(page.locator(".wrong")).toHaveCount(0);
});

test("a database handle that dies between two taps is opened anew, and no tap is lost or done twice", async ({ page, servery, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...OPENING, ...LINE);
  // As Safari does it: what was open is closed, and nobody is told.
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
  await letIn(page, servery, "till", "Old tablet");
  const at = new Till(page);
  await at.open();
  await at.atCounter();
  await at.ring("Coleslaw");
  await context.setOffline(true);
  const more = at.lines.getByRole("button", { name: word("line.more", { name: "Coleslaw" }) });
  for (let tap = 0; tap < 3; tap++) {
    await page.evaluate(() => (window as unknown as { handles: IDBDatabase[] }).handles.forEach((handle) => handle.close()));
    await more.click();
    await expect(at.lines.locator(".count")).toHaveText(String(tap + 2));
  }
  await context.setOffline(false);
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  const other = await Other.letIn(servery);
  const bills = ((await other.records("bill")) as { closed?: boolean; lines?: { name: string; count: number }[] }[]).filter((bill) => !bill.closed);
  expect(bills.flatMap((bill) => bill.lines ?? []).filter((line) => line.count > 0).map((line) => [line.name, line.count])).toEqual([["Coleslaw", 4]]);
  await other.end();
});

test("a storage that somebody clears is no device any more, and says so", async ({ page, servery, context }) => {
  await letIn(page, servery, "till", "Cleared till");
  const at = new Till(page);
  await at.open();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Storage.clearDataForOrigin", { origin: servery.url, storageTypes: "indexeddb" });
  await page.reload();
  await expect(page.locator(".notice")).toContainText(words["device.unpaired"]);
});

test("a new version waits for the sale in hand, and is taken right after it", async ({ servery, browser }) => {
  test.slow();
  const release = await NextVersion.before(servery.port);
  const context = await browser.newContext({ baseURL: release.url });
  const page = await context.newPage();
  await letIn(page, servery, "till", "Updated till");
  const at = new Till(page);
  await at.open();
  await at.openShift();
  await at.atCounter();
  await at.ring("Coleslaw");
  await page.evaluate(() => ((window as unknown as { same: boolean }).same = true));
  // One that is just being loaded is another one.
  const same = () => page.evaluate(() => "same" in window).catch(() => false);
  release.version = "thenext";
  // A look that was under way before finds the version of before.
  const waits = () =>
    page.evaluate(async () => {
      const registration = (await navigator.serviceWorker.getRegistration())!;
      await registration.update();
      return !!registration.waiting;
    });
  await expect.poll(waits, { timeout: 20_000 }).toBe(true);
  // In the middle of it nothing moves.
  await at.ring("Onion Rings");
  await at.send();
  await at.pay();
  expect(await same()).toBe(true);
  await at.sheet.getByRole("button", { name: word("receipt.next") }).click();
  await expect.poll(same, { timeout: 10_000 }).toBe(false);
  await expect(page.locator("article.till")).toBeVisible();
  await expect.poll(() => page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("files-")))).toEqual(["files-thenext"]);
  // The version that was taken opens without a server.
  await release.close();
  await page.goto(TILL);
  await expect(page.locator("article.till")).toBeVisible();
  await context.close();
});

test("an ordinary outbox is empty within five seconds of the server's return, also behind a gateway that spoke for it", async ({ page, servery, context, complaints }) => {
  complaints.expectStatus(502, ...LINE);
  test.slow();
  await letIn(page, servery, "till", "Patient till");
  const at = new Till(page);
  await at.open();
  await at.atCounter();
  await at.ring("Coleslaw");
  await expect(unsynced(page)).toHaveText(words["unsynced.none"]);
  let asked = 0;
  const gateway = /\/(sync|sync\/events)$/;
  await context.route(gateway, (route) => {
    asked += 1;
    return route.fulfill({ status: 502, body: "Bad Gateway" });
  });
  await servery.stop();
  const more = at.lines.getByRole("button", { name: word("line.more", { name: "Coleslaw" }) });
  for (let tap = 0; tap < 20; tap++) await more.click();
  await expect(unsynced(page)).toHaveText(word("unsynced.count", { n: 20 }));
  await expect.poll(() => asked, { timeout: 30_000 }).toBeGreaterThan(5);
  await servery.start();
  await context.unroute(gateway);
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 5_000 });
});
