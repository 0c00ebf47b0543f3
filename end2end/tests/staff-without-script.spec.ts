// A kitchen screen whose browser runs no script.

import { expectAccessible } from "../axe";
import { expect, LANGS, test as base } from "../servery";
import { pairingCode, DEVICE, id, ApiDevice, words } from "../devices";
import { cleanUp } from "../till";

const test = base.extend<{ till: ApiDevice }>({
  till: async ({ servery }, use) => {
    const till = await ApiDevice.pair(servery);
    await use(till);
    await till.end();
  },
});

test.beforeEach(async ({ servery }) => cleanUp(servery));

test.beforeEach(({ complaints }) => complaints.expectNoScripts());

/** A ticket of two dishes. */
async function order(till: ApiDevice, note = "no salt") {
  const [bill, soup, stew] = [id(), id(), id()];
  const add = (line: string, name: string, note = "") => ({ add: { bill, line: { id: line, dish: id(), name, price: 500, taxed: [[70_000, 500]], count: 2, note } } });
  const news = [soup, stew].map((line) => ({ line, count: 2 }));
  await till.sync({ open: { bill, seat: "counter" } }, add(soup, "Soup", note), add(stew, "Stew"), { send: { bill, ticket: id(), changes: news } });
}

test("a kitchen screen without JavaScript is paired, bumps and recalls tickets, and signs out", async ({ browser, complaints, servery, till }) => {
  test.slow();
  const context = await browser.newContext({ baseURL: servery.url, javaScriptEnabled: false });
  const page = await context.newPage();
  complaints.watch(page);
  await page.goto(DEVICE);
  await expect(page.locator("html")).toHaveAttribute("data-mode", "thin");
  await page.getByLabel(words["device.code"]).fill("ABCD-EFGH");
  await page.getByRole("button", { name: words["device.pair"] }).click();
  await expect(page.getByRole("alert")).toHaveText(words["device.code-wrong"]);
  await page.getByLabel(words["device.code"]).fill((await pairingCode(servery, "kitchen", "Pass")).toLowerCase());
  await page.getByRole("button", { name: words["device.pair"] }).click();
  await expect(page.locator(".health")).toContainText("Pass");
  await page.locator("main").getByRole("link", { name: words["kitchen.title"] }).click();
  await expect(page.locator("main")).toContainText(words["kitchen.nothing"]);

  // A note that is unique, so that the ticket is found among others.
  const note = `no salt, ${id().slice(0, 6)}`;
  await order(till, note);
  const ticket = page.locator(".kitchen-ticket", { hasText: note });
  // The page reloads itself.
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

test("thin staff pages fit a phone, and axe finds no violations", async ({ page, servery, till }) => {
  const device = { code: await pairingCode(servery, "kitchen", "Pass"), device: id() };
  await order(till);
  await page.setViewportSize({ width: 360, height: 740 });
  const looks = async (path: string) => {
    for (const lang of LANGS) {
      await page.goto(`${path}?render=thin&lang=${lang}`);
      await expect(page.getByRole("heading", { level: 1 })).toBeAttached();
      expect(await page.evaluate(() => document.documentElement.scrollWidth), "nothing is wider than the screen").toBe(360);
      // A thin kitchen screen reloads itself on purpose.
      await expectAccessible(page, { without: ["meta-refresh"] });
    }
  };
  await looks(DEVICE);
  expect((await page.request.post("/api/v1/devices", { data: device })).status()).toBe(201);
  await looks(DEVICE);
  await looks(`${DEVICE}/kitchen`);
});
