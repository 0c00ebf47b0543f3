// The till and the kitchen as people use them, with and without a network.

import { AxeBuilder } from "@axe-core/playwright";
import { DOWN, expect, OFFLINE, test } from "../servery";
import { letIn, LINE, line, OPENING, Other, unsynced, words } from "../devices";
import { inAnotherSecond, KITCHEN, tidy, Till, word } from "../till";

test.describe.configure({ mode: "default" });

test.beforeEach(async ({ servery }) => tidy(servery));

test.afterEach(async ({ servery }) => {
  await servery.start();
  await tidy(servery);
});

const DISH = "Onion Rings";
const DRINK = "Coleslaw";

async function till(page: import("@playwright/test").Page, servery: import("../servery").Servery, name = "Bar till") {
  await letIn(page, servery, "till", name);
  const till = new Till(page);
  await till.open();
  return till;
}

test("a sale without a network is rung up, sent, paid and printed, and is in the books when the network is back", async ({ page, servery, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...OPENING, ...LINE);
  const at = await till(page, servery);
  await at.openShift();
  await context.setOffline(true);
  await at.atCounter();
  await at.ring(DISH);
  await at.ring(DRINK);
  await at.send();
  const due = await at.due();
  await at.pay();
  await expect(at.sheet.locator(".slip")).toContainText(due);
  await at.next();
  await expect(unsynced(page)).not.toHaveText(words["unsynced.none"]);
  await context.setOffline(false);
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  const other = await Other.letIn(servery);
  expect(await other.records("refused_op")).toEqual([]);
  const paid = (await books(other)).bills.flatMap((bill) => bill.payments ?? []).map((payment) => payment.tender.amount);
  expect(paid).toContain(Math.round(Number(due.replace("$", "")) * 100));
  await other.end();
});

test("a dish begins a bill at the counter by itself, and a paid bill leaves the hand with its receipt", async ({ page, servery }) => {
  const at = await till(page, servery);
  await at.openShift();
  await at.ring(DRINK);
  await expect(at.bill.locator("h2")).toHaveText(word("seat.counter"));
  await at.pay();
  await page.keyboard.press("Escape");
  await expect(at.sheet).toHaveCount(0);
  await expect(at.bill.locator("h2")).toHaveCount(0);
});

test("whoever taps twice means it once", async ({ page, servery }) => {
  const at = await till(page, servery);
  await page.locator(".shift").getByRole("button", { name: word("shift.open") }).click();
  await at.sheet.getByLabel(word("shift.float")).fill("100");
  await at.sheet.locator("button.main").dblclick();
  await expect(at.sheet).toHaveCount(0);
  await expect(page.locator(".shift")).toContainText(word("report.x"));
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(page.locator("nav.bills > ol:not([class]) > li")).toHaveCount(0);
});

test("a till is started by its address alone while the server is gone", async ({ page, servery, context }) => {
  const at = await till(page, servery);
  await at.atCounter();
  await at.ring(DRINK);
  await page.close();
  await servery.stop();
  const again = new Till(await context.newPage());
  await again.open();
  await expect(line(again.page)).toContainText(words["line.offline"]);
  await again.page.locator("nav.bills > ol:not([class]) button").first().click();
  await expect(again.lines).toHaveCount(1);
});

test("case_odoo_267799: the page is killed the moment the receipt shows, and the payment is there", async ({ page, servery, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...OPENING, ...LINE);
  const at = await till(page, servery);
  await at.openShift();
  await at.atCounter();
  await at.ring(DRINK);
  await context.setOffline(true);
  await at.pay();
  const number = await at.sheet.locator(".slip header p").nth(1).innerText();
  await page.close({ runBeforeUnload: false });
  const again = new Till(await context.newPage());
  await again.open();
  // It is paid: no bill waits for it.
  await expect(again.page.locator("nav.bills > ol:not([class]) > li")).toHaveCount(0);
  await again.page.locator(".shift").getByRole("button", { name: word("report.x") }).click();
  const receipt = number.match(/-(\d+)/)?.[1];
  await expect(again.sheet.locator(".slip header")).toContainText(word("receipt.number", { number: receipt! }));
});

interface Books {
  bills: { id: string; closed?: boolean; lines?: { name: string }[]; payments?: { shift: string; tender: { amount: number } }[] }[];
  shifts: { id: string; till: string; closed?: object; taken?: { cash?: number } }[];
}

async function books(other: Other): Promise<Books> {
  return { bills: await other.records("bill"), shifts: await other.records("shift") } as unknown as Books;
}

