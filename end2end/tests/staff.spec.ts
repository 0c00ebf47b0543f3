// The staff app when the network, the server or the browser goes away.

import { AxeBuilder } from "@axe-core/playwright";
import { readFile } from "node:fs/promises";
import { DOWN, DROPPED, expect, LANGS, OFFLINE, test as base } from "../servery";
import { code, DEVICE, DINER, id, letIn, LINE, line, listen, manager, OPENING, Other, putOnDisk, refused, SYNC, unsynced, words } from "../devices";

const test = base.extend<{ other: Other }>({
  other: async ({ servery }, use) => {
    const other = await Other.letIn(servery);
    await use(other);
    // What a test leaves behind is not the next one's.
    await servery.start();
    for (const { op } of (await other.records("refused_op")) as { op: { id: string } }[]) await other.sync({ dismiss: { op: op.id } });
    await other.end();
  },
});

// A worker's tests share its server.
test.describe.configure({ mode: "default" });

test.afterEach(async ({ servery }) => servery.start());

test("it opens without a server, also on a page that was never opened before", async ({ page, servery, context }) => {
  await letIn(page, servery);
  await page.close();
  await servery.stop();
  for (const [path, title] of [["/till", "till.title"], ["/floor", "floor.title"], ["", "device.title"]]) {
    const opened = await context.newPage();
    await opened.goto(`${DEVICE}${path}`);
    await expect(opened.getByRole("heading", { level: 1 })).toHaveText(words[title]);
    await expect(line(opened)).toContainText(words["line.offline"]);
    await expect(unsynced(opened)).toHaveText(words["unsynced.none"]);
    await opened.close();
  }
});

test("case_odoo_267799: what was done without a network outlives the page that is closed right after", async ({ page, servery, context, other, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...LINE);
  await letIn(page, servery);
  await other.refusals(2);
  await expect(refused(page)).toHaveCount(2);
  await context.setOffline(true);
  await refused(page).first().getByRole("button").click();
  await expect(refused(page)).toHaveCount(1);
  await page.close({ runBeforeUnload: false });
  const again = await context.newPage();
  await again.goto(DEVICE);
  await expect(unsynced(again)).toContainText("1");
  await expect(refused(again)).toHaveCount(1);
  await context.setOffline(false);
  await expect(unsynced(again)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  expect(await other.records("refused_op")).toHaveLength(1);
});

test("case_odoo_152259: two tabs are one device, and nothing is sent twice under two numbers", async ({ page, servery, context, other, complaints }) => {
  complaints.expectNoAnswer(DOWN, ...LINE);
  const sent = listen(context);
  await letIn(page, servery);
  const second = await context.newPage();
  await second.goto(DEVICE);
  await other.refusals(6);
  await expect(refused(page)).toHaveCount(6);
  await expect(refused(second)).toHaveCount(6);
  await servery.stop();
  await expect(line(second)).toContainText(words["line.offline"], { timeout: 15_000 });
  await Promise.all([refused(page).nth(0).getByRole("button").click(), refused(second).nth(5).getByRole("button").click()]);
  await expect(refused(page)).toHaveCount(4);
  await expect(refused(second)).toHaveCount(4);
  for (const tab of [page, second]) await expect(unsynced(tab)).toContainText("2");
  await servery.start();
  for (const tab of [page, second]) await expect(unsynced(tab)).toHaveText(words["unsynced.none"], { timeout: 15_000 });
  expect(await other.records("refused_op")).toHaveLength(4);
  const numbers = new Map(sent.map((op) => [op.id, op.n]));
  expect([...numbers.values()].sort()).toEqual([1, 2]);
  // The one that leads is closed: the other goes on.
  await page.close();
  await refused(second).first().getByRole("button").click();
  await expect.poll(async () => (await other.records("refused_op")).length, { timeout: 15_000 }).toBe(3);
  await expect(unsynced(second)).toHaveText(words["unsynced.none"]);
});

test("case_odoo_261096: a line that is lost in the middle leaves the rest waiting, and says so", async ({ page, servery, context, other, complaints }) => {
  complaints.expectNoAnswer(DROPPED, SYNC);
  const dish = id();
  await letIn(page, servery);
  await putOnDisk(page, Array.from({ length: 500 }, (_, left) => ({ stock: { dish, left } })));
  let batches = 0;
  await context.route("**/sync", async (route) => {
    batches += 1;
    if (batches === 1) return route.continue();
    // The server has it, and its answer gets lost.
    if (batches === 2) await route.fetch();
    await route.abort();
  });
  await page.reload();
  await expect(unsynced(page)).toContainText("300");
  await expect(line(page)).toContainText(words["line.offline"]);
  expect(await other.records("stock")).toContainEqual({ dish, left: 399 });
  await context.unroute("**/sync");
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 15_000 });
  expect(await other.records("stock")).toContainEqual({ dish, left: 499 });
  expect(await other.records("refused_op")).toEqual([]);
});

