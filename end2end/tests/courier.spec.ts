// Deliveries from the counter to the door: who brings what in which order, what is collected, and what is left on the phone.

import { expect, OFFLINE, test, type Complaints, type Servery } from "../servery";
import { DEVICE, letIn, LINE, line, OPENING, Other, unsynced, words } from "../devices";
import { cooked, placed } from "../diner";
import { tidy, Till, word } from "../till";
import type { Browser, Page } from "@playwright/test";

test.describe.configure({ mode: "default" });

test.beforeEach(async ({ servery }) => tidy(servery));

test.afterEach(async ({ servery }) => {
  await servery.start();
  await tidy(servery);
});

async function phone(browser: Browser, servery: Servery, complaints: Complaints, name: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: servery.url, viewport: { width: 390, height: 800 } });
  const page = await context.newPage();
  complaints.hear(page);
  await letIn(page, servery, "courier", name);
  await page.goto(`${DEVICE}/runs`);
  return page;
}

const door = (street: string) => ({ delivery: { street, postcode: "10014", city: "New York", hint: "Ring twice" } });

test("a run is brought in the order of the taps, without a network, and its cash comes into the drawer", async ({ page, browser, servery, request, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...OPENING, ...LINE);
  test.slow();
  await letIn(page, servery, "till", "Counter");
  const till = new Till(page);
  await till.open();
  await till.openShift("50");
  const kitchen = await Other.letIn(servery);
  const ada = await phone(browser, servery, complaints, "Ada's phone");
  const ben = await phone(browser, servery, complaints, "Ben's phone");
  const near = await placed(request, { service: door("12 Bank Street"), name: "Nell Near" });
  const far = await placed(request, { service: door("400 Hudson Street"), name: "Finn Far" });
  await cooked(kitchen, near, far);

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
  await ada.getByRole("button", { name: word("courier.take", { n: 2 }) }).click();
  const sheet = ada.locator("dialog.sheet");
  await stops.first().getByRole("button", { name: words["courier.there"] }).click();
  await sheet.getByLabel(words["courier.who"]).fill("Nell's neighbour");
  await sheet.locator("button.main").click();
  await expect(stops.locator("h2 span")).toHaveText(["Finn Far"]);
  await expect(ada.locator(".cash")).toContainText(word("courier.cash", { amount: dollars(near.total) }));
  // The phone is switched off at the second door, and on again.
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
  await card.getByRole("button", { name: word("runs.hand-in", { amount: dollars(cash) }) }).click();
  await expect(card).toHaveCount(0);
  await till.open();
  await page.locator(".shift").getByRole("button", { name: word("report.x") }).click();
  await expect(till.sheet.locator(".slip .total dd").last()).toHaveText(dollars(5_000 + cash));
  for (const order of [near, far]) {
    const { order: now } = await (await request.get(`/api/v1/orders/${order.token}`)).json();
    expect(now.progress.state).toBe("delivered");
  }
  await kitchen.end();
  for (const other of [ada, ben]) await other.context().close();
});

test("a phone has its own runs only, and nothing of them once it is signed out", async ({ browser, servery, request, complaints }) => {
  test.slow();
  const kitchen = await Other.letIn(servery);
  const [ada, ben] = [await phone(browser, servery, complaints, "Ada's phone"), await phone(browser, servery, complaints, "Ben's phone")];
  const order = await placed(request, { service: door("12 Bank Street"), name: "Nell Near" });
  await cooked(kitchen, order);
  const couriers = (await kitchen.records("device")) as { device: string; name: string }[];
  const courier = couriers.filter((device) => device.name === "Ada's phone").at(-1)!.device;
  const run = order.id.split("").reverse().join("");
  await kitchen.sync({ assign: { run, courier, orders: [order.id] } });
  await expect(ada.locator(".stops > li")).toHaveCount(1);
  await expect(line(ben)).toContainText(words["line.online"]);

  /** What is on the disk that names the order. */
  const traces = (page: Page) =>
    page.evaluate(async (order) => {
      const found: string[] = [];
      const done = <T>(request: IDBRequest<T>) => new Promise<T>((resolve, reject) => ((request.onsuccess = () => resolve(request.result)), (request.onerror = () => reject(request.error))));
      for (const { name } of await indexedDB.databases()) {
        const database = await done(indexedDB.open(name!));
        for (const store of database.objectStoreNames) {
          const all: string[] = await done(database.transaction(store).objectStore(store).getAll());
          found.push(...all.filter((text) => text.includes(order)).map(() => `${name}/${store}`));
        }
        database.close();
      }
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) if ((await (await cache.match(request))!.text()).includes(order)) found.push(request.url);
      }
      return found;
    }, order.id);
  expect(await traces(ada)).not.toEqual([]);
  expect(await traces(ben)).toEqual([]);

  // Somebody else brings it: it leaves the first phone by itself.
  const other = couriers.filter((device) => device.name === "Ben's phone").at(-1)!.device;
  await kitchen.sync({ assign: { run, courier: other, orders: [order.id] } });
  await expect(ben.locator(".stops > li")).toHaveCount(1);
  await expect(ada.locator(".stops > li")).toHaveCount(0);
  await expect.poll(() => traces(ada)).toEqual([]);

  await ben.getByRole("link", { name: words["device.title"] }).click();
  await ben.getByRole("button", { name: words["device.sign-out"] }).click();
  await expect(ben.getByLabel(words["device.code"])).toBeVisible();
  expect(await traces(ben)).toEqual([]);
  await ben.goto(`${DEVICE}/runs`);
  await expect(ben.locator(".stops")).toHaveCount(0);
  await kitchen.end();
  for (const page of [ada, ben]) await page.context().close();
});

const dollars = (cents: number) => `$${(cents / 100).toFixed(2)}`;
