// Being told that the order is ready, also while nobody looks.

import { alive, controlled, expect, test, texts, type Lang, type Mode } from "../servery";
import { DINER, ORDERING_PAGES } from "../ordering";
import { PushService } from "../push";
import { kitchen } from "../signed";
import type { APIRequestContext, Page } from "@playwright/test";

const words = texts.en;

/** An order, on its page. */
async function ordered(page: Page, request: APIRequestContext, mode: Mode, lang: Lang = "en"): Promise<string> {
  await page.goto("/?render=thin");
  const path = await ORDERING_PAGES.order(page, request);
  await page.goto(`${path}?render=${mode}&lang=${lang}`);
  if (mode !== "thin") {
    await alive(page, lang);
    await controlled(page);
  }
  return path.split("/").at(-1)!;
}

/** Chromium gets an address for messages from Google's service only. The browser's own answer is put in its place, and nothing else. */
async function at(service: PushService, page: Page) {
  await page.addInitScript((subscription) => {
    PushManager.prototype.subscribe = async () => ({ toJSON: () => subscription }) as unknown as PushSubscription;
  }, service.subscription);
}

/** As a person would answer the browser's question, or have answered it before. */
async function allowed(page: Page, setting: "prompt" | "denied") {
  const browser = await page.context().newCDPSession(page);
  const { browserContextId } = (await browser.send("Target.getTargetInfo")).targetInfo;
  await browser.send("Browser.setPermission", { permission: { name: "notifications" }, setting, browserContextId });
}

const on = (page: Page, lang: Lang = "en") => page.getByRole("button", { name: texts[lang]["order.tell"] });
const off = (page: Page, lang: Lang = "en") => page.getByRole("button", { name: texts[lang]["order.tell-stop"] });

async function cooked(request: APIRequestContext, token: string) {
  const { order } = await (await request.get(`/api/v1/orders/${token}`)).json();
  for (const event of [{ accepted: { ready_at: order.ordered.due.from } }, "ready"]) {
    const answer = await request.post(`/api/v1/restaurants/${DINER}/orders/${order.id}/events`, { data: { event } });
    expect(answer.status(), await answer.text()).toBe(200);
  }
  return String(order.number);
}

for (const [mode, lang] of [["hydrated", "en"], ["thick", "ar"]] as [Mode, Lang][]) {
  test(`who asks is told that the order is ready, ${mode}, in ${lang}`, async ({ page, request, context, servery }) => {
    test.setTimeout(60_000);
    const service = await PushService.start();
    await at(service, page);
    await context.grantPermissions(["notifications"], { origin: servery.url });
    const token = await ordered(page, request, mode, lang);
    await on(page, lang).click();
    await expect(page.getByText(texts[lang]["order.told"])).toBeVisible();
    await expect(off(page, lang)).toBeFocused();
    await page.reload();
    await expect(off(page, lang)).toBeVisible();

    await kitchen(servery, request, DINER);
    const number = await cooked(request, token);
    await expect.poll(() => service.notices.length).toBe(2);
    const notices = service.notices.map((notice) => JSON.parse(notice));
    expect(notices.every((notice) => notice.lang === lang && notice.path === `/orders/${token}` && notice.title.includes(number)), JSON.stringify(notices)).toBe(true);

    const browser = await context.newCDPSession(page);
    const registration = new Promise<string>((found) => {
      browser.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => registrations[0] && found(registrations[0].registrationId));
    });
    await browser.send("ServiceWorker.enable");
    const registrationId = await registration;
    const shown = () => page.evaluate(async () => {
      const all = await (await navigator.serviceWorker.ready).getNotifications();
      return all.map(({ title, body, lang, dir, data }) => ({ title, body, lang, dir, path: data }));
    });
    for (const notice of service.notices) {
      await browser.send("ServiceWorker.deliverPushMessage", { origin: servery.url, registrationId, data: notice });
      // The later one takes the place of the earlier.
      await expect.poll(shown).toEqual([JSON.parse(notice)]);
    }

    // A notification can be clicked by a person only: the worker is handed it, and what only a click allows is noted.
    const worker = context.serviceWorkers()[0];
    const led = await worker.evaluate(async () => {
      const led: string[] = [];
      const scope = self as unknown as { registration: ServiceWorkerRegistration; openNotification(notification: Notification): Promise<void>; clients: Clients; WindowClient: { prototype: WindowClient } };
      scope.clients.openWindow = async (path) => (led.push(`opened ${path}`), null);
      scope.WindowClient.prototype.focus = async function () { led.push(`focused ${new URL(this.url).pathname}`); return this; };
      const [notification] = await scope.registration.getNotifications();
      await scope.openNotification(notification);
      await scope.openNotification({ close() {}, data: "/orders/another" } as unknown as Notification);
      return led;
    });
    expect(led).toEqual([`focused /orders/${token}`, "opened /orders/another"]);
    await expect.poll(shown).toEqual([]);
    await service.close();
  });
}