test("case_odoo_203431: ten thousand go out in order within a minute, and the page can be used meanwhile", async ({ page, servery, context, other, complaints }) => {
  complaints.expectNoAnswer(DOWN, ...OPENING, ...LINE);
  test.setTimeout(150_000);
  const dishes = Array.from({ length: 50 }, id);
  await letIn(page, servery);
  await servery.stop();
  await putOnDisk(page, Array.from({ length: 10_000 }, (_, n) => ({ stock: { dish: dishes[n % 50], left: n } })));
  await page.reload();
  await expect(unsynced(page)).toContainText("10,000");
  const sent = listen(context);
  await servery.start();
  const began = Date.now();
  await expect(unsynced(page)).not.toContainText("10,000", { timeout: 20_000 });
  // Whoever touches it is answered while it goes on.
  await page.getByRole("button", { name: words["device.bright"] }).click({ timeout: 1_000 });
  await expect(page.locator("html")).toHaveAttribute("data-ground", "bright", { timeout: 1_000 });
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 60_000 });
  expect(Date.now() - began).toBeLessThan(60_000);
  const numbers = [...new Set(sent.map((op) => op.n))];
  expect(numbers).toEqual(Array.from({ length: 10_000 }, (_, at) => at + 1));
  const left = new Map((await other.records("stock")).map((stock) => [stock.dish, stock.left]));
  expect(dishes.map((dish) => left.get(dish))).toEqual(dishes.map((_, at) => 9_950 + at));
});

/** A bill of one soup, and the drawer that it is paid into. */
function soup() {
  const [bill, shift] = [id(), id()];
  const line = { id: id(), dish: id(), name: "Soup", price: 500, taxed: [[70_000, 500]], count: 1 };
  const pay = (into = shift) => ({ pay: { bill, shift: into, tender: { id: id(), method: "cash", amount: 500 } } });
  return { bill, shift, pay, begin: [{ open_shift: { shift, float: 10_000 } }, { open: { bill, seat: "counter" } }, { add: { bill, line } }] };
}

test("money that two tills took for one bill, one of them without a network, is both in the books", async ({ page, servery, context, other, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...OPENING, ...LINE);
  const { bill, shift, pay, begin } = soup();
  await letIn(page, servery);
  await putOnDisk(page, begin);
  await page.reload();
  await expect.poll(async () => (await other.records("bill")).some((known) => known.id === bill)).toBe(true);
  await context.setOffline(true);
  const paid = pay();
  await putOnDisk(page, [paid]);
  await page.goto(DEVICE);
  await expect(unsynced(page)).toContainText("1");
  const elsewhere = id();
  const theirs = pay(elsewhere);
  await other.sync({ open_shift: { shift: elsewhere, float: 0 } }, theirs, { close: { bill } });
  await context.setOffline(false);
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  const known = (await other.records("bill")).find((known) => known.id === bill) as unknown as { payments: { tender: { id: string }; shift: string }[] };
  expect(known.payments.map(({ tender, shift }) => [tender.id, shift])).toEqual([[theirs.pay.tender.id, elsewhere], [paid.pay.tender.id, shift]]);
  expect(await other.records("refused_op")).toEqual([]);
});

test("money from a disk that slept while its shift was closed is taken down", async ({ page, servery, context, other, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...OPENING, ...LINE);
  const { bill, shift, pay, begin } = soup();
  await letIn(page, servery);
  await putOnDisk(page, begin);
  await page.reload();
  await expect.poll(async () => (await other.records("shift")).some((known) => known.id === shift)).toBe(true);
  await context.setOffline(true);
  await putOnDisk(page, [pay()]);
  await page.goto(DEVICE);
  await expect(unsynced(page)).toContainText("1");
  await other.sync({ close_shift: { shift, counted: 10_000 } });
  await context.setOffline(false);
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  const known = (await other.records("bill")).find((known) => known.id === bill) as unknown as { payments: { shift: string }[] };
  expect(known.payments.map((payment) => payment.shift)).toEqual([shift]);
  expect(await other.records("refused_op")).toEqual([]);
});

for (const answer of [true, false]) {
  test(`case_odoo_284784: it asks to keep its storage, says that the answer was ${answer ? "yes" : "no"}, and always shows what waits`, async ({ page, servery }) => {
    await page.addInitScript((answer) => {
      const asked = () => ((window as unknown as { asked: boolean }).asked = true);
      navigator.storage.persisted = async () => false;
      navigator.storage.persist = async () => (asked(), answer);
    }, answer);
    await letIn(page, servery);
    await expect(page.locator(".storage")).toContainText(words[answer ? "device.storage-kept" : "device.storage-not"]);
    await expect(page.locator(".storage")).toContainText("MB");
    expect(await page.evaluate(() => (window as unknown as { asked?: boolean }).asked)).toBe(true);
    for (const path of ["", "/till", "/floor", "/kitchen", "/runs"]) {
      await page.goto(`${DEVICE}${path}`);
      await expect(unsynced(page)).toBeVisible();
    }
  });
}

