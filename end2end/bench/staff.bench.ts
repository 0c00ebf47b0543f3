// What the staff app costs in a browser. Each figure is one line: `bench NAME VALUE UNIT`.

import { part, say } from "./figures";
import { readFile } from "node:fs/promises";
import { request, type Browser, type BrowserContext, type Page } from "@playwright/test";
import { expect, test, type Servery } from "../servery";
import { id, words } from "../devices";
import { Till, staffText } from "../till";

/** The one with 500 dishes. */
const SLUG = "jade-lantern";
const LINES = 50;
const TAPS = 100;
const ORDERS = 1_000;
const STARTS = 7;

async function pairingCode(servery: Servery, name: string) {
  const said = await servery.cli("staff", "pair", "--restaurant", SLUG, "--kind", "till", "--name", name);
  return said.match(/[A-Z0-9]{4}-[A-Z0-9]{4}/)![0];
}

async function till(browser: Browser, servery: Servery): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ baseURL: servery.url, viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(`/staff/${SLUG}`);
  await page.getByLabel(words["device.code"]).fill(await pairingCode(servery, "Bench till"));
  await page.getByRole("button", { name: words["device.pair"] }).click();
  await expect(page.locator(".health")).toContainText("Bench till");
  await page.waitForFunction(async () => {
    const files = (await caches.keys()).find((name) => name.startsWith("files-"));
    const staff = files && (await (await caches.open(files)).keys()).filter((file) => /\/(assets|shell)\/staff/.test(file.url));
    return (staff ? staff.length : 0) >= 9 && !!navigator.serviceWorker.controller;
  });
  return { context, page };
}

/** As another till's, so that there is much on this one. */
async function fill(servery: Servery, actions: object[]) {
  const api = await request.newContext({ baseURL: servery.url });
  const device = id();
  const paired = await api.post("/api/v1/devices", { data: { code: await pairingCode(servery, "Other till"), device } });
  expect(paired.status(), await paired.text()).toBe(201);
  for (let from = 0; from < actions.length; from += 200) {
    const at = Math.floor(Date.now() / 1000);
    const ops = actions.slice(from, from + 200).map((action, index) => ({ id: id(), device, n: from + index + 1, op_version: 1, at, action }));
    const answer = await api.post(`/api/v1/restaurants/${SLUG}/sync`, { data: { device, since: 1, ops } });
    expect(answer.status(), await answer.text()).toBe(200);
  }
  await api.dispose();
}

const open = (bill: string) => ({ open: { bill, seat: "counter" } });
const add = (bill: string, number: number) => ({
  add: { bill, line: { id: id(), dish: id(), name: `Dish ${number}`, price: 895, taxed: [[200_000, 895]], count: 1 } },
});

/** Milliseconds from a tap until what it did is painted. */
async function tapped(page: Page, selector: string, index: number): Promise<number> {
  return page.evaluate(
    ([selector, index]) =>
      new Promise<number>((resolve) => {
        const lines = document.querySelector(".bill .lines")!;
        const start = performance.now();
        const watch = new MutationObserver(() => {
          watch.disconnect();
          // After the frame that shows it.
          requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
        });
        watch.observe(lines, { childList: true, subtree: true, characterData: true });
        document.querySelectorAll<HTMLElement>(selector as string)[index as number].click();
      }),
    [selector, index] as const,
  );
}

test.afterEach(async ({ servery }) => servery.start());

test("from a cold start without a network to the first tap", async ({ browser, servery, complaints }) => {
  complaints.expect(/./);
  const { context, page } = await till(browser, servery);
  await page.goto(`/staff/${SLUG}/till`);
  await expect(page.locator("article.till")).toBeVisible();
  await page.close();
  await servery.stop();
  const starts: number[] = [];
  for (let start = 0; start < STARTS; start++) {
    const cold = await context.newPage();
    await cold.goto(`/staff/${SLUG}/till`, { waitUntil: "commit" });
    const ready = await cold.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const look = () => {
            const key = document.querySelector<HTMLElement>(".bills .new button");
            if (!key) return requestAnimationFrame(look);
            key.click();
            const shown = () => (document.querySelector(".bill h2") ? resolve(performance.now()) : requestAnimationFrame(shown));
            shown();
          };
          look();
        }),
    );
    starts.push(ready);
    await cold.close();
  }
  say("staff_cold_start", part(starts, 0.5), "ms", ` (slowest of ${STARTS}: ${Math.round(Math.max(...starts))})`);
  await context.close();
});

test("from a tap to its paint on a slow device, with a long bill", async ({ browser, servery, complaints }) => {
  complaints.expect(/./);
  const { context, page } = await till(browser, servery);
  const bill = id();
  await fill(servery, [open(bill), ...Array.from({ length: LINES }, (_, number) => add(bill, number))]);
  const at = new Till(page);
  await page.goto(`/staff/${SLUG}/till`);
  await page.locator("nav.bills > ol:not([class]) button").first().click();
  await expect(at.lines).toHaveCount(LINES);
  const devtools = await context.newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  const times: number[] = [];
  for (let tap = 0; tap < TAPS; tap++) times.push(await tapped(page, ".bill .lines .step", (tap * 2 + 1) % (LINES * 2)));
  say("staff_tap_to_paint_p95", part(times, 0.95), "ms", ` (p50 ${Math.round(part(times, 0.5))}, 500 dishes, ${LINES} lines, CPU 4 times slower)`);
  await context.close();
});

test("memory after a thousand orders", async ({ browser, servery, complaints }) => {
  complaints.expect(/./);
  const { context, page } = await till(browser, servery);
  const shift = id();
  const orders = Array.from({ length: ORDERS }, (_, number) => {
    const bill = id();
    const tender = { id: id(), method: "cash", amount: 4 * 895 };
    return [open(bill), ...Array.from({ length: 4 }, (_, dish) => add(bill, number + dish)), { pay: { bill, shift, tender } }];
  });
  const used = async () => {
    const devtools = await (await context.newPage()).context().browser()!.newBrowserCDPSession();
    const { processInfo } = await devtools.send("SystemInfo.getProcessInfo");
    const sizes = await Promise.all(
      processInfo.filter((process) => process.type === "renderer").map(async (process) => Number((await readFile(`/proc/${process.id}/status`, "utf8")).match(/VmRSS:\s+(\d+)/)![1])),
    );
    return Math.max(...sizes) * 1024;
  };
  await page.goto(`/staff/${SLUG}/till`);
  await expect(page.locator("article.till")).toBeVisible();
  const before = await used();
  await fill(servery, [{ open_shift: { shift, float: 0 } }, ...orders.flat()]);
  await expect(page.locator(".bar .unsynced")).toHaveText(staffText("unsynced.none"));
  await page.reload();
  await expect(page.locator("article.till")).toBeVisible();
  await page.waitForFunction(
    (orders) =>
      new Promise((resolve) => {
        const open = indexedDB.open("staff");
        open.onsuccess = () => {
          const count = open.result.transaction("records").objectStore("records").count();
          count.onsuccess = () => (open.result.close(), resolve(count.result >= orders));
        };
      }),
    ORDERS,
    { timeout: 60_000 },
  );
  const after = await used();
  say("staff_memory_after_1000_orders", after / 1e6, "MB", ` (before: ${Math.round(before / 1e6)})`);
  await context.close();
});