test("case_odoo_288974: a bill that others know is paid while the server is down; the page is loaded anew and a peer syncs, and it is paid, once", async ({ page, servery, complaints }) => {
  complaints.expectNoAnswer(DOWN, ...OPENING, ...LINE);
  const at = await till(page, servery);
  const other = await Other.letIn(servery);
  await at.openShift();
  await at.atTable("Booth 1");
  await at.ring(DISH);
  await at.send();
  await expect(unsynced(page)).toHaveText(words["unsynced.none"]);
  const draft = (await books(other)).bills.find((bill) => !bill.closed && bill.lines?.some((line) => line.name === DISH))!;
  await servery.stop();
  await at.pay();
  await page.reload();
  await expect(page.locator("nav.bills > ol:not([class]) > li")).toHaveCount(0);
  await expect(unsynced(page)).toContainText("1");
  await servery.start();
  await other.sync({ name: { bill: draft.id, name: "red jacket" } }, { guests: { bill: draft.id, guests: 2 } });
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  const paid = (await books(other)).bills.find((bill) => bill.id === draft.id)!;
  expect(paid).toMatchObject({ closed: true, name: "red jacket" });
  expect(paid.payments).toHaveLength(1);
  await expect(page.locator("nav.bills > ol:not([class]) > li")).toHaveCount(0);
  await other.end();
});

test("case_odoo_182058: a till sells into a shift that was closed elsewhere: no other shift appears, and the cash is in it", async ({ page, servery, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...OPENING, ...LINE);
  const at = await till(page, servery);
  const other = await Other.letIn(servery);
  const before = (await books(other)).shifts.map((shift) => shift.id);
  await at.openShift();
  await expect(unsynced(page)).toHaveText(words["unsynced.none"]);
  const [shift] = (await books(other)).shifts.filter((shift) => !before.includes(shift.id));
  await context.setOffline(true);
  await other.sync({ close_shift: { shift: shift.id, counted: 10_000 } });
  await at.atCounter();
  await at.ring(DRINK);
  const due = Math.round(Number((await at.due()).replace("$", "")) * 100);
  await at.pay();
  await at.next();
  await context.setOffline(false);
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  await expect(page.locator(".shift.closed")).toContainText(word("shift.none"));
  const { bills, shifts } = await books(other);
  expect(shifts.filter((shift) => !before.includes(shift.id)).map(({ id, taken }) => [id, taken?.cash])).toEqual([[shift.id, due]]);
  expect(bills.flatMap((bill) => bill.payments ?? []).filter((payment) => payment.shift === shift.id).map((payment) => payment.tender.amount)).toEqual([due]);
  expect(await other.records("refused_op")).toEqual([]);
  await other.end();
});

test("case_odoo_138664, case_odoo_142467: two waiters offline at one table, and all of both is on one bill", async ({ page, servery, browser, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...OPENING, ...LINE);
  const ada = await till(page, servery, "Ada's till");
  const others = await browser.newContext({ baseURL: servery.url });
  const ben = await till(await others.newPage(), servery, "Ben's till");
  await context.setOffline(true);
  await others.setOffline(true);
  await ada.atTable("Booth 2");
  await ada.ring(DISH);
  await ben.atTable("Booth 2");
  await ben.ring(DRINK);
  await context.setOffline(false);
  await others.setOffline(false);
  for (const each of [ada, ben]) {
    await expect(unsynced(each.page)).toHaveText(words["unsynced.none"], { timeout: 15_000 });
    await expect(each.lines).toHaveCount(2);
    await expect(each.page.locator("nav.bills > ol:not([class]) > li")).toHaveCount(1);
  }
  expect(await ada.due()).toBe(await ben.due());
  await ada.openShift();
  await ada.pay();
  await expect(ben.page.locator("nav.bills > ol:not([class]) > li")).toHaveCount(0);
  await others.close();
});

test("case_odoo_285993, case_odoo_210776: the kitchen hears what changed, and nothing twice", async ({ page, servery, browser }) => {
  const at = await till(page, servery);
  const kitchens = await browser.newContext({ baseURL: servery.url });
  const kitchen = await kitchens.newPage();
  await letIn(kitchen, servery, "kitchen", "Pass");
  await kitchen.goto(KITCHEN);
  const tickets = kitchen.locator(".kitchen-ticket");
  await at.atTable("Booth 1");
  await at.ring(DRINK);
  await at.send();
  await expect(tickets).toHaveCount(1);
  // What is sent in one moment belongs together.
  await inAnotherSecond(page);
  await at.ring(DISH);
  await at.send();
  await expect(tickets).toHaveCount(2);
  await expect(tickets.nth(1)).toContainText(DISH);
  await expect(tickets.nth(1)).not.toContainText(DRINK);
  await expect(tickets.nth(1)).toContainText(words["kitchen.more"]);
  await at.lines.filter({ hasText: DISH }).getByRole("button", { name: word("line.less", { name: DISH }) }).click();
  await at.ring("French Fries");
  await at.send();
  await expect(tickets).toHaveCount(3);
  await expect(tickets.nth(2)).toContainText(word("kitchen.less", { n: 1, name: DISH }));
  await expect(tickets.nth(2)).toContainText("French Fries");
  // Done, called back, done.
  await tickets.first().locator(".bump").click();
  await expect(tickets).toHaveCount(2);
  await kitchen.getByRole("button", { name: word("kitchen.done"), exact: true }).first().click();
  await kitchen.locator(".kitchen-ticket .bump").first().click();
  await kitchen.getByRole("button", { name: word("kitchen.all"), exact: true }).click();
  await expect(tickets).toHaveCount(3);
  await kitchens.close();
});

