// What an installed staff app has of its device: an icon with a number, a screen that stays on, and an offer to install it.

import { serviceWorkerReady, expect, test as base } from "../servery";
import { ApiDevice, DEVICE, pairDevice, words } from "../devices";
import { ORDERING_PAGES } from "../ordering";
import { placeOrder } from "../api-orders";
import { cleanUp } from "../till";
import { PushService } from "../push-service";
import type { Page } from "@playwright/test";

interface Seen {
  badge: number;
  locks: number;
  asked: number;
}

/** What the device was asked for, in place of the device. */
const seen = (page: Page) => page.evaluate(() => (window as unknown as { seen: Seen }).seen);

const test = base.extend<{ page: Page }>({
  page: async ({ page }, use) => {
    await page.addInitScript(() => {
      const seen: Seen = { badge: -1, locks: 0, asked: 0 };
      Object.assign(window, { seen });
      Object.assign(navigator, { setAppBadge: async (count: number) => void (seen.badge = count) });
      const request = async () => {
        seen.locks += 1;
        return { release: async () => void (seen.locks -= 1) };
      };
      Object.defineProperty(navigator, "wakeLock", { value: { request } });
    });
    await use(page);
  },
});

test.describe.configure({ mode: "default" });

test.beforeEach(async ({ servery }) => cleanUp(servery));
test.afterEach(async ({ servery }) => cleanUp(servery));

test("a restaurant's staff install an app that starts there", async ({ page, servery, context }) => {
  await pairDevice(page, servery);
  await serviceWorkerReady(page);
  await expect(page.locator("link[rel=manifest]")).toHaveAttribute("href", `${DEVICE}/app.webmanifest`);
  const browser = await context.newCDPSession(page);
  const { url, errors, data } = await browser.send("Page.getAppManifest");
  expect(new URL(url).pathname).toBe(`${DEVICE}/app.webmanifest`);
  expect(errors).toEqual([]);
  expect(JSON.parse(data!)).toMatchObject({ start_url: DEVICE, scope: DEVICE, id: DEVICE });
  const { installabilityErrors } = await browser.send("Page.getInstallabilityErrors");
  // A test's window is a private one.
  expect(installabilityErrors.filter((error) => error.errorId !== "in-incognito")).toEqual([]);
});

test("the browser's offer is a button, and what it asks is the browser's", async ({ page, servery }) => {
  await pairDevice(page, servery);
  const button = page.getByRole("button", { name: words["device.install-now"] });
  await expect(button).toHaveCount(0);
  const offered = await page.evaluate(() => {
    const prompt = async () => void ((window as unknown as { seen: Seen }).seen.asked += 1);
    const offer = Object.assign(new Event("beforeinstallprompt", { cancelable: true }), { prompt });
    return window.dispatchEvent(offer);
  });
  expect(offered, "the browser's own question is put off").toBe(false);
  await button.click();
  expect((await seen(page)).asked).toBe(1);
  await expect(button).toHaveCount(0);
  await page.evaluate(() => window.dispatchEvent(new Event("appinstalled")));
  await expect(page.locator(".install")).toHaveText(words["device.installed"]);
});

test("Safari's menu is explained where there is no offer", async ({ page, servery }) => {
  await page.addInitScript(() => Object.assign(navigator, { standalone: false }));
  await pairDevice(page, servery);
  await expect(page.locator(".install")).toHaveText(words["device.install-menu"]);
});

test("a kitchen's screen stays on, and another page gives that back", async ({ page, servery }) => {
  await pairDevice(page, servery, "kitchen", "Pass");
  expect((await seen(page)).locks).toBe(0);
  await page.getByRole("link", { name: words["kitchen.title"] }).click();
  await expect.poll(async () => (await seen(page)).locks).toBe(1);
  await page.getByRole("link", { name: words["device.title"] }).click();
  await expect.poll(async () => (await seen(page)).locks).toBe(0);
});

test("a courier's screen stays on", async ({ page, servery }) => {
  await pairDevice(page, servery, "courier", "Ada's phone");
  await page.getByRole("link", { name: words["runs.title"] }).click();
  await expect.poll(async () => (await seen(page)).locks).toBe(1);
});

test("the icon has the number of unanswered orders", async ({ page, servery, request }) => {
  await pairDevice(page, servery);
  await expect.poll(async () => (await seen(page)).badge).toBe(0);
  const order = await placeOrder(request);
  await expect.poll(async () => (await seen(page)).badge).toBe(1);
  const other = await ApiDevice.pair(servery);
  await other.sync({ order: { order: order.id, event: { accepted: { ready_at: "2030-01-01T12:00" } } } });
  await expect.poll(async () => (await seen(page)).badge).toBe(0);
  await other.end();
});

test("a push service that gives a browser another address is followed", async ({ page, request, context, servery }) => {
  const [first, second] = [await PushService.start(), await PushService.start()];
  await page.goto("/?render=hydrated");
  await serviceWorkerReady(page);
  const path = await ORDERING_PAGES.order(page, request);
  const push = `/api/v1${path}/push`;
  const put = (subscription: PushService["subscription"]) =>
    page.evaluate(
      async ([push, body]) => (await fetch(push, { method: "PUT", headers: { "content-type": "application/json" }, body })).status,
      [push, JSON.stringify({ ...subscription, lang: "en" })] as const,
    );
  expect(await put(first.subscription)).toBe(204);
  const [worker] = context.serviceWorkers();
  const status = await worker.evaluate(async (subscription) => {
    let done: Promise<unknown> | undefined;
    let answer = 0;
    const ask = self.fetch;
    self.fetch = async (...asked) => {
      const got = await ask(...asked);
      answer = got.status;
      return got;
    };
    // A script cannot make the browser's own event, which alone may be waited for.
    const event = Object.assign(new Event("pushsubscriptionchange"), { newSubscription: { toJSON: () => subscription }, waitUntil: (work: Promise<unknown>) => (done = work) });
    self.dispatchEvent(event);
    await done;
    self.fetch = ask;
    return answer;
  }, second.subscription);
  expect(status).toBe(204);
  const token = path.split("/").at(-1)!;
  const { order } = await (await request.get(`/api/v1/orders/${token}`)).json();
  const other = await ApiDevice.pair(servery);
  await other.sync({ order: { order: order.id, event: { accepted: { ready_at: "2030-01-01T12:00" } } } });
  await expect.poll(() => second.notices.length).toBe(1);
  expect(first.notices).toEqual([]);
  await other.end();
  await first.close();
  await second.close();
});
