// An old screen in the kitchen: its browser runs no script.

import { AxeBuilder } from "@axe-core/playwright";
import { expect, LANGS, test as base } from "../servery";
import { code, DEVICE, id, Other, words } from "../devices";
import { tidy } from "../till";

const test = base.extend<{ till: Other }>({
  till: async ({ servery }, use) => {
    const till = await Other.letIn(servery);
    await use(till);
    await till.end();
  },
});

test.beforeEach(async ({ servery }) => tidy(servery));

test.beforeEach(({ complaints }) => {
  // With scripts off, Chromium says of the one that a page would preload that it may not.
  complaints.expect(/^request: .*\.js csp$/);
});

/** A ticket of two dishes. */
async function order(till: Other, note = "no salt") {
  const [bill, soup, stew] = [id(), id(), id()];
  const add = (line: string, name: string, note = "") => ({ add: { bill, line: { id: line, dish: id(), name, price: 500, taxed: [[70_000, 500]], count: 2, note } } });
  const news = [soup, stew].map((line) => ({ line, count: 2 }));
  await till.sync({ open: { bill, seat: "counter" } }, add(soup, "Soup", note), add(stew, "Stew"), { send: { bill, ticket: id(), changes: news } });
}

test("a kitchen without a script is let in by a code, bumps and calls back by buttons, and is signed out", async ({ browser, complaints, servery, till }) => {
  test.slow();
  const context = await browser.newContext({ baseURL: servery.url, javaScriptEnabled: false });
  const page = await context.newPage();
  complaints.hear(page);
  await page.goto(DEVICE);
  await expect(page.locator("html")).toHaveAttribute("data-mode", "thin");
  await page.getByLabel(words["device.code"]).fill("ABCD-EFGH");
  await page.getByRole("button", { name: words["device.pair"] }).click();
  await expect(page.getByRole("alert")).toHaveText(words["device.code-wrong"]);
  await page.getByLabel(words["device.code"]).fill((await code(servery, "kitchen", "Pass")).toLowerCase());
  await page.getByRole("button", { name: words["device.pair"] }).click();
  await expect(page.locator(".health")).toContainText("Pass");
  await page.locator("main").getByRole("link", { name: words["kitchen.title"] }).click();
  await expect(page.locator("main")).toContainText(words["kitchen.nothing"]);

  // Whatever else is called back, it is this one.
  const note = `no salt, ${id().slice(0, 6)}`;
  await order(till, note);
  const ticket = page.locator(".kitchen-ticket", { hasText: note });
  // It looks by itself.
  await expect(ticket).toHaveCount(1, { timeout: 25_000 });
  await ticket.getByRole("button", { name: "Soup" }).click();
  await expect(ticket.getByRole("button", { name: "Soup" })).toHaveAttribute("aria-pressed", "true");
  await ticket.getByRole("button", { name: words["kitchen.bump"], exact: true }).click();
  await expect(ticket).toHaveCount(0);
  await page.getByRole("link", { name: words["kitchen.done"], exact: true }).click();
  await ticket.getByRole("button", { name: words["kitchen.recall"] }).click();
  await expect(ticket).toHaveCount(0);
  await page.getByRole("link", { name: words["kitchen.all"], exact: true }).click();
  await expect(ticket).toHaveCount(1);

  await page.getByRole("link", { name: words["device.title"] }).click();
  await page.getByRole("button", { name: words["device.sign-out"] }).click();
  await expect(page.getByLabel(words["device.code"])).toBeVisible();
  expect((await page.request.get("/api/v1/device")).status()).toBe(401);
  await context.close();
});

test("its plain pages fit a phone and have nothing that axe finds", async ({ page, servery, till }) => {
  const device = { code: await code(servery, "kitchen", "Pass"), device: id() };
  await order(till);
  await page.setViewportSize({ width: 360, height: 740 });
  const looks = async (path: string) => {
    for (const lang of LANGS) {
      await page.goto(`${path}?render=thin&lang=${lang}`);
      await expect(page.getByRole("heading", { level: 1 })).toBeAttached();
      expect(await page.evaluate(() => document.documentElement.scrollWidth), "nothing is wider than the screen").toBe(360);
      // A kitchen that does not look again by itself would be no use.
      expect((await new AxeBuilder({ page }).disableRules("meta-refresh").analyze()).violations).toEqual([]);
    }
  };
  await looks(DEVICE);
  expect((await page.request.post("/api/v1/devices", { data: device })).status()).toBe(201);
  await looks(DEVICE);
  await looks(`${DEVICE}/kitchen`);
});