test("a ticket that an offline till took earlier stands before the later one, with its time", async ({ page, servery, browser, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...OPENING, ...LINE);
  const early = await till(page, servery, "Terrace till");
  const others = await browser.newContext({ baseURL: servery.url });
  const late = await till(await others.newPage(), servery, "Door till");
  await context.setOffline(true);
  await early.atTable("Booth 3");
  await early.ring(DISH);
  await early.send();
  // The screen beside the offline till shows its ticket at once.
  await page.getByRole("link", { name: words["kitchen.title"] }).click();
  await expect(page.locator(".kitchen-ticket")).toHaveCount(1);
  await inAnotherSecond(page);
  await late.atTable("Counter");
  await late.ring(DRINK);
  await late.send();
  await late.page.getByRole("link", { name: words["kitchen.title"] }).click();
  await expect(late.page.locator(".kitchen-ticket")).toHaveCount(1);
  await context.setOffline(false);
  for (const each of [page, late.page]) {
    await expect(each.locator(".kitchen-ticket")).toHaveCount(2, { timeout: 15_000 });
    await expect(each.locator(".kitchen-ticket").first()).toContainText(DISH);
  }
  await others.close();
});

test("a bill is split by item and by guest, discounted with a reason, and the report agrees to the cent", async ({ page, servery }) => {
  const at = await till(page, servery);
  await at.openShift("50");
  await at.atTable("Booth 3");
  await at.ring(DISH);
  await at.ring(DRINK);
  await at.more("do.discount");
  await at.sheet.getByRole("button", { name: "10 %", exact: true }).click();
  await at.sheet.getByLabel(word("discount.reason")).fill("waited long");
  await at.sheet.locator("button.main").click();
  await expect(at.bill.locator(".sums")).toContainText("waited long");
  await at.more("do.split");
  await at.sheet.getByRole("button", { name: word("line.more", { name: DRINK }) }).click();
  await at.sheet.getByRole("button", { name: word("split.and-pay") }).click();
  await at.sheet.getByRole("button", { name: word("pay.card") }).click();
  await at.sheet.locator("button.main").click();
  await at.next();
  await page.locator("nav.bills > ol:not([class]) button").first().click();
  await page.locator(".doings .pay").click();
  await at.sheet.getByRole("button", { name: word("pay.more-guests") }).click();
  await at.sheet.locator("button.main").click();
  await at.sheet.locator(".beside .main").click();
  await at.sheet.getByLabel(word("pay.tip")).fill("1");
  await at.sheet.locator("button.main").click();
  await at.next();
  await page.locator(".shift").getByRole("button", { name: word("shift.close") }).click();
  const expected = await at.sheet.locator(".sums dd").first().innerText();
  await at.sheet.getByLabel(word("shift.counted")).fill(expected.replace(/[^0-9.]/g, ""));
  await at.sheet.locator("button.main").click();
  const slip = at.sheet.locator(".slip");
  await expect(slip).toContainText(word("report.z-of", { till: "", number: 1 }).split("·")[0].trim());
  await expect(slip.locator("dl > div", { hasText: word("shift.difference") }).locator("dd")).toHaveText(/0\.00$/);
});

test("whoever stands at the till says so with a PIN, also offline", async ({ page, servery, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...OPENING, ...LINE);
  const at = await till(page, servery);
  await page.locator(".who").click();
  await at.sheet.getByRole("button", { name: word("cashier.new") }).click();
  await at.sheet.getByLabel(word("phone.name")).fill("Ada");
  await at.sheet.getByLabel(word("cashier.new-pin")).fill("2580");
  await at.sheet.locator("button.main").click();
  await expect(page.locator(".who")).toHaveText("Ada");
  await page.locator(".who").click();
  await at.button("cashier.leave").click();
  await expect(page.getByText(words["cashier.first"])).toBeVisible();
  await context.setOffline(true);
  await page.locator(".who").click();
  await at.sheet.getByRole("button", { name: "Ada", exact: true }).click();
  await at.sheet.getByLabel(word("cashier.pin"), { exact: true }).fill("1111");
  await at.sheet.locator("button.main").click();
  await expect(at.sheet.getByRole("alert")).toContainText(words["cashier.wrong-pin"]);
  await at.sheet.getByLabel(word("cashier.pin"), { exact: true }).fill("2580");
  await at.sheet.locator("button.main").click();
  await expect(page.locator(".who")).toHaveText("Ada");
});

for (const screen of ["till", "kitchen", "floor", "runs"]) {
  test(`the ${screen} has nothing that axe complains of`, async ({ page, servery }) => {
    await till(page, servery);
    await page.goto(`/staff/lighthouse-diner/${screen}`);
    await expect(page.locator(`article.${screen}`)).toBeVisible();
    const found = await new AxeBuilder({ page }).analyze();
    expect(found.violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
  });
}