test("who has enough of it is told nothing more", async ({ page, request, context, servery }) => {
  const service = await PushService.start();
  await at(service, page);
  await context.grantPermissions(["notifications"], { origin: servery.url });
  const token = await ordered(page, request, "hydrated");
  await on(page).click();
  await off(page).click();
  await expect(on(page)).toBeFocused();
  await expect(page.getByText(words["order.told"])).toBeHidden();
  await page.reload();
  await expect(on(page)).toBeVisible();
  await kitchen(servery, request, DINER);
  await cooked(request, token);
  await expect(page.locator(".state")).toHaveText(words["state.ready"]);
  expect(service.notices).toEqual([]);
  await service.close();
});

test("nobody is asked who has not asked", async ({ page, request }) => {
  await allowed(page, "prompt");
  await page.addInitScript(() => {
    Object.assign(window, { asked: 0 });
    Notification.requestPermission = async () => ((window as unknown as { asked: number }).asked++, "default");
  });
  await ordered(page, request, "hydrated");
  await expect(on(page)).toBeVisible();
  const asked = () => page.evaluate(() => (window as unknown as { asked: number }).asked);
  expect(await asked()).toBe(0);
  await on(page).click();
  await expect.poll(asked).toBe(1);
  await expect(on(page), "the question was put aside").toBeVisible();
});

test("a browser that blocks it says how to allow it", async ({ page, request }) => {
  await allowed(page, "denied");
  await ordered(page, request, "hydrated");
  await page.locator(".tell summary", { hasText: words["order.tell"] }).click();
  await expect(page.getByText(words["order.tell-blocked"])).toBeVisible();
  await expect(on(page)).toHaveCount(0);
});

test("a browser without a push service says that it did not work", async ({ page, request, context, servery }) => {
  await page.addInitScript(() => {
    PushManager.prototype.subscribe = () => Promise.reject(new DOMException("Registration failed - push service not available", "AbortError"));
  });
  await context.grantPermissions(["notifications"], { origin: servery.url });
  await ordered(page, request, "hydrated");
  await on(page).click();
  await expect(page.getByText(words["order.tell-failed"])).toBeVisible();
  await expect(on(page)).toBeFocused();
});

test("where it is not possible, or the order is over, nothing is offered", async ({ page, request, context, servery }) => {
  await ordered(page, request, "thin");
  await expect(page.locator(".tell")).toHaveCount(0);
  await context.grantPermissions(["notifications"], { origin: servery.url });
  await page.goto(`${page.url().split("?")[0]}?render=hydrated`);
  await expect(on(page)).toBeVisible();
  await page.getByRole("button", { name: words["order.cancel"] }).click();
  await expect(page.locator(".state")).toHaveText(words["state.cancelled"]);
  await expect(on(page)).toHaveCount(0);
  await page.addInitScript(() => Reflect.deleteProperty(window, "PushManager"));
  await ordered(page, request, "hydrated");
  await expect(page.locator(".tell")).toBeEmpty();
});
