// Delivery runs: assignment, order of the stops, cash, and which data stays on the courier's phone.

import { expect, OFFLINE, test, type Complaints, type Servery } from "../servery";
import { DEVICE, deviceCalled, pairDevice, revokeDevice, SYNC_CALLS, connectionStatus, STARTUP_CALLS, ApiDevice, unsynced, words } from "../devices";
import { prepareOrders, placeOrder, type PlacedOrder } from "../api-orders";
import { cleanUp, Till, staffText } from "../till";
import type { Browser, Page } from "@playwright/test";

test.describe.configure({ mode: "default" });

test.beforeEach(async ({ servery }) => cleanUp(servery));

test.afterEach(async ({ servery }) => {
  await servery.start();
  await cleanUp(servery);
});

async function pairPhone(browser: Browser, servery: Servery, complaints: Complaints, name: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: servery.url, viewport: { width: 390, height: 800 } });
  const page = await context.newPage();
  complaints.watch(page);
  await pairDevice(page, servery, "courier", name);
  await page.goto(`${DEVICE}/runs`);
  return page;
}

const deliveryTo = (street: string) => ({ delivery: { street, postcode: "10014", city: "New York", hint: "Ring twice" } });

test("a delivery run is assigned in tap order, delivered offline, and its cash is handed in", async ({ page, browser, servery, request, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...STARTUP_CALLS, ...SYNC_CALLS);
  test.slow();
  await pairDevice(page, servery, "till", "Counter");
  const till = new Till(page);
  await till.open();
  await till.openShift("50");
  const kitchen = await ApiDevice.pair(servery);
  const ada = await pairPhone(browser, servery, complaints, "Ada's phone");
  const ben = await pairPhone(browser, servery, complaints, "Ben's phone");
  const near = await placeOrder(request, { fulfilment: deliveryTo("12 Bank Street"), name: "Nell Near" });
  const far = await placeOrder(request, { fulfilment: deliveryTo("400 Hudson Street"), name: "Finn Far" });
  await prepareOrders(kitchen, near, far);

  await page.getByRole("link", { name: words["runs.title"] }).click();
  const waiting = page.locator(".run-orders button");
  await expect(waiting).toHaveCount(2);
  await waiting.filter({ hasText: "400 Hudson Street" }).click();
  await waiting.filter({ hasText: "12 Bank Street" }).click();
  await expect(waiting.filter({ hasText: "400 Hudson Street" }).locator("kbd")).toHaveText("1");
  await expect(waiting.filter({ hasText: "12 Bank Street" }).locator("kbd")).toHaveText("2");
  await till.button("runs.give", { name: "Ada's phone" }).click();
  await expect(waiting).toHaveCount(0);

  const stops = ada.locator(".stops > li");
  await expect(stops.locator("h2 span")).toHaveText(["Finn Far", "Nell Near"]);
  await expect(stops.first()).toContainText("Ring twice");
  await expect(ben.locator(".empty")).toHaveText(words["courier.nothing"]);

  await ada.context().setOffline(true);
  await stops.nth(1).getByRole("button", { name: words["courier.earlier"] }).click();
  await expect(stops.locator("h2 span")).toHaveText(["Nell Near", "Finn Far"]);
  await ada.getByRole("button", { name: staffText("courier.take", { n: 2 }) }).click();
  const sheet = ada.locator("dialog.sheet");
  await stops.first().getByRole("button", { name: words["courier.there"] }).click();
  await sheet.getByLabel(words["courier.who"]).fill("Nell's neighbour");
  await sheet.locator("button.main").click();
  await expect(stops.locator("h2 span")).toHaveText(["Finn Far"]);
  await expect(ada.locator(".cash")).toContainText(staffText("courier.cash", { amount: dollars(near.total) }));
  // The page is reloaded at the second stop.
  await ada.reload();
  await expect(stops.locator("h2 span")).toHaveText(["Finn Far"]);
  await stops.first().getByRole("button", { name: words["courier.there"] }).click();
  await sheet.locator("input[type=file]").setInputFiles({ name: "door.png", mimeType: "image/png", buffer: await page.screenshot() });
  await expect(sheet.locator("img.proof")).toBeVisible();
  await sheet.locator("button.main").click();
  await expect(stops).toHaveCount(0);
  await expect(unsynced(ada)).not.toHaveText(words["unsynced.none"]);

  await ada.context().setOffline(false);
  await expect(unsynced(ada)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  const card = page.locator(".run-cards > li").first();
  await expect(card.locator("ul li")).toHaveCount(2);
  await expect(card).toContainText("Nell's neighbour");
  await expect(card.locator("img.proof")).toHaveCount(1);
  const cash = near.total + far.total;
  await card.getByRole("button", { name: staffText("runs.hand-in", { amount: dollars(cash) }) }).click();
  await expect(card).toHaveCount(0);
  await till.open();
  await page.locator(".shift").getByRole("button", { name: staffText("report.x") }).click();
  await expect(till.sheet.locator(".slip .total dd").last()).toHaveText(dollars(5_000 + cash));
  for (const order of [near, far]) {
    const { order: now } = await (await request.get(`/api/v1/orders/${order.token}`)).json();
    expect(now.progress.state).toBe("delivered");
  }
  await kitchen.end();
  for (const other of [ada, ben]) await other.context().close();
});

test("a phone stores only its own runs, and deletes them when it signs out", async ({ browser, servery, request, complaints }) => {
  test.slow();
  const kitchen = await ApiDevice.pair(servery);
  const [ada, ben] = [await pairPhone(browser, servery, complaints, "Ada's phone"), await pairPhone(browser, servery, complaints, "Ben's phone")];
  const order = await placeOrder(request, { fulfilment: deliveryTo("12 Bank Street"), name: "Nell Near" });
  await prepareOrders(kitchen, order);
  const couriers = (await kitchen.records("device")) as { device: string; name: string }[];
  const courier = couriers.filter((device) => device.name === "Ada's phone").at(-1)!.device;
  const run = order.id.split("").reverse().join("");
  await kitchen.sync({ assign: { run, courier, orders: [order.id] } });
  await expect(ada.locator(".stops > li")).toHaveCount(1);
  await expect(connectionStatus(ben)).toContainText(words["line.online"]);

  expect(await storedCopies(ada, order)).not.toEqual([]);
  expect(await storedCopies(ben, order)).toEqual([]);

  // Reassigned: it disappears from the first phone.
  const other = couriers.filter((device) => device.name === "Ben's phone").at(-1)!.device;
  await kitchen.sync({ assign: { run, courier: other, orders: [order.id] } });
  await expect(ben.locator(".stops > li")).toHaveCount(1);
  await expect(ada.locator(".stops > li")).toHaveCount(0);
  await expect.poll(() => storedCopies(ada, order)).toEqual([]);

  await ben.getByRole("link", { name: words["device.title"] }).click();
  await ben.getByRole("button", { name: words["device.sign-out"] }).click();
  await expect(ben.getByLabel(words["device.code"])).toBeVisible();
  expect(await storedCopies(ben, order)).toEqual([]);
  await ben.goto(`${DEVICE}/runs`);
  await expect(ben.locator(".stops")).toHaveCount(0);
  await kitchen.end();
  for (const page of [ada, ben]) await page.context().close();
});

test("a revoked phone deletes guests' data and the key of its storage", async ({ browser, servery, request, complaints }) => {
  test.slow();
  complaints.expectStatus(403, ...SYNC_CALLS);
  const kitchen = await ApiDevice.pair(servery);
  const phone = await pairPhone(browser, servery, complaints, "Lost phone");
  const order = await placeOrder(request, { fulfilment: deliveryTo("12 Bank Street"), name: "Nell Near" });
  await prepareOrders(kitchen, order);
  const lost = await deviceCalled(servery, "Lost phone");
  await kitchen.sync({ assign: { run: order.id.split("").reverse().join(""), courier: lost, orders: [order.id] } });
  await expect(phone.locator(".stops > li")).toHaveCount(1);
  expect(await storedCopies(phone, order)).not.toEqual([]);
  expect(await storageKey(phone)).not.toBe("");

  await revokeDevice(servery, lost);
  await expect(phone.locator(".stops > li")).toHaveCount(0, { timeout: 15_000 });
  await expect.poll(() => storedCopies(phone, order)).toEqual([]);
  expect(await storageKey(phone)).toBe("");
  await kitchen.end();
  await phone.context().close();
});

/** Stored entries whose key or text contains the order's id. */
const storedCopies = (page: Page, order: PlacedOrder) =>
  page.evaluate(async (order) => {
    const found: string[] = [];
    const done = <T>(request: IDBRequest<T>) => new Promise<T>((resolve, reject) => ((request.onsuccess = () => resolve(request.result)), (request.onerror = () => reject(request.error))));
    for (const { name } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name!));
      for (const store of database.objectStoreNames) {
        const objects = database.transaction(store).objectStore(store);
        const [keys, values] = await Promise.all([done(objects.getAllKeys()), done<unknown[]>(objects.getAll())]);
        const texts = [...keys, ...values].map(String);
        found.push(...texts.filter((text) => text.includes(order)).map(() => `${name}/${store}`));
      }
      database.close();
    }
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) if ((await (await cache.match(request))!.text()).includes(order)) found.push(request.url);
    }
    return found;
  }, order.id);

/** The key that the phone encrypts its storage with; empty when it was deleted. */
const storageKey = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) => new Promise<T>((resolve, reject) => ((request.onsuccess = () => resolve(request.result)), (request.onerror = () => reject(request.error))));
    const database = await done(indexedDB.open("staff"));
    const paired = await done(database.transaction("meta").objectStore("meta").get("paired"));
    database.close();
    return JSON.parse(paired).storage_key;
  });

const dollars = (cents: number) => `$${(cents / 100).toFixed(2)}`;
