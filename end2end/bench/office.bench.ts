// What the office costs in the browser of a slow phone. Each figure is one line: `bench NAME VALUE UNIT`.

import { part, say } from "./figures";
import { signInToBoard } from "../board";
import { appReady, expect, test, type Servery } from "../servery";
import type { Browser } from "@playwright/test";

/** The one with 500 dishes. */
const SLUG = "jade-lantern";
const OPENINGS = 5;
const KEYS = 60;
/** The client is a phone, whose processor is slower than that of the machine that runs this. */
const SLOWER = 4;

async function phone(browser: Browser, servery: Servery) {
  const context = await browser.newContext({ baseURL: servery.url, viewport: { width: 360, height: 780 } });
  const page = await context.newPage();
  await signInToBoard(page, servery, "owner", SLUG);
  const devtools = await context.newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  return { context, page };
}

test("opening the editor of 500 dishes", async ({ browser, servery, complaints }) => {
  complaints.expect(/./);
  const { context, page } = await phone(browser, servery);
  const [shown, loaded]: [number[], number[]] = [[], []];
  for (let opening = 0; opening <= OPENINGS; opening++) {
    await page.goto(`/office/${SLUG}`);
    const times = await page.evaluate(() => ({
      shown: performance.getEntriesByName("first-contentful-paint")[0].startTime,
      loaded: (performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming).loadEventEnd,
    }));
    // The first one fetches style and script.
    if (opening > 0) shown.push(times.shown), loaded.push(times.loaded);
  }
  expect(await page.locator(".category li").count()).toBeGreaterThanOrEqual(500);
  say("office_editor_shown", part(shown, 0.5), "ms", ` (slowest of ${OPENINGS}: ${Math.round(Math.max(...shown))}; 500 dishes, CPU ${SLOWER} times slower)`);
  say("office_editor_loaded", part(loaded, 0.5), "ms", ` (slowest of ${OPENINGS}: ${Math.round(Math.max(...loaded))}; all of it, and every button works)`);
  await context.close();
});

test("from a keystroke to its paint in the form of a dish", async ({ browser, servery, complaints }) => {
  complaints.expect(/./);
  const { context, page } = await phone(browser, servery);
  await page.goto(`/office/${SLUG}`);
  await page.locator(".category li a.name").first().click();
  await appReady(page);
  const name = page.locator("form [name=name]");
  await name.focus();
  await page.evaluate(() => {
    const times: number[] = [];
    Object.assign(window, { times });
    // After the frame that shows it.
    document.addEventListener("input", (event) => requestAnimationFrame(() => setTimeout(() => times.push(performance.now() - event.timeStamp))), true);
  });
  for (let key = 0; key < KEYS; key++) {
    await page.keyboard.press("abcdefgh"[key % 8]);
    await page.waitForFunction((count) => (window as unknown as { times: number[] }).times.length > count, key);
  }
  const times = await page.evaluate(() => (window as unknown as { times: number[] }).times);
  say("office_keystroke_to_paint_p95", part(times, 0.95), "ms", ` (p50 ${Math.round(part(times, 0.5))}, CPU ${SLOWER} times slower)`);
  await context.close();
});
