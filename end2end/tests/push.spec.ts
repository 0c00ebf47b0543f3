// Push notifications about an order.

import { appReady, serviceWorkerReady, expect, test, texts, type Lang, type Mode } from "../servery";
import { DINER, ORDERING_PAGES } from "../ordering";
import { PushService } from "../push-service";
import { signInAsKitchen } from "../accounts";
import type { APIRequestContext, Page } from "@playwright/test";

const words = texts.en;

/** An order, on its page. */
async function placeOrder(page: Page, request: APIRequestContext, mode: Mode, lang: Lang = "en"): Promise<string> {
  await page.goto("/?render=thin");
  const path = await ORDERING_PAGES.order(page, request);
  await page.goto(`${path}?render=${mode}&lang=${lang}`);
  if (mode !== "thin") {
    await appReady(page, lang);
    await serviceWorkerReady(page);
  }
  return path.split("/").at(-1)!;
}

/** Chromium gets an address for messages from Google's service only. The browser's own answer is put in its place, and nothing else. */
async function useSubscription(service: PushService, page: Page) {
  await page.addInitScript((subscription) => {
    PushManager.prototype.subscribe = async () => ({ toJSON: () => subscription }) as unknown as PushSubscription;
  }, service.subscription);
}

/** As a person would answer the browser's question, or have answered it before. */
async function setPermission(page: Page, setting: "prompt" | "denied") {
  const browser = await page.context().newCDPSession(page);
  const { browserContextId } = (await browser.send("Target.getTargetInfo")).targetInfo;
  await browser.send("Browser.setPermission", { permission: { name: "notifications" }, setting, browserContextId });
}

const enableButton = (page: Page, lang: Lang = "en") => page.getByRole("button", { name: texts[lang]["order.tell"] });
const disableButton = (page: Page, lang: Lang = "en") => page.getByRole("button", { name: texts[lang]["order.tell-stop"] });

async function prepareOrder(request: APIRequestContext, token: string) {
  const { order } = await (await request.get(`/api/v1/orders/${token}`)).json();
  for (const event of [{ accepted: { ready_at: order.ordered.due.from } }, "ready"]) {
    const answer = await request.post(`/api/v1/restaurants/${DINER}/orders/${order.id}/events`, { data: { event } });
    expect(answer.status(), await answer.text()).toBe(200);
  }
  return String(order.number);
}

for (const [mode, lang] of [["hydrated", "en"], ["thick", "ar"]] as [Mode, Lang][]) {
  test(`a subscribed browser gets notifications about its order, ${mode}, in ${lang}`, async ({ page, request, context, servery }) => {
    test.setTimeout(60_000);
    const service = await PushService.start();
    await useSubscription(service, page);
    await context.grantPermissions(["notifications"], { origin: servery.url });
    const token = await placeOrder(page, request, mode, lang);
    await enableButton(page, lang).click();
    await expect(page.getByText(texts[lang]["order.told"])).toBeVisible();
    await expect(disableButton(page, lang)).toBeFocused();
    await page.reload();
    await expect(disableButton(page, lang)).toBeVisible();

    await signInAsKitchen(servery, request, DINER);
    const number = await prepareOrder(request, token);
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
      // A later notification replaces the earlier one.
      await expect.poll(shown).toEqual([JSON.parse(notice)]);
    }

    // A test cannot click a notification, so the worker's handler is called, and the calls that only a click allows are recorded.
    const worker = context.serviceWorkers()[0];
    const actions = await worker.evaluate(async () => {
      const actions: string[] = [];
      type Client = { url: string; focus(): Promise<Client> };
      const scope = self as unknown as {
        registration: ServiceWorkerRegistration;
        openNotification(notification: Notification): Promise<void>;
        clients: { openWindow(path: string): Promise<Client | null> };
        WindowClient: { prototype: Client };
      };
      scope.clients.openWindow = async (path) => (actions.push(`opened ${path}`), null);
      scope.WindowClient.prototype.focus = async function () { actions.push(`focused ${new URL(this.url).pathname}`); return this; };
      const [notification] = await scope.registration.getNotifications();
      await scope.openNotification(notification);
      await scope.openNotification({ close() {}, data: "/orders/another" } as unknown as Notification);
      return actions;
    });
    expect(actions).toEqual([`focused /orders/${token}`, "opened /orders/another"]);
    await expect.poll(shown).toEqual([]);
    await service.close();
  });
}

test("after unsubscribing there are no notifications", async ({ page, request, context, servery }) => {
  const service = await PushService.start();
  await useSubscription(service, page);
  await context.grantPermissions(["notifications"], { origin: servery.url });
  const token = await placeOrder(page, request, "hydrated");
  await enableButton(page).click();
  await disableButton(page).click();
  await expect(enableButton(page)).toBeFocused();
  await expect(page.getByText(words["order.told"])).toBeHidden();
  await page.reload();
  await expect(enableButton(page)).toBeVisible();
  await signInAsKitchen(servery, request, DINER);
  await prepareOrder(request, token);
  await expect(page.locator(".state")).toHaveText(words["state.ready"]);
  expect(service.notices).toEqual([]);
  await service.close();
});

test("permission is requested only after a click", async ({ page, request }) => {
  await setPermission(page, "prompt");
  await page.addInitScript(() => {
    Object.assign(window, { asked: 0 });
    Notification.requestPermission = async () => ((window as unknown as { asked: number }).asked++, "default");
  });
  await placeOrder(page, request, "hydrated");
  await expect(enableButton(page)).toBeVisible();
  const asked = () => page.evaluate(() => (window as unknown as { asked: number }).asked);
  expect(await asked()).toBe(0);
  await enableButton(page).click();
  await expect.poll(asked).toBe(1);
  await expect(enableButton(page), "the prompt was dismissed").toBeVisible();
});

test("blocked notifications: the page says how to allow them", async ({ page, request }) => {
  await setPermission(page, "denied");
  await placeOrder(page, request, "hydrated");
  await page.locator(".tell summary", { hasText: words["order.tell"] }).click();
  await expect(page.getByText(words["order.tell-blocked"])).toBeVisible();
  await expect(enableButton(page)).toHaveCount(0);
});

test("without a push service the failure is shown", async ({ page, request, context, servery }) => {
  await page.addInitScript(() => {
    PushManager.prototype.subscribe = () => Promise.reject(new DOMException("Registration failed - push service not available", "AbortError"));
  });
  await context.grantPermissions(["notifications"], { origin: servery.url });
  await placeOrder(page, request, "hydrated");
  await enableButton(page).click();
  await expect(page.getByText(words["order.tell-failed"])).toBeVisible();
  await expect(enableButton(page)).toBeFocused();
});

test("notifications are not offered on thin pages, for finished orders, or without PushManager", async ({ page, request, context, servery }) => {
  await placeOrder(page, request, "thin");
  await expect(page.locator(".tell")).toHaveCount(0);
  await context.grantPermissions(["notifications"], { origin: servery.url });
  await page.goto(`${page.url().split("?")[0]}?render=hydrated`);
  await expect(enableButton(page)).toBeVisible();
  await page.getByRole("button", { name: words["order.cancel"] }).click();
  await expect(page.locator(".state")).toHaveText(words["state.cancelled"]);
  await expect(enableButton(page)).toHaveCount(0);
  await page.addInitScript(() => Reflect.deleteProperty(window, "PushManager"));
  await placeOrder(page, request, "hydrated");
  await expect(page.locator(".tell")).toBeEmpty();
});