test("a wrong code is refused in words, and the right one is taken as people type it", async ({ page, servery, complaints }) => {
  complaints.expectStatus(422, "/api/v1/devices");
  await page.goto(DEVICE);
  const [field, button] = [page.getByLabel(words["device.code"]), page.getByRole("button", { name: words["device.pair"] })];
  await field.fill("WRNG-CDE2");
  await button.click();
  await expect(page.getByRole("alert")).toHaveText(words["device.code-wrong"]);
  await field.fill((await code(servery, "kitchen", "Pass")).toLowerCase().replace("-", " "));
  await button.click();
  await expect(page.locator(".health")).toContainText("Pass");
  await expect(page.locator(".bar nav a")).toHaveText([words["kitchen.title"], words["device.title"]]);
});

test("a browser that is no device says so on every screen, and where to go", async ({ page }) => {
  for (const path of ["/till", "/floor", "/kitchen", "/runs"]) {
    await page.goto(`${DEVICE}${path}`);
    const notice = page.locator(".notice");
    await expect(notice).toContainText(words["device.unpaired"]);
    await expect(notice.getByRole("link")).toHaveAttribute("href", DEVICE);
  }
});

test("a browser that keeps nothing says that it cannot be a device", async ({ page }) => {
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("not here", "SecurityError");
    };
  });
  await page.goto(DEVICE);
  await expect(page.getByRole("alert")).toContainText(words["device.no-storage"]);
  await expect(page.getByLabel(words["device.code"])).toHaveCount(0);
});

test("a device that is signed out by somebody keeps what it has, and sends it when it is let in again", async ({ page, servery, context, other, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...LINE);
  complaints.expectStatus(403, ...LINE);
  await letIn(page, servery, "till", "Lost till");
  await other.refusals(1);
  await expect(refused(page)).toHaveCount(1);
  await context.setOffline(true);
  await refused(page).first().getByRole("button").click();
  await expect(unsynced(page)).toContainText("1");
  const owner = await manager(servery);
  const { devices }: { devices: { id: string; name: string }[] } = await (await owner.get(`/api/v1/restaurants/${DINER}/devices`)).json();
  const lost = devices.find((device) => device.name === "Lost till")!;
  expect((await owner.delete(`/api/v1/restaurants/${DINER}/devices/${lost.id}`)).status()).toBe(204);
  await context.setOffline(false);
  await expect(page.getByText(words["device.revoked"])).toBeVisible({ timeout: 15_000 });
  await expect(unsynced(page)).toContainText("1");
  await page.getByLabel(words["device.code"]).fill(await code(servery, "till", "Found till"));
  await page.getByRole("button", { name: words["device.pair"] }).click();
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 15_000 });
  expect(await other.records("refused_op")).toEqual([]);
});

test("signing out waits for what is unsent; without a network it is handed over as a file first", async ({ page, servery, context, other, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, "/api/v1/device", ...LINE);
  await letIn(page, servery);
  await other.refusals(1);
  await expect(refused(page)).toHaveCount(1);
  await context.setOffline(true);
  await refused(page).first().getByRole("button").click();
  await expect(unsynced(page)).toContainText("1");
  await page.getByRole("button", { name: words["device.sign-out"] }).click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: words["device.hand-over"] }).click()]);
  const requests = JSON.parse(await readFile(await file.path(), "utf8"));
  expect(requests).toHaveLength(1);
  expect(requests[0].ops.map((op: { action: object }) => Object.keys(op.action))).toEqual([["dismiss"]]);
  await page.getByRole("button", { name: words["device.sign-out-anyway"] }).click();
  await expect(page.getByLabel(words["device.code"])).toBeVisible({ timeout: 15_000 });
  expect(await page.evaluate(() => caches.has("answers-v1"))).toBe(false);
});

test("signing out with a network sends first and leaves nothing", async ({ page, servery, context, other, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...LINE);
  await letIn(page, servery);
  await other.refusals(1);
  await expect(refused(page)).toHaveCount(1);
  await context.setOffline(true);
  await refused(page).first().getByRole("button").click();
  await page.getByRole("button", { name: words["device.sign-out"] }).click();
  await context.setOffline(false);
  await expect(page.getByLabel(words["device.code"])).toBeVisible({ timeout: 15_000 });
  expect(await other.records("refused_op")).toEqual([]);
  expect((await page.request.get("/api/v1/device")).status()).toBe(401);
});

test("a browser without a script is led to the board, and may be let in on the device's page", async ({ browser, servery }) => {
  const context = await browser.newContext({ baseURL: servery.url, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${DEVICE}/till`);
  await expect(page).toHaveURL(new RegExp(`/board/${DINER}`));
  await page.goto(DEVICE);
  await expect(page.getByLabel(words["device.code"])).toBeVisible();
  await context.close();
});

for (const lang of LANGS) {
  test(`its pages fit a phone and have nothing that axe finds, in ${lang}`, async ({ page, servery }) => {
    test.slow();
    await letIn(page, servery);
    await page.setViewportSize({ width: 360, height: 740 });
    for (const path of ["", "/till"]) {
      await page.goto(`${DEVICE}${path}?lang=${lang}`);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(line(page)).toBeVisible();
      expect(await page.evaluate(() => document.documentElement.scrollWidth), "nothing is wider than the screen").toBe(360);
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    }
  });
}
